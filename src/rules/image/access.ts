import type { PodInput } from "../pod-input.ts";
import type { PullAttempt } from "./pull-attempt.ts";
import { pullSecretsOf } from "./pull-credentials.ts";
import { targetOf } from "./words.ts";

/** Whether credentials were sent and refused, as far as words and secrets tell; if not, they are what is missing. */
export function wasLoginSent(attempt: PullAttempt, input: PodInput): boolean {
  if (attempt.error.login !== "unknown") return attempt.error.login === "sent";
  return pullSecretsOf(input, targetOf(attempt)).some(({ state }) => state === "usable");
}

/**
 * Whether the refusal may as well hide that there is no such repository: Docker Hub and others answer both alike. "No
 * basic auth credentials" is said by the node, before the registry could tell.
 */
export function mayNotExist({ error }: PullAttempt): boolean {
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
export const isRefused = (attempt: PullAttempt): boolean =>
  attempt.error.cause === "denied" && !(isOfficial(attempt) && mayNotExist(attempt));
