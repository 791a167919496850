import { kubectl } from "../../text/command.ts";
import { nearest } from "../../text/nearest.ts";
import { list, name, path, text } from "../../text/text.ts";
import { type Evidence, seen } from "../finding.ts";
import { refusalRule } from "./refusal-rule.ts";
import { adminFix, look, patchTemplate } from "./repair.ts";

interface Facts {
  readonly runtimeClass: string;
  readonly nearest: readonly string[];
  readonly isThereNow: boolean;
}

/** The template names a RuntimeClass that does not exist. */
export default refusalRule<Facts>({
  id: "creation/runtimeclass-missing",
  title: "The RuntimeClass does not exist",
  needs: ["Event", "RuntimeClass"],
  read: (message, { snapshot }) => {
    const [, runtimeClass] = /^pod rejected: RuntimeClass "([^"]+)" not found/.exec(message) ?? [];
    if (!runtimeClass) return undefined;
    const names = snapshot.list("RuntimeClass").items.map(({ metadata }) => metadata.name);
    return { runtimeClass, nearest: nearest(runtimeClass, names), isThereNow: names.includes(runtimeClass) };
  },
  effect: ({ isThereNow }) => (isThereNow ? "delays" : "blocks"),
  evidence: (_, { template, object, templatePath }): readonly Evidence[] =>
    template?.runtimeClassName ? [seen(object, `${templatePath}.runtimeClassName`, "template names")] : [],
  message: ({ runtimeClass, nearest: near, isThereNow }) => ({
    headline: isThereNow
      ? text`RuntimeClass ${name(runtimeClass)} was missing at the last try; by now it is there.`
      : text`RuntimeClass ${name(runtimeClass)} does not exist${near.length > 0 && text`; ${list(near.map(name))} ${near.length > 1 ? "do" : "does"}`}.`,
    why: text`A pod with ${path("runtimeClassName")} takes its overhead and its nodes from that class, so the API server refuses it without.`,
  }),
  fixes: ({ nearest: [best], isThereNow }, input) =>
    isThereNow
      ? []
      : [
          look(text`The classes that there are.`, kubectl("reads", undefined, "get", "runtimeclasses")),
          ...(best
            ? [
                patchTemplate(input, { spec: { runtimeClassName: best } }, text`Use ${name(best)}, if that is meant.`, {
                  applies: "maybe",
                }),
              ]
            : []),
          patchTemplate(
            input,
            { spec: { runtimeClassName: null } },
            text`${best ? "Or do" : "Do"} without: then the node's own runtime runs it.`,
            { applies: "maybe" },
          ),
          adminFix(text`Or create the class, with a handler that the nodes have.`, []),
        ],
  groupKey: ({ runtimeClass }) => runtimeClass,
  doc: {
    means: "The pod template names a RuntimeClass that the cluster does not have.",
    seenIn: '`pod rejected: RuntimeClass "NAME" not found` in FailedCreate (API server, all versions).',
    repair: "Create the RuntimeClass, or correct or remove its name.",
    notToConfuseWith:
      "A class that exists while the node lacks its handler: then the pod exists and its sandbox fails.",
    catalogue: ["create-runtimeclass-missing"],
  },
});
