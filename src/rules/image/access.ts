import type { RegistryAnswer, RegistryLogin } from "../../snapshot/registry-answer.ts";
import { name, type Text, text, value } from "../../text/text.ts";
import type { PodInput } from "../pod-input.ts";
import type { PullAttempt } from "./pull-attempt.ts";
import { pullSecretsOf } from "./pull-credentials.ts";
import { isForNewPodsOnly, ownTries, type Said, saidOf } from "./registry-said.ts";
import { earlierTry, type NowWords, type ThereNow } from "./there-now.ts";
import { hostOf, targetOf } from "./words.ts";

/** Whether credentials were sent and refused, as far as words and secrets tell; if not, they are what is missing. */
export function wasLoginSent(attempt: PullAttempt, input: PodInput): boolean {
  if (attempt.error.login !== "unknown") return attempt.error.login !== "not-sent";
  const said = saidOf(attempt.image, input);
  // What the pull secrets hold is known for sure where they were used to ask.
  if (said && ownTries(said).length > 0) return true;
  return pullSecretsOf(input, targetOf(attempt)).some(({ state }) => state === "usable");
}

/** Whether that is sure: the words say so, or they fit and there was a login to send. */
export function wasLoginSurelySent(attempt: PullAttempt, input: PodInput): boolean {
  if (attempt.error.login !== "seems-sent") return attempt.error.login === "sent";
  return pullSecretsOf(input, targetOf(attempt)).some(({ state }) => state === "usable");
}

/**
 * Whether the refusal may as well hide that there is no such repository: Docker Hub and others answer both alike. "No
 * basic auth credentials" is said by the node, before the registry could tell.
 */
export function mayNotExist({ error, image }: PullAttempt, input: PodInput): boolean {
  const said = saidOf(image, input)?.outcome.is;
  if (said === "found" || said === "no-manifest" || said === "login-refused") return false;
  return (
    /repository does not exist|insufficient_scope|requested access to the resource is denied/.test(error.detail) &&
    !/no basic auth/.test(error.detail)
  );
}

/**
 * Whether it is one of Docker Hub's official images, as every name without a slash is. All of them are public, so a
 * refusal can only mean that there is none of that name.
 */
export function isOfficial({ reference }: PullAttempt): boolean {
  return reference?.host === "docker.io" && reference.repository.startsWith("library/");
}

/** A refusal for want of a login, rather than for want of a repository. */
export const isRefused = (attempt: PullAttempt, input: PodInput): boolean =>
  attempt.error.cause === "denied" && !(isOfficial(attempt) && mayNotExist(attempt, input));

/** The words of a refusal that is over: the registry gives this machine the image, for a login that the kubelet has too. */
export function permittedNow(now: ThereNow, attempt: PullAttempt): NowWords {
  const { login } = now.said;
  const host = name(hostOf(attempt));
  const repository = name(attempt.reference?.repository ?? attempt.image);
  const was = text`that it may not have ${name(attempt.image)}`;
  return login.as === "secret"
    ? {
        headline: text`${host} takes the login in pull secret ${name(login.secret)} now; ${earlierTry(now)} was refused.`,
        was,
        became: text`the secret, or what its account may do, was changed`,
      }
    : {
        headline: text`${host} gives ${repository} to everybody now; ${earlierTry(now)} was refused.`,
        was,
        became: text`the repository was made public`,
      };
}

/** The pull secret that the ServiceAccount hands to new pods only, and with which the registry gives the image. */
export function provenSecret(attempt: PullAttempt, input: PodInput): string | undefined {
  const said = saidOf(attempt.image, input);
  return said?.outcome.is === "found" && isForNewPodsOnly(said) && said.login.as === "secret"
    ? said.login.secret
    : undefined;
}

/** The registry gives the image without a login, and the login that is sent keeps the node from getting it. */
export const isPublic = (said: Said | undefined): boolean =>
  said?.outcome.is === "found" && said.login.as === "anonymous";

type Refusal = RegistryAnswer["tries"][number] & { readonly login: Extract<RegistryLogin, { as: "secret" }> };

/** The pod's own logins that the registry refused to this machine too, each with its place among the tries. */
export function refusalsOf(said: Said | undefined): readonly (Refusal & { readonly at: number })[] {
  const own = new Set(said ? ownTries(said) : []);
  return (said?.answer.tries ?? []).flatMap((one, at) =>
    own.has(one) && one.login.as === "secret" && ["denied", "login-refused"].includes(one.outcome.is)
      ? [{ ...one, login: one.login, at }]
      : [],
  );
}

/** When the login ended, where it says so and that is over. */
export function expiredAt({ login }: Refusal, { answer }: Said): string | undefined {
  const { expires } = login;
  return expires !== undefined && Date.parse(expires) <= Date.parse(answer.askedAt) ? expires : undefined;
}

/** That there is no such tag either, where some login was let in and told so. */
export function missingTooNotes(attempt: PullAttempt, input: PodInput): readonly Text[] {
  const said = saidOf(attempt.image, input);
  const { tags } = said?.answer ?? {};
  if (said?.outcome.is === "no-manifest")
    return [
      text`With a login that is let in, the tag is missing too${tags && tags.nearest.length > 0 && text`; the nearest is ${name(tags.nearest[0] ?? "")}`}: correct ${value(attempt.image)} as well.`,
    ];
  return said?.outcome.is === "no-repository"
    ? [text`To a login that is let in, the registry says that there is no such repository: check its name as well.`]
    : [];
}
