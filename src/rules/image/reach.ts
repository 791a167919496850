import { lastSeen } from "../../objects/event.ts";
import { groupBy } from "../../objects/group-by.ts";
import { parseImage } from "../../objects/image-reference.ts";
import { IMAGE_REASONS, type Pod } from "../../objects/pod.ts";
import { compare, type Lookup } from "../../snapshot/lookup.ts";
import { type PodInput, podInput } from "../pod-input.ts";
import { pullAttempts } from "./pull-attempt.ts";
import type { PullCause } from "./pull-error.ts";

/** A pull of some other pod, and how it went. */
interface Pull {
  /** `namespace/name` */
  readonly pod: string;
  readonly node: string;
  readonly host: string;
  /** Absent where it succeeded. */
  readonly cause?: PullCause;
}

/** How pulls go for others: from the same registry, and on the same node. */
export interface Reach {
  /** Pods on the same node that pulled from the same host within the hour. */
  readonly pulledHere: readonly string[];
  /** Other nodes that pulled from the same host within the hour. */
  readonly pulledOn: readonly string[];
  /** Other pods that fail for the same host with the same cause, and the nodes they are on. */
  readonly failing: readonly string[];
  readonly failingOn: readonly string[];
  /** Other pods on the same node that fail with the same cause, whatever the host. */
  readonly failingHere: readonly string[];
}

/** Looks at the pulls of all other pods that the snapshot has. */
export function reachOf(input: PodInput, host: string, cause: PullCause): Reach {
  const known = reaches.get(input) ?? new Map<string, Reach>();
  reaches.set(input, known);
  const key = `${host} ${cause}`;
  const reach = known.get(key) ?? findReach(input, host, cause);
  known.set(key, reach);
  return reach;
}

/** Rules, notes and what is ruled out ask for the same. */
const reaches = new WeakMap<PodInput, Map<string, Reach>>();

function findReach({ snapshot, pod }: PodInput, host: string, cause: PullCause): Reach {
  const self = `${pod.metadata.namespace}/${pod.metadata.name}`;
  const here = pod.spec.nodeName ?? "";
  const { byHost, byNode } = pullsIn(snapshot);
  const ofHost = (byHost.get(host) ?? []).filter((pull) => pull.pod !== self);
  const pulled = ofHost.filter((pull) => pull.cause === undefined);
  const failing = ofHost.filter((pull) => pull.cause === cause);
  const failingHere = here === "" ? [] : (byNode.get(here) ?? []).filter((pull) => pull.cause === cause);
  return {
    pulledHere: distinct(pulled.filter(({ node }) => node === here).map((pull) => pull.pod)),
    pulledOn: distinct(pulled.map(({ node }) => node).filter((node) => node !== here && node !== "")),
    failing: distinct(failing.map((pull) => pull.pod)),
    failingOn: distinct(failing.map(({ node }) => node).filter((node) => node !== "")),
    failingHere: distinct(failingHere.map((pull) => pull.pod).filter((one) => one !== self)),
  };
}

const distinct = (words: readonly string[]) => [...new Set(words)].sort(compare);

interface Pulls {
  readonly byHost: ReadonlyMap<string, readonly Pull[]>;
  readonly byNode: ReadonlyMap<string, readonly Pull[]>;
}

/** Gathered once for all pods of a snapshot. */
const pullsOf = new WeakMap<Lookup, Pulls>();
const AN_HOUR = 3600;

function pullsIn(snapshot: Lookup): Pulls {
  const known = pullsOf.get(snapshot);
  if (known) return known;
  const pulls: Pull[] = [];
  for (const event of snapshot.list("Event").items) {
    const { reason, message = "", source, involvedObject } = event;
    if (reason !== "Pulled" || !message.startsWith("Successfully pulled image ")) continue;
    if ((snapshot.secondsSince(lastSeen(event)) ?? AN_HOUR) >= AN_HOUR) continue;
    const host = parseImage(/"([^"]+)"/.exec(message)?.[1] ?? "")?.host;
    const pod = `${involvedObject.namespace}/${involvedObject.name}`;
    if (host) pulls.push({ pod, node: source?.host ?? "", host });
  }
  for (const pod of snapshot.list("Pod").items) {
    if (!isWaitingForImage(pod)) continue;
    for (const { reference, error } of pullAttempts(podInput(pod, snapshot))) {
      pulls.push({
        pod: `${pod.metadata.namespace}/${pod.metadata.name}`,
        node: pod.spec.nodeName ?? "",
        host: reference?.host ?? error.host,
        cause: error.cause,
      });
    }
  }
  const found = { byHost: groupBy(pulls, ({ host }) => host), byNode: groupBy(pulls, ({ node }) => node) };
  pullsOf.set(snapshot, found);
  return found;
}

const isWaitingForImage = ({ status, metadata }: Pod) =>
  !metadata.deletionTimestamp &&
  [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])].some(({ state }) =>
    IMAGE_REASONS.has(state?.waiting?.reason ?? ""),
  );
