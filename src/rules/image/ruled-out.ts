import { groupBy } from "../../objects/group-by.ts";
import { type ImageReference, parseImage } from "../../objects/image-reference.ts";
import type { Pod } from "../../objects/pod.ts";
import type { Lookup } from "../../snapshot/lookup.ts";
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
      pulledHere.total > 0
        ? text`${count(pulledHere.total, "pod")} pulled from it on ${name(input.pod.spec.nodeName ?? "the node")} within the hour`
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

/** Pods of the namespace that have an image of the repository, with the same ServiceAccount and pull secrets. */
function podsWithSameLogin({ reference }: PullAttempt, { pod, snapshot }: PodInput): readonly string[] {
  if (!reference) return [];
  const all = holders.get(snapshot) ?? holdersIn(snapshot);
  holders.set(snapshot, all);
  const alike = all.get(holderKey(pod, reference)) ?? [];
  return [...new Set(alike)].filter((name) => name !== pod.metadata.name);
}

const holders = new WeakMap<Lookup, ReadonlyMap<string, readonly string[]>>();

const holderKey = ({ metadata, spec }: Pod, { host, repository }: ImageReference) =>
  JSON.stringify([
    metadata.namespace,
    spec.serviceAccountName ?? "default",
    spec.imagePullSecrets ?? [],
    host,
    repository,
  ]);

/** Gathered once for all pods of a snapshot. */
function holdersIn(snapshot: Lookup): ReadonlyMap<string, readonly string[]> {
  const found = snapshot.list("Pod").items.flatMap((pod) =>
    pod.spec.containers.flatMap(({ name: container, image }) => {
      const hasIt = pod.status?.containerStatuses?.some((status) => status.name === container && status.imageID);
      const reference = hasIt ? parseImage(image ?? "") : undefined;
      return reference ? [{ key: holderKey(pod, reference), name: pod.metadata.name }] : [];
    }),
  );
  return new Map(
    [...groupBy(found, ({ key }) => key)].map(([key, members]) => [key, members.map(({ name }) => name).sort()]),
  );
}
