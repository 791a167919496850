import { list, name, text, value } from "../../text/text.ts";
import { provideCredentials, pullSecretsOf } from "./pull-credentials.ts";
import { pullRule } from "./pull-rule.ts";
import { reachNotes } from "./words.ts";

/** Credentials were sent, and refused. */
export default pullRule({
  id: "image/auth-rejected",
  title: "The registry rejects the credentials",
  causes: ["rejected"],
  needs: ["Event", "Node", "Secret", "ServiceAccount"],
  confidence: (attempt, input) =>
    pullSecretsOf(input, attempt.error.host).some(({ state }) => state === "usable") ? "certain" : "likely",
  headline: (attempt) =>
    text`${name(attempt.reference?.host ?? attempt.error.host)} rejects the credentials that were sent for ${value(attempt.image)}.`,
  why: (attempt, input) => {
    const secrets = pullSecretsOf(input, attempt.reference?.host ?? attempt.error.host);
    const sent = secrets.length
      ? text`The pod names ${list(secrets.map((secret) => name(secret.name)))}.`
      : text`The pod names no pull secret, so they come from the node's own configuration or credential plugin.`;
    return text`The answer was unauthorized or forbidden although a login was tried: wrong user or password, an expired token, or an account that may not pull this repository. ${sent}`;
  },
  notes: reachNotes,
  fixes: (attempt, input) => provideCredentials(input, attempt.reference?.host ?? attempt.error.host),
  groupKey: ({ host }) => host,
  doc: {
    means:
      "The kubelet sent credentials and the registry, or its token service, did not accept them for this repository.",
    seenIn:
      "`unexpected status from HEAD request to …: 401 Unauthorized` or `403 Forbidden`, `failed to fetch oauth token` (containerd), `invalid username/password` (CRI-O), `incorrect username or password` (Docker).",
    repair: "Renew the credentials in the pull secret; check that the account may pull this repository.",
    notToConfuseWith: "image/auth-missing: nothing was sent.",
    catalogue: ["image-auth-rejected"],
  },
});
