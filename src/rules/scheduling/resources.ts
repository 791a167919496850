import { amountOf, showAmount } from "../../objects/quantity.ts";
import { podRequests } from "../../scheduler/pod-requests.ts";
import { kubectl } from "../../text/command.ts";
import { list, name, type Text, text, value } from "../../text/text.ts";
import { type Evidence, type Fix, type RuleId, seen } from "../finding.ts";
import type { ContainerView, PodInput } from "../pod-input.ts";
import { look, setRequest } from "../repair.ts";
import type { Rule, RuleDoc } from "../rule.ts";
import { type Obstruction, refusalRule } from "./refusal-rule.ts";

/** A rule about one resource that no node has enough of. */
export function resourceRule(spec: {
  readonly id: RuleId;
  readonly title: string;
  /** Whether a resource of this name is the rule's. */
  isMine(resource: string): boolean;
  notes?(resource: string, obstruction: Obstruction, input: PodInput): readonly Text[];
  readonly doc: RuleDoc;
}): Rule {
  const resourceOf = ({ refusals, lacks }: Obstruction) =>
    [
      ...lacks.flatMap((lack) => (lack.of === "resource" ? [lack.resource] : [])),
      ...refusals.flatMap(({ detail }) => detail ?? []),
    ].find((one) => spec.isMine(one)) ?? "";
  return refusalRule({
    id: spec.id,
    title: spec.title,
    obstacles: ["resource"],
    fits: (obstruction) => resourceOf(obstruction) !== "",
    headline: (obstruction, input) => headline(resourceOf(obstruction), obstruction, input),
    why: (obstruction, input) => why(resourceOf(obstruction), obstruction, input),
    notes: (obstruction, input) => spec.notes?.(resourceOf(obstruction), obstruction, input) ?? [],
    evidence: (obstruction, input) => requestEvidence(resourceOf(obstruction), input),
    fixes: (obstruction, input) => fixes(resourceOf(obstruction), obstruction, input),
    beside: ({ nearest: [nearest], ...rest }) => {
      const resource = resourceOf({ nearest: nearest ? [nearest] : [], ...rest });
      if (!nearest || nearest.node.pods.every((pod) => (podRequests(pod).get(resource) ?? 0n) === 0n)) return [];
      return [
        look(
          text`See what holds ${name(resource)} on ${name(nearest.node.name)}: less of that makes room too.`,
          kubectl("reads", undefined, "describe", "node", nearest.node.name),
        ),
      ];
    },
    doc: spec.doc,
  });
}

const wantedOf = (resource: string, { pod }: PodInput) => podRequests(pod).get(resource) ?? 0n;

/** The nearest node's lack of a resource. */
function lackOf(resource: string, { lacks }: Obstruction) {
  const lack = lacks.find((one) => one.of === "resource" && one.resource === resource);
  return lack?.of === "resource" ? lack : undefined;
}

/** The most that any node could give, even empty; undefined where the nodes are not known. */
function largest(resource: string, { verdict }: Obstruction): bigint | undefined {
  return verdict.fit?.nodes.reduce((most, { node }) => {
    const amount = node.allocatable.get(resource) ?? 0n;
    return amount > most ? amount : most;
  }, 0n);
}

/** The most that is left on the nodes that are closed by nothing but resources; undefined where there are none. */
function mostLeft(resource: string, { verdict }: Obstruction): bigint | undefined {
  const lefts = (verdict.fit?.nodes ?? [])
    .filter(({ rejections }) => rejections.every(({ lack }) => lack.of === "resource" && lack.resource !== "pods"))
    .map(({ node }) => (node.allocatable.get(resource) ?? 0n) - (node.requested.get(resource) ?? 0n));
  return lefts.reduce<bigint | undefined>((most, left) => (most === undefined || left > most ? left : most), undefined);
}

function headline(resource: string, obstruction: Obstruction, input: PodInput): Text {
  const wanted = showAmount(resource, wantedOf(resource, input));
  const most = largest(resource, obstruction);
  const lack = lackOf(resource, obstruction);
  const unit = name(resource);
  if (most === 0n) return text`No node has any ${unit}, and the pod asks for ${value(wanted)}.`;
  if (most !== undefined && most < wantedOf(resource, input))
    return text`The pod asks for ${value(wanted)} ${unit}, and the largest node has ${value(showAmount(resource, most))}: it can never fit.`;
  if (lack) {
    const left = mostLeft(resource, obstruction) ?? lack.allocatable - lack.requested;
    return text`The pod asks for ${value(wanted)} ${unit}, and no node it may use has more than ${value(showAmount(resource, left < 0n ? 0n : left))} left.`;
  }
  return text`No node that the pod may use has ${value(wanted)} ${unit} left to give.`;
}

function why(resource: string, obstruction: Obstruction, input: PodInput): Text {
  const total = obstruction.verdict.parsed?.total ?? 0;
  const counts = text`The scheduler counts what pods request, not what they use; it looked at ${total} ${total === 1 ? "node" : "nodes"}.`;
  const node = obstruction.nearest[0]?.node;
  const lack = lackOf(resource, obstruction);
  const most = largest(resource, obstruction);
  if (!node || !lack || most === undefined) return counts;
  if (most < wantedOf(resource, input)) return text`${counts} Even empty, no node is large enough.`;
  const holders = node.pods
    .map((pod) => ({ pod, amount: podRequests(pod).get(resource) ?? 0n }))
    .filter(({ amount }) => amount > 0n)
    .sort((a, b) => (a.amount > b.amount ? -1 : a.amount < b.amount ? 1 : 0))
    .slice(0, 3);
  return text`${counts}${holders.length > 0 && text` On ${name(node.name)} most is requested by ${list(holders.map(({ pod, amount }) => name(`${pod.metadata.namespace}/${pod.metadata.name} (${showAmount(resource, amount)})`)))}.`}`;
}

/** The container that asks for most: the one to change. */
function biggest(
  resource: string,
  { containers }: PodInput,
): { view: ContainerView; amount: bigint; path: string } | undefined {
  return containers
    .filter(({ role }) => role !== "ephemeral")
    .flatMap((view) => {
      const { requests } = (view.spec.resources ?? {}) as { requests?: Readonly<Record<string, string | number>> };
      const quantity = requests?.[resource];
      return quantity === undefined
        ? []
        : [{ view, amount: amountOf(resource, quantity), path: `${view.specPath}.resources.requests['${resource}']` }];
    })
    .sort((a, b) => (a.amount > b.amount ? -1 : a.amount < b.amount ? 1 : 0))[0];
}

function requestEvidence(resource: string, input: PodInput): readonly Evidence[] {
  const most = biggest(resource, input);
  return most
    ? [
        seen(
          input.pod,
          most.path,
          `container ${most.view.name}`,
          text`requests ${name(resource)} = ${value(showAmount(resource, most.amount))}`,
        ),
      ]
    : [];
}

function fixes(resource: string, obstruction: Obstruction, input: PodInput): readonly Fix[] {
  const node = obstruction.nearest[0]?.node;
  const most = biggest(resource, input);
  const all: Fix[] = [];
  if (most && !isExtended(resource)) {
    all.push(setRequest(input, most.view.name, { resource, request: "<amount>" }, text`Ask for less.`));
  }
  all.push({
    title: text`Or make room: scale something down, or add a node with ${value(showAmount(resource, wantedOf(resource, input)))} ${name(resource)} free.`,
    commands: node
      ? [kubectl("reads", undefined, "describe", "node", node.name)]
      : [kubectl("reads", undefined, "describe", "nodes")],
    applies: "maybe",
    by: "cluster-admin",
  });
  return all;
}

const isExtended = (resource: string) => resource.includes("/") || resource.startsWith("hugepages-");

/** A look at all nodes, for causes that sit there. */
export const lookAtNodes = (title: Text): Fix => look(title, kubectl("reads", undefined, "get", "nodes", "-o", "wide"));
