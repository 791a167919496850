import { refTo } from "../../objects/object.ts";
import { kubectl } from "../../text/command.ts";
import { list, name, text } from "../../text/text.ts";
import { seen } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import { defineRule } from "../rule.ts";
import { isRefused, mayNotExist, wasLoginSent } from "./access.ts";
import { type PullAttempt, pullAttempts } from "./pull-attempt.ts";
import { alikeSecrets, namespacesWith, provideCredentials, pullSecretsOf } from "./pull-credentials.ts";
import { thereNow } from "./there-now.ts";
import { hostOf, imageOf, targetOf } from "./words.ts";

/** A pull secret that the pod names is not there. A risk by itself: public and cached images arrive all the same. */
export default defineRule<{ secret: string; host?: string }>({
  id: "image/pull-secret-missing",
  title: "A pull secret that the pod names does not exist",
  effect: "risks",
  needs: ["Secret"],
  explains: ["image/auth-missing"],
  check: (input) => {
    const { pod, events } = input;
    if (pod.metadata.deletionTimestamp) return [];
    const refused = refusedFor(input);
    const target = refused ? targetOf(refused) : { host: "", repository: "" };
    return pullSecretsOf(input, target).flatMap(({ name: secret, state }) => {
      const index = pod.spec.imagePullSecrets?.findIndex((reference) => reference.name === secret) ?? -1;
      if (state !== "missing" || index < 0) return [];
      const warning = events.findLast(
        ({ reason, message = "" }) => reason === "FailedToRetrieveImagePullSecret" && message.includes(secret),
      );
      return [
        {
          subject: refTo(pod),
          ...(refused && { container: refused.container.name, effect: "blocks" as const }),
          // That it is missing is sure; that nothing else is, only where the registry could not mean something else.
          confidence: (refused && mayNotExist(refused, input) ? "likely" : "certain") as "likely" | "certain",
          facts: { secret, ...(refused && { host: hostOf(refused) }) },
          evidence: [
            seen(pod, `spec.imagePullSecrets[${index}].name`, "pull secret"),
            ...(refused ? refused.evidence : []),
            ...(warning ? [seen(warning, "message", "warning")] : []),
          ] as const,
        },
      ];
    });
  },
  message: ({ facts: { secret } }, input) => {
    const namespace = input.pod.metadata.namespace ?? "";
    const refused = refusedFor(input);
    const elsewhere = namespacesWith(input, secret);
    const alike = alikeSecrets(input, secret);
    const there = text`${elsewhere.length > 0 && text` There is one of that name in namespace ${list(elsewhere.map(name))}, but a pod can use only those of its own namespace.`}${alike.length > 0 && text` There is one named ${list(alike.map(name))}.`}`;
    return refused
      ? {
          headline: text`Pull secret ${name(secret)} does not exist in namespace ${name(namespace)}, and ${name(hostOf(refused))} asks for a login.`,
          why: text`The kubelet pulls without a secret that it cannot find, and the registry refuses ${imageOf(refused)} without credentials.${there}`,
        }
      : {
          headline: text`Pull secret ${name(secret)} does not exist in namespace ${name(namespace)}.`,
          why: text`The kubelet goes on without it: images that need no login, or are on the node already, still arrive.${there}`,
        };
  },
  fixes: ({ facts: { secret } }, input) => {
    const refused = refusedFor(input);
    if (refused) return provideCredentials(input, targetOf(refused));
    return [
      {
        title: text`Create it, with the registry it is for.`,
        commands: [
          kubectl(
            "changes",
            input.pod.metadata.namespace,
            "create",
            "secret",
            "docker-registry",
            secret,
            "--docker-server=<host>",
            "--docker-username=<user>",
            "--docker-password=<password>",
          ),
        ],
        applies: "fill-in",
        by: "workload-owner",
      },
    ];
  },
  doc: {
    means:
      "The pod, or the ServiceAccount it was made with, names a Secret for pulling that is not in the pod's namespace.",
    seenIn: "The Secret is absent; event FailedToRetrieveImagePullSecret [1.28+].",
    repair: "Create the Secret in the pod's namespace, or remove the name.",
    notToConfuseWith: "image/auth-missing: the pull that fails for want of it.",
    catalogue: ["image-pull-secret-missing"],
  },
});

/** The pull that was refused for want of a login, which the missing secret would have given; a risk only without one. */
function refusedFor(input: PodInput): PullAttempt | undefined {
  return pullAttempts(input).find(
    (attempt) => isRefused(attempt, input) && !wasLoginSent(attempt, input) && !thereNow(attempt, input),
  );
}
