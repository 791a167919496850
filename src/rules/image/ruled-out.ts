import { parseImage } from "../../objects/image-reference.ts";
import { count, list, name, text } from "../../text/text.ts";
import type { PodInput } from "../pod-input.ts";
import type { RuledOut } from "../rule.ts";
import { type PullAttempt, pullAttempts } from "./pull-attempt.ts";
import type { PullCause } from "./pull-error.ts";
import { reachOf } from "./reach.ts";
import { hostOf } from "./words.ts";

/** Causes that only a registry which was reached can lead to. */
const ANSWERED: ReadonlySet<PullCause> = new Set(["not-found", "denied", "rate-limited", "platform", "media-type"]);
/** Causes with which no request gets as far as a login. */
const NOT_CONNECTED: ReadonlySet<PullCause> = new Set([
  "dns",
  "refused",
  "timeout",
  "proxy",
  "unknown-ca",
  "expired",
  "wrong-name",
  "tls",
  "http",
]);

/** That the registry can be reached: it answered, and others pulled from it. */
export function unreachableRuledOut(input: PodInput): RuledOut | undefined {
  const [attempt] = pullAttempts(input);
  if (!attempt || !ANSWERED.has(attempt.error.cause)) return undefined;
  const { pulledHere } = reachOf(input, hostOf(attempt), attempt.error.cause);
  return {
    what: text`registry unreachable`,
    because:
      pulledHere.length > 0
        ? text`${count(pulledHere.length, "pod")} pulled from it on ${name(input.pod.spec.nodeName ?? "the node")} within the hour`
        : text`${name(attempt.error.host)} answered`,
  };
}

/** That the login is not at fault: it never came to that, or it serves for the same repository. */
export function credentialsRuledOut(input: PodInput): RuledOut | undefined {
  const [attempt] = pullAttempts(input);
  if (!attempt) return undefined;
  if (NOT_CONNECTED.has(attempt.error.cause))
    return { what: text`credentials`, because: text`the connection fails before a login is sent` };
  if (attempt.error.cause !== "not-found") return undefined;
  const alike = podsWithSameLogin(attempt, input);
  return alike.length > 0
    ? {
        what: text`credentials`,
        because: text`${list(alike.map(name), 3)} pulled from the same repository with the same pull secrets`,
      }
    : undefined;
}

function podsWithSameLogin({ reference }: PullAttempt, { pod, snapshot }: PodInput): readonly string[] {
  const secretsOf = ({ spec }: typeof pod) =>
    JSON.stringify([spec.serviceAccountName ?? "default", spec.imagePullSecrets ?? []]);
  return snapshot
    .list("Pod", pod.metadata.namespace)
    .items.filter(
      (other) =>
        other.metadata.name !== pod.metadata.name &&
        secretsOf(other) === secretsOf(pod) &&
        other.spec.containers.some(({ name: container, image }) => {
          const its = parseImage(image ?? "");
          const hasIt = other.status?.containerStatuses?.some((status) => status.name === container && status.imageID);
          return hasIt && its?.host === reference?.host && its?.repository === reference?.repository;
        }),
    )
    .map(({ metadata }) => metadata.name)
    .sort();
}
