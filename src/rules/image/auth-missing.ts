import { name, text, value } from "../../text/text.ts";
import { credentialTrouble, provideCredentials, pullSecretsOf } from "./pull-credentials.ts";
import { pullRule } from "./pull-rule.ts";
import { editImage, reachNotes } from "./words.ts";

/** The registry wants credentials, and the pod had none for it. */
export default pullRule({
  id: "image/auth-missing",
  title: "The registry asks for credentials and the pod has none for it",
  causes: ["denied"],
  needs: ["Event", "Node", "Secret", "ServiceAccount"],
  explains: ["image/pull-secret-missing"],
  confidence: (attempt, input) =>
    /repository does not exist|insufficient_scope|denied/.test(attempt.error.detail) &&
    !/no basic auth/.test(attempt.error.detail)
      ? "likely"
      : credentialTrouble(input, attempt.error.host)
        ? "certain"
        : "likely",
  headline: (attempt, input) => {
    const host = attempt.reference?.host ?? attempt.error.host;
    const missing = pullSecretsOf(input, host).find(({ state }) => state === "missing");
    const isAmbiguous =
      /repository does not exist/.test(attempt.error.detail) && !/no basic auth/.test(attempt.error.detail);
    return isAmbiguous
      ? text`${name(host)} denies access to ${value(attempt.image)}: the repository is private and the pod has no credentials for it, or it does not exist.`
      : text`${name(host)} asks for credentials for ${value(attempt.image)}, and the pod has none that it accepts${missing && text`: pull secret ${name(missing.name)} does not exist`}.`;
  },
  why: (attempt, input) => {
    const host = attempt.reference?.host ?? attempt.error.host;
    const trouble =
      credentialTrouble(input, host) ??
      text`The pod names a pull secret with credentials for ${name(host)}; they do not give access to this repository.`;
    return text`The registry answered that the pull is unauthorized. ${trouble}`;
  },
  notes: (attempt, input) => [
    ...reachNotes(attempt, input),
    ...(/\.dkr\.ecr\.|\.azurecr\.io$|\.pkg\.dev$|(?:^|\.)gcr\.io$/.test(attempt.reference?.host ?? "")
      ? [
          text`Nodes of that cloud usually get credentials for ${name(attempt.reference?.host ?? "")} from their own identity (node role or managed identity): check that it may pull from this registry.`,
        ]
      : []),
  ],
  fixes: (attempt, input) => [
    ...provideCredentials(input, attempt.reference?.host ?? attempt.error.host),
    ...(/repository does not exist/.test(attempt.error.detail)
      ? [editImage(attempt, input, text`Or, if the repository name is wrong, correct it.`, "<host/repository:tag>")]
      : []),
  ],
  groupKey: ({ host }) => host,
  doc: {
    means:
      "The registry refuses an anonymous pull: the repository is private, and the kubelet had no credentials for this host.",
    seenIn:
      "`no basic auth credentials`, `insufficient_scope`, `pull access denied` (containerd, Docker), `requested access to the resource is denied`, `unauthorized: …` (CRI-O).",
    repair:
      "Create a pull secret for the host and name it in the pod or its ServiceAccount; pods made before that must be made anew.",
    notToConfuseWith:
      "image/auth-rejected (credentials were sent and refused); image/not-found: many registries hide a missing repository behind a refusal.",
    catalogue: ["image-auth-missing"],
  },
});
