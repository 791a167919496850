import { list, name, text, value } from "../../text/text.ts";
import type { PodInput } from "../pod-input.ts";
import { adminTask } from "../repair.ts";
import {
  expiredAt,
  isPublic,
  isRefused,
  mayNotExist,
  missingTooNotes,
  permittedNow,
  provenSecret,
  refusalsOf,
  wasLoginSent,
  wasLoginSurelySent,
} from "./access.ts";
import { nodeIdentityRepairs } from "./cloud-registry.ts";
import type { PullAttempt } from "./pull-attempt.ts";
import { dropSecret, provideCredentials, pullSecretsOf } from "./pull-credentials.ts";
import { pullRule } from "./pull-rule.ts";
import { messageOf, saidOf, tryEvidence } from "./registry-said.ts";
import { askerOf, hostOf, imageOf, nodeOf, reachNotes, targetOf } from "./words.ts";

/** A login was sent, and refused. */
export default pullRule({
  id: "image/auth-rejected",
  title: "The registry rejects the login",
  causes: ["denied"],
  needs: ["Event", "Node", "Secret", "ServiceAccount"],
  fits: (attempt, input) => isRefused(attempt, input) && wasLoginSent(attempt, input),
  asks: () => text`which login it takes`,
  confidence: (attempt, input) => {
    if (attempt.isToldByRegistry) return "likely";
    const said = saidOf(attempt.image, input);
    // That a login is wrong is said of the login; that it may not see the image may mean that there is none.
    const isSure =
      refusalsOf(said).some(({ outcome }) => outcome.is === "login-refused") || said?.outcome.is === "found";
    return wasLoginSurelySent(attempt, input) || isSure ? "certain" : "likely";
  },
  more: (attempt, input) => ({
    secrets: pullSecretsOf(input, targetOf(attempt)).map(({ name: secret, state }) => `${secret}: ${state}`),
  }),
  evidence: (attempt, input) => {
    const said = saidOf(attempt.image, input);
    return said
      ? refusalsOf(said).flatMap((refusal) => (refusal.at === said.at ? [] : tryEvidence(said, refusal.at)))
      : [];
  },
  headline: (attempt, input) => {
    const host = name(hostOf(attempt));
    const repository = name(attempt.reference?.repository ?? attempt.image);
    const said = saidOf(attempt.image, input);
    const [refusal] = refusalsOf(said);
    if (said && refusal) {
      const secret = name(refusal.login.secret);
      const expired = expiredAt(refusal, said);
      if (isPublic(said))
        return text`${host} refuses the login in pull secret ${secret}; without one it gives ${repository}.`;
      if (expired) return text`The login in pull secret ${secret} for ${host} expired at ${value(expired)}.`;
      const whose = refusal.login.user === undefined ? text`` : text` (user ${name(refusal.login.user)})`;
      return refusal.outcome.is === "login-refused"
        ? text`${host} refuses the login in pull secret ${secret}${whose}: user or password is wrong.`
        : text`${host} does not let the login in pull secret ${secret}${whose} pull ${repository}.`;
    }
    if (isPublic(said))
      return text`${host} refuses the login that node ${nodeOf(input)} sends; without one it gives ${repository}.`;
    const usable = pullSecretsOf(input, targetOf(attempt)).filter(({ state }) => state === "usable");
    const whose =
      usable.length > 0 ? text` in pull secret ${list(usable.map((secret) => name(secret.name)))}` : text` it was sent`;
    if (isUnsure(attempt, input))
      return text`${host} wants another login for ${repository}, or one at all: the pod names no pull secret.`;
    if (/expired/.test(attempt.message)) return text`${host} rejects the login${whose}: it has expired.`;
    return isForbidden(attempt.message)
      ? text`${host} forbids the login${whose} to pull ${repository}.`
      : text`${host} rejects the login${whose}: wrong, expired, or not for ${repository}.`;
  },
  why: (attempt, input) => {
    const asks = text`${askerOf(attempt)} asks for ${imageOf(attempt)}.`;
    const said = saidOf(attempt.image, input);
    const [refusal] = refusalsOf(said);
    if (isPublic(said))
      return text`${asks} The image is public, but a login that is sent has to be right: the kubelet pulls without one only where it has none for the host.`;
    if (refusal)
      return refusal.outcome.is === "login-refused"
        ? text`${asks} The registry refused the login itself, to the node and, asked with the same pull secret, to this machine: ${value(messageOf(refusal.outcome))}.`
        : text`${asks} The registry took the login and refused the image, to the node and, asked with the same pull secret, to this machine: the account may not pull it${mayNotExist(attempt, input) && ", or there is no such repository"}.`;
    if (isUnsure(attempt, input))
      return text`${asks} The registry answered 401: to a login that the node has, in its runtime's configuration or by a credential plugin; or, if it has a token service, to the token that everybody gets.`;
    const secrets = pullSecretsOf(input, targetOf(attempt));
    const sent = secrets.length
      ? text`The pod names pull secret ${list(secrets.map((secret) => name(secret.name)))}.`
      : text`The pod names no pull secret, so the login comes from the node: its runtime's configuration or a credential plugin.`;
    return text`${asks} The registry answered unauthorized or forbidden to a request with credentials: a wrong password, an expired token, or an account that may not pull this repository. ${sent}`;
  },
  notes: (attempt, input) => [
    ...missingTooNotes(attempt, input),
    ...(attempt.error.host !== hostOf(attempt) && isForbidden(attempt.message)
      ? [
          text`The refusal came from ${name(attempt.error.host)}, to which the registry sends for the content: a firewall or access policy in between can be the reason as well.`,
        ]
      : []),
    ...(mayNotExist(attempt, input)
      ? [text`The registry gives the same answer for a repository that does not exist: check its name too.`]
      : []),
    ...reachNotes(attempt, input),
  ],
  thereNow: permittedNow,
  fixes: (attempt, input) => {
    const said = saidOf(attempt.image, input);
    const [refusal] = refusalsOf(said);
    const login = [
      ...nodeIdentityRepairs(attempt, input),
      ...provideCredentials(input, targetOf(attempt), provenSecret(attempt, input)),
    ];
    if (isPublic(said) && !refusal) {
      return [
        adminTask(
          text`Correct or remove the login for ${name(hostOf(attempt))} on node ${nodeOf(input)}: in its runtime's configuration or the kubelet's credential provider.`,
        ),
      ];
    }
    if (isPublic(said) && refusal) {
      const secret = refusal.login.secret;
      return [...dropSecret(input, secret, text`Have the pod pull without secret ${name(secret)}.`), ...login];
    }
    return refusal?.outcome.is === "denied"
      ? [
          ...login,
          {
            title: text`Or let ${refusal.login.user === undefined ? "its account" : text`user ${name(refusal.login.user)}`} pull ${name(attempt.reference?.repository ?? attempt.image)}, at ${name(hostOf(attempt))}.`,
            commands: [],
            applies: "maybe",
            by: "workload-owner",
          },
        ]
      : login;
  },
  groupKey: ({ host }) => host,
  doc: {
    means:
      "The kubelet sent credentials and the registry, or its token service, did not accept them for this repository.",
    seenIn:
      "`unexpected status from HEAD request to …: 401 Unauthorized` or `403 Forbidden`, `failed to fetch oauth token` (containerd), `invalid username/password` (CRI-O), `incorrect username or password` (Docker); or a refusal that does not tell, where a pull secret has a login for the image. --check-registry tells whether the login is wrong or may not pull this, and whether the image needs one.",
    repair: "Renew the credentials in the pull secret; check that the account may pull this repository.",
    notToConfuseWith: "image/auth-missing: nothing was sent.",
    catalogue: ["image-auth-rejected"],
  },
});

/** Whether nothing but the answer speaks for a login, and some registries give the same to one who has none. */
const isUnsure = (attempt: PullAttempt, input: PodInput): boolean =>
  attempt.error.login === "seems-sent" && pullSecretsOf(input, targetOf(attempt)).length === 0;

const isForbidden = (message: string) => /\b403\b/.test(message);
