import { groupBy } from "../objects/group-by.ts";
import { fullName } from "../objects/object.ts";
import { showAmount } from "../objects/quantity.ts";
import type { NodeRow, Scheduling, SchedulingNodes } from "../report/report.ts";
import type { PodInput } from "../rules/pod-input.ts";
import { changesFor } from "../rules/scheduling/change-fixes.ts";
import { jsonOf, lackText } from "../rules/scheduling/refusal-rule.ts";
import { agreesWith, type Verdict, verdictOn } from "../rules/scheduling/verdict.ts";
import { UNSCHEDULABLE } from "../scheduler/edit.ts";
import { leastCost } from "../scheduler/edit-options.ts";
import { type Lack, type Rejection, unknownOf } from "../scheduler/filter.ts";
import { type Fit, isForAnother, type NodeFit, rebuiltMessage } from "../scheduler/fit.ts";
import { clusterView } from "../scheduler/node-info.ts";
import { compare } from "../snapshot/lookup.ts";
import type { Gap } from "../snapshot/snapshot.ts";
import { type Text, text, value } from "../text/text.ts";
import { outlookOf } from "./scheduling-outlook.ts";

/** What the scheduler's filters, run again, say of each node; undefined for a pod that has one, or where not all nodes and pods are known. */
export function schedulingOf(input: PodInput): Scheduling | undefined {
  const verdict = verdictOn(input);
  const fit = verdict?.run;
  if (!verdict || !fit) return undefined;
  const agrees = agreesWith(fit, verdict.message);
  const [smallest] = changesFor(input, verdict);
  const outlook = outlookOf(input.pod, clusterView(input.snapshot), fit);
  return {
    ...ofFit(fit),
    schedulerMessage: verdict.message,
    agrees,
    ...(!agrees && { difference: differenceOf(fit, verdict, input) }),
    ...(outlook && { outlook }),
    ...(smallest && {
      smallestChange: { edits: smallest.edits.map((edit) => ({ ...edit })), accepts: smallest.accepts },
    }),
  };
}

type OfFit = Pick<Scheduling, "rebuiltMessage" | "podRejections" | "unread" | "nodes" | "rows">;
const described = new WeakMap<Fit, OfFit>();

/** What the run says, which pods of one template share. */
function ofFit(fit: Fit): OfFit {
  const known = described.get(fit);
  if (known) return known;
  const nearest = nearestFirst(fit);
  const description = {
    rebuiltMessage: rebuiltMessage(fit),
    podRejections: fit.podRejections.map(rejectionOf),
    unread: unreadBy(fit),
    nodes: equalNodes(nearest),
    rows: rowsOf(nearest, fit),
  };
  described.set(fit, description);
  return description;
}

/** Why our run may say something else than the scheduler. */
function differenceOf(fit: Fit, verdict: Verdict, { pod, snapshot }: PodInput): Text {
  const { accepts, nodes } = fit;
  const { schedulerName = "default-scheduler" } = pod.spec;
  const unknown = verdict.refusals.filter(({ obstacle }) => obstacle === "other");
  const newer = nodes.filter(({ node: { node } }) => {
    const created = (node.metadata as { creationTimestamp?: string }).creationTimestamp ?? "";
    return verdict.at !== "" && created > verdict.at;
  });
  if (verdict.refusals.some(({ obstacle, count }) => obstacle === "claim" && count === undefined))
    return text`It stopped at the pod's claims, before it looked at nodes; they may be fine by now, or are not all known to me.`;
  if (verdict.refusals.some(({ obstacle, count }) => /claim$/.test(obstacle) && count === undefined))
    return text`The scheduler stopped at the pod's claims, before it looked at nodes; the table shows what comes after that.`;
  if (schedulerName !== "default-scheduler")
    return text`The scheduler ${value(schedulerName)} has rules of its own, which I do not know.`;
  if (unknown.length > 0)
    return text`It gives a reason that is none of the usual filters (an extender, a plugin, or a check that I do not run): ${value(unknown.map(({ reason }) => reason).join(", "))}.`;
  if (verdict.refusals.some(({ obstacle }) => obstacle === "devices" || obstacle === "claim-place"))
    return text`Which device a claim gets is decided by expressions, counters and constraints that I compute only in part.`;
  if (verdict.refusals.some(({ obstacle }) => obstacle === "enforced-affinity"))
    return text`The scheduler's own configuration adds a node affinity, which the API does not show.`;
  if (newer.length > 0)
    return text`Its sentence is older than ${newer.length === 1 ? "a node" : "some nodes"}: the scheduler tries again by itself.`;
  const namespaces = JSON.stringify(pod.spec.affinity ?? {}).includes("namespaceSelector")
    ? snapshot.gapFor("Namespace")
    : undefined;
  const gap = unreadBy(fit)[0] ?? namespaces;
  if (gap) return text`I could not read all objects of the kind ${gap.kind}, which it also looks at.`;
  return accepts.length > 0
    ? text`Its sentence may be from before something changed: then it takes the pod at its next try. Else it sees something that I do not.`
    : text`Pods or nodes have changed since it wrote its sentence, or it sees something that I do not.`;
}

/** Nodes that say the very same, each group once. */
function equalNodes(nodes: readonly NodeFit[]): readonly SchedulingNodes[] {
  const groups = new Map<string, SchedulingNodes & { readonly names: string[] }>();
  for (const one of nodes) {
    const rejections = one.rejections.map(rejectionOf);
    const undecided = one.undecided.map((what) => ({ plugin: what.plugin, kind: unknownOf(what) }));
    const key = JSON.stringify([rejections, undecided]);
    const group = groups.get(key);
    if (group) group.names.push(one.node.name);
    else groups.set(key, { names: [one.node.name], rejections, undecided });
  }
  return [...groups.values()];
}

const rejectionOf = ({ plugin, reason, lack }: Rejection) => ({ plugin, reason, lack: jsonOf(lack) });

/** What the filters could not look at, each once. */
const unreadBy = ({ nodes }: Fit): readonly Gap[] => [
  ...new Map(
    nodes.flatMap(({ undecided }) =>
      undecided.flatMap((one) => ("gap" in one ? [[one.gap.kind, one.gap] as const] : [])),
    ),
  ).values(),
];

function nearestFirst({ nodes }: Fit): readonly NodeFit[] {
  const costOf = (one: NodeFit) =>
    isForAnother(one) ? Number.MAX_SAFE_INTEGER : one.rejections.reduce((sum, { lack }) => sum + leastCost(lack), 0);
  return nodes
    .map((one) => ({ one, cost: costOf(one) }))
    .sort((a, b) => a.cost - b.cost || compare(a.one.node.name, b.one.node.name))
    .map(({ one }) => one);
}

/** Nodes of the same sort in one row: what differs between them is told as a range, or left out. */
function rowsOf(nodes: readonly NodeFit[], fit: Fit): readonly NodeRow[] {
  const keyOf = (one: NodeFit) =>
    isForAnother(one)
      ? "another"
      : [...one.rejections.map(({ lack }) => sortOf(lack)), ...one.undecided.map((what) => `unread ${unknownOf(what)}`)]
          .sort(compare)
          .join("\n");
  return [...groupBy(nodes, keyOf)].map(([key, members]) => ({
    names: members.map(({ node }) => node.name).sort(compare),
    stops: key === "another" ? ["the pod is made for another node"] : [...stopsOf(members, fit), ...keptWords(members)],
  }));
}

/** What the nodes of a row lack, and what could not be looked at there. */
function stopsOf(members: readonly NodeFit[], { podRejections }: Fit): readonly string[] {
  const unknown = members.flatMap(({ undecided }) =>
    undecided.map((one) => `not known: ${"gap" in one ? `${one.gap.kind} was not read` : one.beyond}`),
  );
  const stops = [...wordsOf(members), ...[...new Set(unknown)].sort(compare)];
  return stops.length === 0 && podRejections.length > 0 ? ["nothing more"] : stops;
}

const sortOf = (lack: Lack): string =>
  lack.of === "resource"
    ? `resource ${lack.resource}`
    : lack.of === "port"
      ? `port ${lack.port}`
      : lack.of === "anti-affinity"
        ? `anti-affinity ${lack.whose} ${lack.key}`
        : lack.of === "spread"
          ? `spread ${lack.key}`
          : lackText(lack);

/** Pods that are counted there although they are not there yet. */
function keptWords(members: readonly NodeFit[]): readonly string[] {
  const [first, ...others] = new Set(
    members.flatMap(({ keptFor }) => keptFor.map(({ metadata }) => fullName(metadata))),
  );
  if (first === undefined) return [];
  return [`room is kept for ${first}${others.length > 0 ? ` and ${others.length} more` : ""}`];
}

/** One phrase for each thing that the nodes of a row lack. */
function wordsOf(members: readonly NodeFit[]): readonly string[] {
  const told = members.flatMap(({ rejections }) => {
    const all = rejections.map(({ lack }) => lack);
    // A cordoned node has a taint that says the same.
    const isCordoned = all.some(({ of }) => of === "schedulable");
    return all.filter((lack) => !(isCordoned && lack.of === "toleration" && lack.key === UNSCHEDULABLE));
  });
  return [...groupBy(told, sortOf).values()].map((lacks) => {
    const [lack] = lacks;
    if (!lack) return "";
    const all = new Set(lacks.map(lackText));
    if (all.size === 1) return lackText(lack);
    switch (lack.of) {
      case "resource": {
        if (lack.resource === "pods") return "has all the pods it may have";
        const lefts = lacks
          .flatMap((one) => (one.of === "resource" ? [one.allocatable - one.requested] : []))
          .sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
        const show = (amount = 0n) => showAmount(lack.resource, amount < 0n ? 0n : amount);
        return `${lack.resource}: ${show(lefts[0])} to ${show(lefts.at(-1))} left of ${show(lack.wanted)} asked`;
      }
      case "port":
        return `port ${lack.port} is taken`;
      case "anti-affinity":
        return lack.whose === "own" ? "a pod that this one must not be with" : "a pod that does not want this one";
      case "spread":
        return `the spread by ${lack.key} would be too uneven`;
      default:
        return [...all].join(" or ");
    }
  });
}
