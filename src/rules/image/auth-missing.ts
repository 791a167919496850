import { list, name, text } from "../../text/text.ts";
import { isRefused, mayNotExist, missingTooNotes, permittedNow, provenSecret, wasLoginSent } from "./access.ts";
import { nodeIdentityRepairs } from "./cloud-registry.ts";
import { nearestKnownImages } from "./known-images.ts";
import { accountSecretsNotUsed, credentialTrouble, provideCredentials, pullSecretsOf } from "./pull-credentials.ts";
import { pullRule } from "./pull-rule.ts";
import { saidOf } from "./registry-said.ts";
import { credentialsRuledOut } from "./ruled-out.ts";
import { askerOf, editImage, hostOf, imageOf, reachNotes, targetOf } from "./words.ts";

/** The registry wants a login, and the pod has none for it. */
export default pullRule({
  id: "image/auth-missing",
  title: "The registry asks for a login and the pod has none for it",
  causes: ["denied"],
  needs: ["Event", "Node", "Secret", "ServiceAccount"],
  asks: () => text`whether there is such an image, and with which login`,
  fits: (attempt, input) => isRefused(attempt, input) && !wasLoginSent(attempt, input),
  confidence: (attempt, input) => {
    if (attempt.isToldByRegistry) return "likely";
    const said = saidOf(attempt.image, input);
    if (provenSecret(attempt, input) || (said?.outcome.is === "denied" && !mayNotExist(attempt, input)))
      return "certain";
    if (mayNotExist(attempt, input) || pullSecretsOf(input, targetOf(attempt)).some(({ state }) => state === "unknown"))
      return "likely";
    return attempt.error.login === "not-sent" ? "certain" : "likely";
  },
  more: (attempt, input) => ({
    secrets: pullSecretsOf(input, targetOf(attempt)).map(({ name: secret, state }) => `${secret}: ${state}`),
  }),
  headline: (attempt, input) => {
    const host = hostOf(attempt);
    if (mayNotExist(attempt, input))
      return text`${name(host)} denies access to ${name(attempt.reference?.repository ?? attempt.image)}: it is private and needs a login, or does not exist.`;
    const secrets = pullSecretsOf(input, targetOf(attempt));
    const [first] = secrets;
    if (secrets.length === 0) {
      return accountSecretsNotUsed(input).length > 0
        ? text`${name(host)} asks for a login; the pod is older than its ServiceAccount's pull secret.`
        : text`${name(host)} asks for a login, and the pod has no pull secret.`;
    }
    switch (secrets.length === 1 ? first?.state : undefined) {
      case "missing":
        return text`${name(host)} asks for a login, and pull secret ${name(first?.name ?? "")} does not exist.`;
      case "other-host":
        return text`${name(host)} asks for a login, and pull secret ${name(first?.name ?? "")} has none for it.`;
      case "other-path":
        return text`${name(host)} asks for a login, and the one in pull secret ${name(first?.name ?? "")} is for other paths.`;
      case "malformed":
        return text`${name(host)} asks for a login, and pull secret ${name(first?.name ?? "")} is malformed.`;
      case "wrong-type":
        return text`${name(host)} asks for a login, and secret ${name(first?.name ?? "")} is not of a pull secret's type.`;
      default:
        return text`${name(host)} asks for a login, and ${list(secrets.map((secret) => name(secret.name)))} ${secrets.length > 1 ? "have" : "has"} none that it accepts.`;
    }
  },
  why: (attempt, input) => {
    const trouble =
      credentialTrouble(input, targetOf(attempt)) ??
      text`The pod names a pull secret with a login for ${name(hostOf(attempt))}, yet the last try sent none: the secret may be newer than that try, or its login empty.`;
    const proven = provenSecret(attempt, input);
    return text`${askerOf(attempt)} asks for ${imageOf(attempt)}; without credentials the registry answered "${/\b403\b|forbidden/i.test(attempt.error.detail) ? "forbidden" : "unauthorized"}". ${trouble}${proven && text` With pull secret ${name(proven)} it gives the image.`}`;
  },
  notes: (attempt, input) => [...missingTooNotes(attempt, input), ...reachNotes(attempt, input)],
  thereNow: permittedNow,
  fixes: (attempt, input) => {
    const login = [
      ...nodeIdentityRepairs(attempt, input),
      ...provideCredentials(input, targetOf(attempt), provenSecret(attempt, input)),
    ];
    if (!mayNotExist(attempt, input)) return login;
    const best = attempt.reference && nearestKnownImages(input, attempt.reference)[0];
    const correct = editImage(
      attempt,
      input,
      best ? text`Use ${name(best.image)}: ${best.because}.` : text`If the repository's name is wrong, correct it.`,
      best?.image ?? "<host/repository:tag>",
      { applies: "maybe" },
    );
    return best ? [correct, ...login] : [...login, correct];
  },
  groupKey: ({ host }) => host,
  ruledOut: credentialsRuledOut,
  doc: {
    means:
      "The registry does not give this repository to everybody, and the kubelet had no credentials for it: no pull secret, or none that fits.",
    seenIn:
      "`no basic auth credentials`, `insufficient_scope`, `failed to fetch anonymous token` (containerd), `pull access denied` (containerd, Docker), `requested access to the resource is denied`, `unauthorized: …` (CRI-O). --check-registry tells whether there is such an image, and which login is let in.",
    repair:
      "Create a pull secret for the host and name it in the pod or its ServiceAccount; pods made before that must be made anew.",
    notToConfuseWith:
      "image/auth-rejected (credentials were sent and refused); image/not-found: many registries hide a missing repository behind a refusal.",
    catalogue: ["image-auth-missing"],
  },
});
