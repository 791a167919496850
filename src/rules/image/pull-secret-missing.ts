import { refTo } from "../../objects/object.ts";
import { kubectl } from "../../text/command.ts";
import { name, text } from "../../text/text.ts";
import { seen } from "../finding.ts";
import { defineRule } from "../rule.ts";
import { pullSecretsOf } from "./pull-credentials.ts";

/** A pull secret that the pod names is not there. A risk by itself: public and cached images arrive all the same. */
export default defineRule<{ secret: string }>({
  id: "image/pull-secret-missing",
  title: "A pull secret that the pod names does not exist",
  effect: "risks",
  needs: ["Secret"],
  check: (input) =>
    pullSecretsOf(input, "").flatMap(({ name: secret, state }) => {
      const index = input.pod.spec.imagePullSecrets?.findIndex((reference) => reference.name === secret) ?? -1;
      if (state !== "missing" || index < 0) return [];
      return [
        {
          subject: refTo(input.pod),
          confidence: "certain" as const,
          facts: { secret },
          evidence: [seen(input.pod, `spec.imagePullSecrets[${index}].name`, "pull secret")] as const,
        },
      ];
    }),
  message: ({ facts }, { pod }) => ({
    headline: text`The pull secret ${name(facts.secret)} does not exist in namespace ${name(pod.metadata.namespace ?? "")}.`,
    why: text`The kubelet goes on without it: images that need no credentials, or are on the node already, still arrive.`,
  }),
  fixes: ({ facts }, { pod }) => [
    {
      title: text`Create it, with the registry it is for.`,
      commands: [
        kubectl(
          "changes",
          pod.metadata.namespace,
          "create",
          "secret",
          "docker-registry",
          facts.secret,
          "--docker-server=<host>",
          "--docker-username=<user>",
          "--docker-password=<password>",
        ),
      ],
      applies: "fill-in",
      by: "workload-owner",
    },
  ],
  doc: {
    means:
      "The pod, or the ServiceAccount it was made with, names a Secret for pulling that is not in the pod's namespace.",
    seenIn: "The Secret is absent; event FailedToRetrieveImagePullSecret [1.28+].",
    repair: "Create the Secret in the pod's namespace, or remove the name.",
    notToConfuseWith: "image/auth-missing: the pull that fails for want of it.",
    catalogue: ["image-pull-secret-missing"],
  },
});
