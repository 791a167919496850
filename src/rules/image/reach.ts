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

/** Names in their order: the first few, and how many there are. */
export interface Several {
  readonly total: number;
  readonly first: readonly string[];
}

/** How pulls go for others: from the same registry, and on the same node. */
export interface Reach {
  /** Pods on the same node that pulled from the same host within the hour. */
  readonly pulledHere: Several;
  /** Other nodes that pulled from the same host within the hour. */
  readonly pulledOn: Several;
  /** Other pods that fail for the same host with the same cause, and the nodes they are on. */
  readonly failing: Several;
  readonly failingOn: Several;
  /** Other pods on the same node that fail with the same cause, whatever the host. */
  readonly failingHere: Several;
}

/** Looks at the pulls of all other pods that the snapshot has. */
export function reachOf({ snapshot, pod }: PodInput, host: string, cause: PullCause): Reach {
  const self = `${pod.metadata.namespace}/${pod.metadata.name}`;
  const here = pod.spec.nodeName ?? "";
  const { pulled, failing, failingHere } = pullsIn(snapshot);
  const alike = failing.get(keyOf(host, cause));
  const isAloneHere = alike?.pods.has.has(self) === true && alike.podsOn.get(here) === 1;
  return {
    pulledHere: without(self, pulled.get(keyOf(host, here))?.pods),
    pulledOn: without(here, pulled.get(keyOf(host))?.nodes),
    failing: without(self, alike?.pods),
    failingOn: without(isAloneHere ? here : undefined, alike?.nodes),
    failingHere: without(self, here === "" ? undefined : failingHere.get(keyOf(here, cause))?.pods),
  };
}

/** As many as a sentence names. */
const FIRST = 4;

/** Thousands of pods fail alike: the others are not listed for each of them anew. */
function without(self: string | undefined, { sorted, has } = NONE): Several {
  const isOneOfThem = self !== undefined && has.has(self);
  const first = sorted.slice(0, FIRST + 1).filter((one) => one !== self);
  return { total: sorted.length - (isOneOfThem ? 1 : 0), first: first.slice(0, FIRST) };
}

/** Each name once. */
interface Names {
  readonly sorted: readonly string[];
  readonly has: ReadonlySet<string>;
}

function namesOf(words: readonly string[]): Names {
  const has = new Set(words.filter((word) => word !== ""));
  return { sorted: [...has].sort(compare), has };
}

const NONE = namesOf([]);

interface Group {
  readonly pods: Names;
  readonly nodes: Names;
  readonly podsOn: ReadonlyMap<string, number>;
}

interface Pulls {
  /** That succeeded: by the host, and by host and node. */
  readonly pulled: ReadonlyMap<string, Group>;
  /** That failed: by host and cause. */
  readonly failing: ReadonlyMap<string, Group>;
  /** The same by node and cause. */
  readonly failingHere: ReadonlyMap<string, Group>;
}

const keyOf = (...parts: readonly string[]) => parts.join("\n");

function groupsOf(pulls: readonly Pull[], keysOf: (pull: Pull) => readonly string[]): ReadonlyMap<string, Group> {
  const keyed = pulls.flatMap((pull) => keysOf(pull).map((key) => ({ key, pull })));
  return new Map(
    [...groupBy(keyed, ({ key }) => key)].map(([key, members]) => {
      const nodeOf = new Map(members.map(({ pull }) => [pull.pod, pull.node] as const));
      const podsOn = new Map([...groupBy(nodeOf, ([, node]) => node)].map(([node, pods]) => [node, pods.length]));
      return [key, { pods: namesOf([...nodeOf.keys()]), nodes: namesOf([...nodeOf.values()]), podsOn }];
    }),
  );
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
  const failed = pulls.filter(({ cause }) => cause !== undefined);
  const found = {
    pulled: groupsOf(
      pulls.filter(({ cause }) => cause === undefined),
      ({ host, node }) => [keyOf(host), keyOf(host, node)],
    ),
    failing: groupsOf(failed, ({ host, cause = "" }) => [keyOf(host, cause)]),
    failingHere: groupsOf(failed, ({ node, cause = "" }) => [keyOf(node, cause)]),
  };
  pullsOf.set(snapshot, found);
  return found;
}

const isWaitingForImage = ({ status, metadata }: Pod) =>
  !metadata.deletionTimestamp &&
  [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])].some(({ state }) =>
    IMAGE_REASONS.has(state?.waiting?.reason ?? ""),
  );
