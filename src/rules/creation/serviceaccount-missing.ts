import { kubectl } from "../../text/command.ts";
import { nearest } from "../../text/nearest.ts";
import { list, name, text } from "../../text/text.ts";
import { type Evidence, seen } from "../finding.ts";
import type { WorkloadInput } from "../workload-input.ts";
import { refusalRule } from "./refusal-rule.ts";
import { look, ownerFix, patchTemplate } from "./repair.ts";

interface Facts {
  readonly account: string;
  readonly namespace: string;
  /** Those of the namespace that have nearly this name. */
  readonly nearest: readonly string[];
  /** It was made since the last try. */
  readonly isThereNow: boolean;
  /** The `default` account of a namespace that is seconds old: its controller makes it in a moment. */
  readonly isOnItsWay: boolean;
}

/** The template names a ServiceAccount that does not exist. */
export default refusalRule<Facts>({
  id: "creation/serviceaccount-missing",
  title: "The ServiceAccount does not exist",
  needs: ["Event", "ServiceAccount"],
  read: (message, input) => {
    const [, namespace = "", account] =
      /^error looking up service account ([^/\s]+)\/([^:\s]+): serviceaccounts? "[^"]*" not found/.exec(message) ?? [];
    if (!account) return undefined;
    const { snapshot } = input;
    const names = snapshot.list("ServiceAccount", namespace).items.map(({ metadata }) => metadata.name);
    return {
      account,
      namespace,
      nearest: nearest(account, names),
      isThereNow: snapshot.find("ServiceAccount", namespace, account).state === "found",
      isOnItsWay: account === "default" && ageOfNamespace(namespace, input) < YOUNG_SECONDS,
    };
  },
  effect: ({ isThereNow, isOnItsWay }) => (isThereNow || isOnItsWay ? "delays" : "blocks"),
  evidence: (_, { template, object, templatePath }): readonly Evidence[] =>
    template?.serviceAccountName ? [seen(object, `${templatePath}.serviceAccountName`, "template names")] : [],
  message: ({ account, namespace, nearest: near, isThereNow, isOnItsWay }) => ({
    headline: isThereNow
      ? text`ServiceAccount ${name(account)} was missing at the last try; by now it is there.`
      : isOnItsWay
        ? text`Namespace ${name(namespace)} is so young that its ServiceAccount ${name(account)} is not there yet.`
        : text`ServiceAccount ${name(account)} does not exist in namespace ${name(namespace)}${near.length > 0 && text`; ${list(near.map(name))} ${near.length > 1 ? "do" : "does"}`}.`,
    why: isOnItsWay
      ? text`kube-controller-manager gives each new namespace its account ${name("default")}, in seconds as a rule.`
      : text`A pod runs as a ServiceAccount of its namespace; without it the API server creates no pod.`,
  }),
  fixes: ({ account, namespace, nearest: [best], isThereNow, isOnItsWay }, input) => {
    if (isThereNow || isOnItsWay)
      return [look(text`Whether it is there.`, kubectl("reads", namespace, "get", "serviceaccount", account))];
    const create = ownerFix(
      input,
      best
        ? text`Or create it; rights it needs have to be bound to it as well.`
        : text`Create it; rights it needs have to be bound to it as well.`,
      [kubectl("changes", namespace, "create", "serviceaccount", account)],
    );
    return best
      ? [
          patchTemplate(
            input,
            { spec: { serviceAccountName: best, serviceAccount: best } },
            text`Use ${name(best)}, if that is meant.`,
            { applies: "maybe" },
          ),
          create,
        ]
      : [create];
  },
  groupKey: ({ account, namespace }) => `${namespace}/${account}`,
  doc: {
    means: "The pod template names a ServiceAccount that is not in the namespace.",
    seenIn:
      '`error looking up service account NAMESPACE/NAME: serviceaccount "NAME" not found` in FailedCreate (API server, all versions).',
    repair: "Create the ServiceAccount, or correct its name.",
    notToConfuseWith: "A namespace that is seconds old, whose account `default` comes by itself.",
    catalogue: ["create-serviceaccount-missing"],
  },
});

const YOUNG_SECONDS = 30;

function ageOfNamespace(namespace: string, { snapshot }: WorkloadInput): number {
  const found = snapshot.get("Namespace", undefined, namespace);
  return snapshot.secondsSince(found?.metadata.creationTimestamp) ?? Number.POSITIVE_INFINITY;
}
