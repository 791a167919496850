import { groupBy } from "../../objects/group-by.ts";
import { isEmptySelector, matchesSelector } from "../../objects/label-selector.ts";
import { fullName } from "../../objects/object.ts";
import type { Pod } from "../../objects/pod.ts";
import { type PodAffinityTerm, podAffinityTerms, podAntiAffinityTerms, withLabelKeys } from "../affinity-terms.ts";
import type { Filter, Lack, Rejection } from "../filter.ts";
import { type ClusterView, type NodeInfo, variantOf } from "../node-info.ts";
import type { Objects } from "../objects.ts";

const pair = (key: string, value: string) => `${key}\n${value}`;

/** What a node's pods do to topology values: `zone\na` and the pod. */
type Pairs = readonly (readonly [pair: string, pod: Pod])[];

/** The same of all nodes, by pair. */
type ByPair = ReadonlyMap<string, readonly { readonly node: NodeInfo; readonly pod: Pod }[]>;

/** The topology values that pods of any node take or close. */
class Taken {
  readonly #byPair: ByPair;
  /** A node that does not count, and what counts in its place. */
  readonly #without: NodeInfo | undefined;
  readonly #instead: Pairs;

  constructor(byPair: ByPair, without?: NodeInfo, instead: Pairs = []) {
    this.#byPair = byPair;
    this.#without = without;
    this.#instead = instead;
  }

  /** The first pod there. */
  by(key: string, value: string | undefined): Pod | undefined {
    if (value === undefined) return undefined;
    const at = pair(key, value);
    const found = this.#byPair.get(at)?.find(({ node }) => node !== this.#without);
    return found?.pod ?? this.#instead.find(([one]) => one === at)?.[1];
  }

  get isEmpty(): boolean {
    const isOut = ({ node }: { readonly node: NodeInfo }) => node === this.#without;
    return this.#instead.length === 0 && [...this.#byPair.values()].every((all) => all.every(isOut));
  }
}

const NOTHING = new Taken(new Map());

const takenIn = new WeakMap<object, WeakMap<ClusterView, ByPair>>();

/**
 * What the nodes' pods take together. `pairsOf` says it of one node, and the same for the same `owner`, of which what was found
 * is remembered.
 */
function taken(owner: object, view: ClusterView, pairsOf: (node: NodeInfo) => Pairs): Taken {
  const variant = variantOf(view);
  const whole = variant?.of ?? view;
  const ofOwner = takenIn.get(owner) ?? new WeakMap<ClusterView, ByPair>();
  takenIn.set(owner, ofOwner);
  const byPair = ofOwner.get(whole) ?? gather(whole, pairsOf);
  ofOwner.set(whole, byPair);
  return variant ? new Taken(byPair, variant.before, pairsOf(variant.after)) : new Taken(byPair);
}

const gather = ({ nodes }: ClusterView, pairsOf: (node: NodeInfo) => Pairs): ByPair => {
  const all = nodes.flatMap((node) => pairsOf(node).map(([at, pod]) => ({ at, node, pod })));
  return groupBy(all, ({ at }) => at);
};

/** Pod affinity and anti-affinity, both ways (kube-scheduler v1.36 plugins/interpodaffinity/filtering.go). */
export const interPodAffinity: Filter = {
  name: "InterPodAffinity",
  prepare(pod, view) {
    const affinity = podAffinityTerms(pod);
    const antiAffinity = podAntiAffinityTerms(pod);
    const takenFor = (terms: readonly PodAffinityTerm[], how: "all" | "each") =>
      terms.length > 0 ? taken(terms, view, (node) => pairsOfMatching(pod, terms, node, view, how)) : NOTHING;
    const wanted = takenFor(affinity, "all");
    const unwanted = takenFor(antiAffinity, "each");
    const forbidden = taken(pod.metadata, view, (node) => pairsThatForbid(pod, node, view));
    // The first of a group that wants to be together with itself may start anywhere.
    const isFirst =
      affinity.length > 0 && wanted.isEmpty && affinity.every((term) => matchesTerm(term, pod, pod, view.snapshot));
    return (node) => {
      const missing = affinity.find(
        ({ topologyKey: key }) => node.labels[key] === undefined || (!isFirst && !wanted.by(key, node.labels[key])),
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
        const other = unwanted.by(topologyKey, node.labels[topologyKey]);
        if (other) return [against("node(s) didn't match pod anti-affinity rules", topologyKey, other, "own")];
      }
      for (const [key, value] of Object.entries(node.labels)) {
        const other = forbidden.by(key, value);
        if (other) return [against("node(s) didn't satisfy existing pods anti-affinity rules", key, other, "theirs")];
      }
      return [];
    };
  },
};

const reject = (reason: string, isUnresolvable: boolean, lack: Lack): Rejection => ({
  plugin: "InterPodAffinity",
  reason,
  isUnresolvable,
  lack,
});

const against = (reason: string, key: string, other: Pod, whose: "own" | "theirs"): Rejection =>
  reject(reason, false, { of: "anti-affinity", key, with: fullName(other.metadata), whose });

/** The topology values under which a node's pods match the terms: all of them at once (affinity), or each for itself. */
function pairsOfMatching(
  pod: Pod,
  terms: readonly PodAffinityTerm[],
  { labels, pods }: NodeInfo,
  { snapshot }: ClusterView,
  how: "all" | "each",
): Pairs {
  const matches = (other: Pod) => (term: PodAffinityTerm) => matchesTerm(term, other, pod, snapshot);
  const together = how === "all" ? pods.find((other) => terms.every(matches(other))) : undefined;
  return terms.flatMap((term): Pairs => {
    const value = labels[term.topologyKey];
    if (value === undefined) return [];
    const other = how === "all" ? together : pods.find((one) => matches(one)(term));
    return other ? [[pair(term.topologyKey, value), other]] : [];
  });
}

/** The topology values that anti-affinity of pods on a node closes to this pod. */
function pairsThatForbid(pod: Pod, node: NodeInfo, { snapshot }: ClusterView): Pairs {
  return withAntiAffinity(node).flatMap((other) =>
    podAntiAffinityTerms(other).flatMap((term): Pairs => {
      const value = node.labels[term.topologyKey];
      return value !== undefined && matchesTerm(term, pod, other, snapshot)
        ? [[pair(term.topologyKey, value), other]]
        : [];
    }),
  );
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
