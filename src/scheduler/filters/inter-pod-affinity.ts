import { isEmptySelector, matchesSelector } from "../../objects/label-selector.ts";
import { fullName } from "../../objects/object.ts";
import type { Pod } from "../../objects/pod.ts";
import { type PodAffinityTerm, podAffinityTerms, podAntiAffinityTerms, withLabelKeys } from "../affinity-terms.ts";
import type { Filter, Lack, Rejection } from "../filter.ts";
import type { ClusterView, NodeInfo } from "../node-info.ts";
import type { Objects } from "../objects.ts";

/** How often, and by which pod first, each value of a topology key is taken: `zone\na` → pod. */
type Pairs = Map<string, Pod>;

const pair = (key: string, value: string) => `${key}\n${value}`;

/** Pod affinity and anti-affinity, both ways (kube-scheduler v1.36 plugins/interpodaffinity/filtering.go). */
export const interPodAffinity: Filter = {
  name: "InterPodAffinity",
  prepare(pod, view) {
    const affinity = podAffinityTerms(pod);
    const antiAffinity = podAntiAffinityTerms(pod);
    const wanted = affinity.length ? pairsOfMatching(pod, affinity, view, "all") : new Map<string, Pod>();
    const unwanted = antiAffinity.length ? pairsOfMatching(pod, antiAffinity, view, "each") : new Map<string, Pod>();
    const forbidden = pairsThatForbid(pod, view);
    // The first of a group that wants to be together with itself may start anywhere.
    const isFirst =
      wanted.size === 0 && affinity.length > 0 && affinity.every((term) => matchesTerm(term, pod, pod, view.snapshot));
    return (node) => {
      const missing = affinity.find(
        ({ topologyKey }) => node.labels[topologyKey] === undefined || (!isFirst && !has(wanted, topologyKey, node)),
      );
      if (missing) {
        return [
          reject("node(s) didn't match pod affinity rules", true, {
            of: "affinity",
            key: missing.topologyKey,
            selector: termText(missing),
          }),
        ];
      }
      for (const { topologyKey } of antiAffinity) {
        const other = unwanted.get(pair(topologyKey, node.labels[topologyKey] ?? "\u0000"));
        if (other) return [against("node(s) didn't match pod anti-affinity rules", topologyKey, other, "own")];
      }
      for (const [key, value] of Object.entries(node.labels)) {
        const other = forbidden.get(pair(key, value));
        if (other) return [against("node(s) didn't satisfy existing pods anti-affinity rules", key, other, "theirs")];
      }
      return [];
    };
  },
};

const has = (pairs: Pairs, key: string, node: NodeInfo) => pairs.has(pair(key, node.labels[key] ?? "\u0000"));

const reject = (reason: string, isUnresolvable: boolean, lack: Lack): Rejection => ({
  plugin: "InterPodAffinity",
  reason,
  isUnresolvable,
  lack,
});

const against = (reason: string, key: string, other: Pod, whose: "own" | "theirs"): Rejection =>
  reject(reason, false, { of: "anti-affinity", key, with: fullName(other.metadata), whose });

/** The topology values under which pods match the terms: all of them at once (affinity), or each for itself. */
function pairsOfMatching(
  pod: Pod,
  terms: readonly PodAffinityTerm[],
  { nodes, snapshot }: ClusterView,
  how: "all" | "each",
): Pairs {
  const pairs: Pairs = new Map();
  const known = matchingOn.get(terms) ?? new WeakMap<NodeInfo, readonly (Pod | undefined)[]>();
  matchingOn.set(terms, known);
  for (const node of nodes) {
    const found = known.get(node) ?? matchingPods(pod, terms, node, snapshot, how);
    known.set(node, found);
    for (const [index, { topologyKey }] of terms.entries()) {
      const value = node.labels[topologyKey];
      const other = found[index];
      const at = value !== undefined && other ? pair(topologyKey, value) : undefined;
      if (at && other && !pairs.has(at)) pairs.set(at, other);
    }
  }
  return pairs;
}

/** By a pod's own list of terms: a node is asked for each change that is tried, and nearly all stay as they are. */
const matchingOn = new WeakMap<readonly PodAffinityTerm[], WeakMap<NodeInfo, readonly (Pod | undefined)[]>>();

/** For each term the first pod of a node that matches it. */
function matchingPods(
  pod: Pod,
  terms: readonly PodAffinityTerm[],
  { pods }: NodeInfo,
  snapshot: Objects,
  how: "all" | "each",
): readonly (Pod | undefined)[] {
  if (how === "each") return terms.map((term) => pods.find((other) => matchesTerm(term, other, pod, snapshot)));
  const together = pods.find((other) => terms.every((term) => matchesTerm(term, other, pod, snapshot)));
  return terms.map(() => together);
}

/** The topology values that anti-affinity of pods already there closes to this pod. */
function pairsThatForbid(pod: Pod, { nodes, snapshot }: ClusterView): Pairs {
  const pairs: Pairs = new Map();
  for (const node of nodes) {
    const { labels } = node;
    for (const other of withAntiAffinity(node)) {
      for (const term of podAntiAffinityTerms(other)) {
        const value = labels[term.topologyKey];
        if (value === undefined || !matchesTerm(term, pod, other, snapshot)) continue;
        pairs.set(pair(term.topologyKey, value), other);
      }
    }
  }
  return pairs;
}

/** The few pods of a node that want to be apart from others: a node is asked for each change that is tried. */
function withAntiAffinity(node: NodeInfo): readonly Pod[] {
  const known = apartOn.get(node);
  if (known) return known;
  const apart = node.pods.filter((pod) => podAntiAffinityTerms(pod).length > 0);
  apartOn.set(node, apart);
  return apart;
}

const apartOn = new WeakMap<NodeInfo, readonly Pod[]>();

/** Whether `target` is one of the pods that a term of `owner` speaks of (framework/types.go AffinityTerm.Matches). */
function matchesTerm(term: PodAffinityTerm, target: Pod, owner: Pod, snapshot: Objects): boolean {
  const { namespaces = [], namespaceSelector } = term;
  const own = namespaces.length === 0 && !namespaceSelector ? [owner.metadata.namespace] : namespaces;
  const namespace = target.metadata.namespace;
  const isInNamespace =
    own.includes(namespace ?? "") ||
    (namespaceSelector !== undefined &&
      (isEmptySelector(namespaceSelector) ||
        matchesSelector(namespaceSelector, snapshot.get("Namespace", undefined, namespace ?? "")?.metadata.labels)));
  if (!isInNamespace) return false;
  // The API server has merged matchLabelKeys into the selector of pods made since 1.33; older ones are merged here.
  const selector = withLabelKeys(
    withLabelKeys(term.labelSelector, term.matchLabelKeys, owner),
    term.mismatchLabelKeys,
    owner,
    "NotIn",
  );
  return matchesSelector(selector, target.metadata.labels);
}

function termText({ labelSelector }: PodAffinityTerm): string {
  return Object.entries(labelSelector?.matchLabels ?? {})
    .map(([key, value]) => `${key}=${value}`)
    .concat(
      (labelSelector?.matchExpressions ?? []).map(({ key, operator, values = [] }) =>
        `${key} ${operator} ${values.join(",")}`.trim(),
      ),
    )
    .join(", ");
}
