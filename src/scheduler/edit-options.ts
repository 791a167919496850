import { matchesRequirement, type Requirement, requirementText } from "../objects/label-selector.ts";
import type { Taint } from "../objects/node.ts";
import type { Pod } from "../objects/pod.ts";
import { amountOf, isBytes, roundedDown, showAmount } from "../objects/quantity.ts";
import { isSystemTaint, type Toleration, tolerates, tolerationText } from "../objects/toleration.ts";
import { nearest } from "../text/nearest.ts";
import {
  type NodeSelectorTerm,
  nodeAffinityTerms,
  type PodAffinityTerm,
  podAffinityTerms,
  podAntiAffinityTerms,
  tolerationsOf,
} from "./affinity-terms.ts";
import { type Edit, patchedPod, type SpecPatch, UNSCHEDULABLE } from "./edit.ts";
import type { Lack } from "./filter.ts";
import { isWithinLimitRanges, mostRatio } from "./limit-ranges.ts";
import type { ClusterView, NodeInfo } from "./node-info.ts";
import { podRequests } from "./pod-requests.ts";
import { volumeOptions } from "./volume-options.ts";

/** Edits that may end one lack, made at once. A patch of the pod's spec goes with those of the workload. */
export interface EditOption {
  readonly edits: readonly Edit[];
  readonly patch?: SpecPatch;
  /** What it makes of the cluster besides the pod and its node: claims, volumes, other pods. */
  readonly apply?: (view: ClusterView) => ClusterView;
  /** How much it asks of people; only the order counts. */
  readonly cost: number;
}

/** What could end what one node lacks for a pod. Empty: nothing that anybody should do. */
export function optionsFor(lack: Lack, pod: Pod, node: NodeInfo, view: ClusterView): readonly EditOption[] {
  switch (lack.of) {
    case "resource":
      return lack.resource === "pods" ? podLimitOptions(lack, node) : requestOptions(lack, pod, view);
    case "toleration":
      return taintOptions(lack, pod, node, view);
    case "schedulable":
      return [{ edits: [{ of: "uncordon", node: node.name }], cost: 10 }];
    case "labels":
      return labelOptions(pod, node);
    case "port":
      return portOptions(lack, pod);
    case "spread":
      return spreadOptions(lack.key, pod);
    case "topology-label":
      return [...spreadOptions(lack.key, pod), ...topologyLabelOptions(lack.key, node, view)];
    case "affinity":
      return termOptions("pod-affinity", lack.key, pod);
    case "anti-affinity":
      return lack.whose === "own" ? termOptions("anti-affinity", lack.key, pod) : [];
    default:
      return volumeOptions(lack, pod, node, view);
  }
}

/** The least that ending a lack can cost, without trying. */
export function leastCost(lack: Lack): number {
  switch (lack.of) {
    case "resource": {
      const left = lack.allocatable - lack.requested;
      if (lack.resource === "pods") return COST_OF_POD_LIMIT;
      if (left <= 0n) return IMPOSSIBLE;
      return 2 + 2 * Number(((lack.wanted - left) * 1000n) / lack.wanted) * 0.001;
    }
    case "toleration":
      return lack.key === UNSCHEDULABLE ? 10 : isSystemTaint(lack.key) ? IMPOSSIBLE : 4;
    case "schedulable":
      return 10;
    case "labels":
      return COST_OF_LABEL * lack.requirements.length;
    case "name":
    case "features":
    case "devices":
    case "claim-place":
    case "resource-claim":
    case "volume":
    case "volume-zone":
    case "disk":
    case "volume-limit":
    case "storage":
      return IMPOSSIBLE;
    case "anti-affinity":
      return lack.whose === "own" ? 4 : IMPOSSIBLE;
    default:
      return 3;
  }
}

const IMPOSSIBLE = 1000;
/** More than a toleration: whoever asks for a label mostly needs what it stands for. */
const COST_OF_LABEL = 5;
const COST_OF_POD_LIMIT = 13;

type Requests = Readonly<Record<string, string | number>>;
const requestsOf = (resources: unknown): Requests => (resources as { requests?: Requests } | undefined)?.requests ?? {};

const limitsOf = (resources: unknown): Requests => (resources as { limits?: Requests } | undefined)?.limits ?? {};

/** Requests of such resources are limits as well, and must be equal to them. */
const isExtended = (resource: string) => resource.includes("/") || resource.startsWith("hugepages-");

/** Less than anything useful asks for, and so far from what was asked that nobody meant it. */
function isAbsurd(resource: string, amount: bigint, asked: bigint): boolean {
  if (isExtended(resource)) return amount <= 0n;
  const least = resource === "cpu" ? 100n : isBytes(resource) ? 64n * 1024n ** 2n : 1n;
  return amount <= 0n || (amount < least && amount * 5n < asked);
}

/** One container asks for less; or all of them, each its part. */
function requestOptions(
  lack: Extract<Lack, { of: "resource" }>,
  pod: Pod,
  { snapshot }: ClusterView,
): readonly EditOption[] {
  const { resource, wanted } = lack;
  const left = lack.allocatable - lack.requested;
  if (left <= 0n) return [];
  const over = wanted - left;
  const ratio = mostRatio(resource, pod, snapshot);
  const requests = (["containers", "initContainers"] as const)
    .flatMap((list) =>
      (pod.spec[list] ?? []).map(({ name, resources }) => ({
        list,
        name,
        amount: amountOf(resource, requestsOf(resources)[resource]),
        limit: amountOf(resource, limitsOf(resources)[resource]),
      })),
    )
    .filter(({ amount }) => amount > 0n)
    .sort((a, b) => (a.amount > b.amount ? -1 : a.amount < b.amount ? 1 : 0));
  const ofPod = amountOf(resource, requestsOf((pod.spec as { resources?: unknown }).resources)[resource]);
  const lowered = (some: typeof requests, to: (amount: bigint) => bigint): EditOption[] => {
    let patch: Record<string, unknown> = {};
    const edits: Edit[] = [];
    let dropped = 0;
    const add = (amount: bigint, container?: { list: string; name: string; limit: bigint }) => {
      const less = roundedDown(resource, to(amount));
      const most = ratio && (amountOf(resource, less) * ratio) / 1_000_000_000n;
      const limit = most && container && container.limit > most ? roundedDown(resource, most) : undefined;
      const limits = isExtended(resource) ? less : limit;
      const resources = {
        requests: { [resource]: less },
        ...(limits !== undefined && { limits: { [resource]: limits } }),
      };
      if (container) {
        const { list, name } = container;
        patch = { ...patch, [list]: [...((patch[list] as object[]) ?? []), { name, resources }] };
      } else patch = { ...patch, resources };
      edits.push({
        of: "request",
        ...(container && { container: container.name }),
        resource,
        from: showAmount(resource, amount),
        to: less,
        ...(limit !== undefined && { limit }),
      });
      dropped = Math.max(dropped, 1 - Number((amountOf(resource, less) * 1000n) / amount) / 1000);
      return !isAbsurd(resource, amountOf(resource, less), amount);
    };
    if (ofPod > 0n && !add(ofPod)) return [];
    for (const { amount, ...container } of some) if (!add(amount, container)) return [];
    const lower = patchedPod(pod, patch);
    const now = podRequests(lower).get(resource) ?? 0n;
    return now <= left && isWithinLimitRanges(lower, resource, snapshot)
      ? [{ edits, patch, cost: 2 + 2 * dropped + 0.2 * (edits.length - 1) }]
      : [];
  };
  const inProportion = lowered(requests, (amount) => (amount * left) / wanted);
  // What the whole pod requests must be at least what its containers do.
  if (ofPod > 0n) return inProportion;
  const single = requests.flatMap((one) => (one.amount > over ? lowered([one], (amount) => amount - over) : []));
  return requests.length > 1 ? [...single, ...inProportion] : single;
}

/** One place more for a pod: it is a setting of the kubelet. */
function podLimitOptions({ allocatable, requested }: Extract<Lack, { of: "resource" }>, { name }: NodeInfo) {
  const edit = { of: "pod-limit" as const, node: name, from: Number(allocatable), to: Number(requested) + 1 };
  return [{ edits: [edit], cost: COST_OF_POD_LIMIT }];
}

/** The tolerations without what DefaultTolerationSeconds adds to each pod, and the DaemonSet controller to its own: those are no part of a template. */
export function ownTolerations(pod: Pod) {
  const isOfDaemonSet = pod.metadata.ownerReferences?.some(({ kind }) => kind === "DaemonSet") ?? false;
  return tolerationsOf(pod).filter(
    ({ key = "", ...rest }) =>
      !(isOfDaemonSet && key.startsWith("node.kubernetes.io/")) &&
      !(/^node\.kubernetes\.io\/(?:not-ready|unreachable)$/.test(key) && "tolerationSeconds" in rest),
  );
}

/**
 * A toleration of the pod that nearly takes a taint, and nothing else that there is: a slip in the key or the value, or another
 * effect than the one meant.
 */
export function meantToleration(taint: Taint, pod: Pod, nodes: readonly NodeInfo[]): Toleration | undefined {
  const isUsed = (toleration: Toleration) =>
    nodes.some(({ node }) => node.spec?.taints?.some((one) => tolerates(toleration, one)));
  return ownTolerations(pod).find((toleration) => {
    const { key, value, operator = "Equal" } = toleration;
    if (!key || isUsed(toleration)) return false;
    const hasValue = operator === "Exists" || (value ?? "") === (taint.value ?? "");
    if (key !== taint.key) return hasValue && isSlip(key, taint.key);
    // The right key and value with another effect, or the right key with nearly the right value.
    return hasValue || isSlip(value ?? "", taint.value ?? "");
  });
}

function taintOptions(
  lack: Extract<Lack, { of: "toleration" }>,
  pod: Pod,
  { name }: NodeInfo,
  { nodes }: ClusterView,
): readonly EditOption[] {
  const { key, value, effect } = lack;
  if (key === UNSCHEDULABLE) return [{ edits: [{ of: "uncordon", node: name }], cost: 10 }];
  if (isSystemTaint(key)) return [];
  const taint = { key, ...(value && { value }), effect };
  const toleration = { key, ...(value ? { operator: "Equal", value } : { operator: "Exists" }), effect };
  const meant = meantToleration(taint, pod, nodes);
  // A slip is to be corrected, not got around.
  if (meant)
    return [
      {
        edits: [{ of: "toleration", ...taint, instead: tolerationText(meant) }],
        patch: { tolerations: [...ownTolerations(pod).filter((one) => one !== meant), toleration] },
        cost: 1,
      },
    ];
  return [
    {
      edits: [{ of: "toleration", ...taint }],
      patch: { tolerations: [...ownTolerations(pod), toleration] },
      cost: 4,
    },
    { edits: [{ of: "untaint", node: name, ...taint }], cost: 11 },
  ];
}

/** Labels that describe what a machine is: a wrong one would be a lie, and a pod without the wish would break there. */
const isOfMachine = (key: string) => /^(?:beta\.)?kubernetes\.io\/(?:arch|os)$/.test(key);
/** Labels that the kubelet or the cloud sets and resets. */
const isGiven = (key: string) =>
  isOfMachine(key) ||
  /^kubernetes\.io\/hostname$|^(?:topology|failure-domain\.beta|node)\.kubernetes\.io\/|^node-role\.kubernetes\.io\//.test(
    key,
  );

function labelOptions(pod: Pod, node: NodeInfo): readonly EditOption[] {
  const unmet = Object.entries(pod.spec.nodeSelector ?? {}).find(([key, value]) => node.labels[key] !== value);
  if (unmet) return selectorOptions(unmet, node);
  return affinityOptions(pod, node);
}

function selectorOptions([key, value]: readonly [string, string], node: NodeInfo): readonly EditOption[] {
  const label = `${key}=${value}`;
  const meant = meantLabel(key, value, node);
  // A slip is to be corrected, not got around.
  if (meant)
    return [
      {
        edits: [{ of: "selector", label, to: `${meant[0]}=${meant[1]}` }],
        patch: { nodeSelector: { ...(meant[0] !== key && { [key]: null }), [meant[0]]: meant[1] } },
        cost: 1,
      },
    ];
  return [
    ...(isOfMachine(key)
      ? []
      : [
          {
            edits: [{ of: "selector" as const, label }],
            patch: { nodeSelector: { [key]: null } },
            cost: COST_OF_LABEL,
          },
        ]),
    ...labelOption(key, value, node),
  ];
}

function labelOption(key: string, value: string, { name, labels }: NodeInfo): readonly EditOption[] {
  const from = labels[key];
  const edit = { of: "label" as const, node: name, key, value, ...(from !== undefined && { from }) };
  return isGiven(key) ? [] : [{ edits: [edit], cost: 10 }];
}

/** The node's label that a slip of the pen may have missed: its value, or its key. */
function meantLabel(key: string, value: string, { labels }: NodeInfo): readonly [string, string] | undefined {
  const here = labels[key];
  if (here !== undefined) return isSlip(value, here) ? [key, here] : undefined;
  const like = nearest(
    key,
    Object.keys(labels).filter((one) => labels[one] === value),
    1,
  )[0];
  return like === undefined ? undefined : [like, value];
}

/** Whether a node has what the first missing label of the selector may have meant. */
export function hasMeantLabel(
  { requirements: [first = ""] }: { readonly requirements: readonly string[] },
  node: NodeInfo,
): boolean {
  const [, key, value] = /^([^=!\s]+)=(\S*)$/.exec(first) ?? [];
  return key !== undefined && value !== undefined && meantLabel(key, value, node) !== undefined;
}

/** `sdd` for `ssd`, but not `b` for `a` nor `16` for `8`: those are other choices, not slips. */
const isSlip = (word: string, meant: string) =>
  Math.min(word.length, meant.length) >= 3 && !/^\d+$/.test(word) && nearest(word, [meant], 1).length > 0;

function affinityOptions(pod: Pod, node: NodeInfo): readonly EditOption[] {
  const terms = nodeAffinityTerms(pod) ?? [];
  // The pod of a DaemonSet is made for one node.
  if (terms.some(({ matchFields = [] }) => matchFields.length > 0)) return [];
  const unmetOf = ({ matchExpressions = [] }: NodeSelectorTerm) =>
    matchExpressions.filter((requirement) => !matchesRequirement(requirement, node.labels));
  const nearestFirst = terms
    .map((term, at) => ({ at, term, unmet: unmetOf(term) }))
    .filter(({ unmet }) => unmet.length > 0)
    .sort((a, b) => a.unmet.length - b.unmet.length);
  const [best] = nearestFirst;
  const [requirement] = best?.unmet ?? [];
  if (!best || !requirement) return [];
  const withTerm = (expressions: readonly Requirement[]): SpecPatch => {
    const all = terms.map((term, at) => (at === best.at ? { ...term, matchExpressions: expressions } : term));
    const required = expressions.length > 0 ? { nodeSelectorTerms: all } : null;
    return { affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: required } } };
  };
  const { matchExpressions = [] } = best.term;
  const { key, operator, values = [] } = requirement;
  const here = node.labels[key];
  const slip = operator === "In" && here !== undefined ? values.find((value) => isSlip(value, here)) : undefined;
  const corrected =
    slip !== undefined && here !== undefined
      ? { ...requirement, values: values.map((value) => (value === slip ? here : value)) }
      : undefined;
  const words = requirementText(requirement);
  const [first] = values;
  const wantedValue = operator === "In" && first !== undefined ? first : operator === "Exists" ? "true" : undefined;
  return [
    ...(corrected
      ? [
          {
            edits: [{ of: "affinity" as const, requirement: words, to: requirementText(corrected) }],
            patch: withTerm(matchExpressions.map((one) => (one === requirement ? corrected : one))),
            cost: 1.2,
          },
        ]
      : []),
    ...(isOfMachine(key)
      ? []
      : [
          {
            edits: [{ of: "affinity" as const, requirement: words }],
            patch: withTerm(matchExpressions.filter((one) => one !== requirement)),
            cost: COST_OF_LABEL,
          },
        ]),
    ...(wantedValue === undefined ? [] : labelOption(key, wantedValue, node)),
  ];
}

interface Port {
  readonly containerPort: number;
  readonly hostPort?: number;
  readonly protocol?: string;
}

function portOptions({ port, protocol }: Extract<Lack, { of: "port" }>, pod: Pod): readonly EditOption[] {
  // There each port that a container declares is one of the node's.
  if (pod.spec.hostNetwork) return [];
  return (["containers", "initContainers"] as const).flatMap((list) =>
    (pod.spec[list] ?? []).flatMap(({ name, ports = [] }): EditOption[] => {
      const all = ports as unknown as readonly Port[];
      const mine = all.find((one) => one.hostPort === port && (one.protocol || "TCP") === protocol);
      // A patch finds a port by its containerPort alone.
      if (!mine || all.filter(({ containerPort }) => containerPort === mine.containerPort).length > 1) return [];
      return [
        {
          edits: [{ of: "host-port", container: name, port, protocol }],
          patch: { [list]: [{ name, ports: [{ containerPort: mine.containerPort, hostPort: null }] }] },
          cost: 3,
        },
      ];
    }),
  );
}

function spreadOptions(key: string, pod: Pod): readonly EditOption[] {
  const constraints = (pod.spec as { topologySpreadConstraints?: readonly { topologyKey: string }[] })
    .topologySpreadConstraints;
  // A patch finds a constraint by its topologyKey alone.
  if ((constraints ?? []).filter(({ topologyKey }) => topologyKey === key).length !== 1) return [];
  return [
    {
      edits: [{ of: "spread", key }],
      // minDomains is allowed with DoNotSchedule only.
      patch: {
        topologySpreadConstraints: [{ topologyKey: key, whenUnsatisfiable: "ScheduleAnyway", minDomains: null }],
      },
      cost: 3,
    },
  ];
}

/** The value that the other nodes have most rarely: the domain that has most room for one more. */
function topologyLabelOptions(key: string, node: NodeInfo, { nodes }: ClusterView): readonly EditOption[] {
  if (key === "kubernetes.io/hostname")
    return [{ edits: [{ of: "label", node: node.name, key, value: node.name }], cost: 10 }];
  const counts = new Map<string, number>();
  for (const { labels } of nodes) {
    const value = labels[key];
    if (value !== undefined) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return [...counts]
    .sort((a, b) => a[1] - b[1] || (a[0] < b[0] ? -1 : 1))
    .map(([value]) => ({ edits: [{ of: "label", node: node.name, key, value }], cost: 12 }));
}

/** A required term of pod affinity or anti-affinity that only prefers from now on. */
function termOptions(of: "pod-affinity" | "anti-affinity", key: string, pod: Pod): readonly EditOption[] {
  const terms = of === "pod-affinity" ? podAffinityTerms(pod) : podAntiAffinityTerms(pod);
  const field = of === "pod-affinity" ? "podAffinity" : "podAntiAffinity";
  const { preferredDuringSchedulingIgnoredDuringExecution: preferred = [] } =
    ((pod.spec.affinity ?? {}) as Readonly<Record<string, { preferredDuringSchedulingIgnoredDuringExecution?: [] }>>)[
      field
    ] ?? {};
  return terms.flatMap((term): EditOption[] => {
    if (term.topologyKey !== key) return [];
    const rest = terms.filter((one) => one !== term).map(asWritten);
    const selector = JSON.stringify(asWritten(term).labelSelector ?? {});
    return [
      {
        edits: [{ of, key, selector }],
        patch: {
          affinity: {
            [field]: {
              requiredDuringSchedulingIgnoredDuringExecution: rest.length > 0 ? rest : null,
              preferredDuringSchedulingIgnoredDuringExecution: [
                ...preferred,
                { weight: 100, podAffinityTerm: asWritten(term) },
              ],
            },
          },
        },
        cost: of === "anti-affinity" ? 4 : 4.5,
      },
    ];
  });
}

/** The term as it stands in a template: without what the API server made of matchLabelKeys in this one pod. */
function asWritten(term: PodAffinityTerm): PodAffinityTerm {
  const keys = new Set([...(term.matchLabelKeys ?? []), ...(term.mismatchLabelKeys ?? [])]);
  const { labelSelector } = term;
  if (keys.size === 0 || !labelSelector?.matchExpressions) return term;
  const matchExpressions = labelSelector.matchExpressions.filter(({ key }) => !keys.has(key));
  return { ...term, labelSelector: { ...labelSelector, matchExpressions } };
}
