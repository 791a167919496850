import { list, name, text } from "../../text/text.ts";
import { isRefused, mayNotExist, wasLoginSent } from "./access.ts";
import { provideCredentials, pullSecretsOf } from "./pull-credentials.ts";
import { pullRule } from "./pull-rule.ts";
import { askerOf, hostOf, imageOf, reachNotes, targetOf } from "./words.ts";

/** A login was sent, and refused. */
export default pullRule({
  id: "image/auth-rejected",
  title: "The registry rejects the login",
  causes: ["denied"],
  needs: ["Event", "Node", "Secret", "ServiceAccount"],
  fits: (attempt, input) => isRefused(attempt) && wasLoginSent(attempt, input),
  confidence: ({ error }) => (error.login === "sent" ? "certain" : "likely"),
  more: (attempt, input) => ({
    secrets: pullSecretsOf(input, targetOf(attempt)).map(({ name: secret, state }) => `${secret}: ${state}`),
  }),
  headline: (attempt, input) => {
    const usable = pullSecretsOf(input, targetOf(attempt)).filter(({ state }) => state === "usable");
    const whose =
      usable.length > 0 ? text` in pull secret ${list(usable.map((secret) => name(secret.name)))}` : text` it was sent`;
    const repository = name(attempt.reference?.repository ?? attempt.image);
    if (/expired/.test(attempt.message))
      return text`${name(hostOf(attempt))} rejects the login${whose}: it has expired.`;
    return isForbidden(attempt.message)
      ? text`${name(hostOf(attempt))} forbids the login${whose} to pull ${repository}.`
      : text`${name(hostOf(attempt))} rejects the login${whose}: wrong, expired, or not for ${repository}.`;
  },
  why: (attempt, input) => {
    const secrets = pullSecretsOf(input, targetOf(attempt));
    const sent = secrets.length
      ? text`The pod names pull secret ${list(secrets.map((secret) => name(secret.name)))}.`
      : text`The pod names no pull secret, so the login comes from the node: its runtime's configuration or a credential plugin.`;
    return text`${askerOf(attempt)} asks for ${imageOf(attempt)}. The registry answered unauthorized or forbidden to a request with credentials: a wrong password, an expired token, or an account that may not pull this repository. ${sent}`;
  },
  notes: (attempt, input) => [
    ...(attempt.error.host !== hostOf(attempt) && isForbidden(attempt.message)
      ? [
          text`The refusal came from ${name(attempt.error.host)}, to which the registry sends for the content: a firewall or access policy in between can be the reason as well.`,
        ]
      : []),
    ...(mayNotExist(attempt)
      ? [text`The registry gives the same answer for a repository that does not exist: check its name too.`]
      : []),
    ...reachNotes(attempt, input),
  ],
  fixes: (attempt, input) => provideCredentials(input, targetOf(attempt)),
  groupKey: ({ host }) => host,
  doc: {
    means:
      "The kubelet sent credentials and the registry, or its token service, did not accept them for this repository.",
    seenIn:
      "`unexpected status from HEAD request to …: 401 Unauthorized` or `403 Forbidden`, `failed to fetch oauth token` (containerd), `invalid username/password` (CRI-O), `incorrect username or password` (Docker); or a refusal that does not tell, where a pull secret has a login for the image.",
    repair: "Renew the credentials in the pull secret; check that the account may pull this repository.",
    notToConfuseWith: "image/auth-missing: nothing was sent.",
    catalogue: ["image-auth-rejected"],
  },
});

const isForbidden = (message: string) => /\b403\b/.test(message);
