import { amountOf, showAmount } from "../../objects/quantity.ts";
import { path, text, value } from "../../text/text.ts";
import type { PodInput } from "../pod-input.ts";
import { verdictRule } from "./verdict.ts";
import { leftover, nodeName, seeNode, setResources } from "./words.ts";

interface OutOf {
  readonly resource: string;
  readonly requested: string;
  readonly used: string;
  readonly capacity: string;
  readonly free: string;
  /** More than the node has in all. */
  readonly isTooLarge: boolean;
  /** The request that would have fitted, for a single container that requests any. */
  readonly fits?: { readonly container: string; readonly quantity: string };
}

/** `Node didn't have enough resource: cpu, requested: 64000, used: 0, capacity: 2000`, CPU in thousandths (kubernetes v1.36 pkg/kubelet/lifecycle/predicate.go). */
const NUMBERS = /Node didn't have enough resource: (\S+), requested: (\d+), used: (\d+), capacity: (\d+)/;

/** The node had less left than the pod requests. */
export default verdictRule<OutOf>({
  id: "node/out-of-resource",
  title: "Refused, because the node has less left than the pod requests",
  needs: ["Node", "Event"],
  read: ({ reason, message }, input) => {
    if (!/^OutOf./.test(reason)) return undefined;
    const [, resource = reason.slice("OutOf".length), ...numbers] = NUMBERS.exec(message) ?? [];
    const [requested = 0n, used = 0n, capacity = 0n] = numbers.map(BigInt);
    const free = capacity > used ? capacity - used : 0n;
    const show = (amount: bigint) => showAmount(resource, amount);
    const fits = requested > 0n ? fitting(input, resource, requested, free) : undefined;
    return {
      resource,
      requested: show(requested),
      used: show(used),
      capacity: show(capacity),
      free: show(free),
      isTooLarge: requested > capacity,
      ...(fits && { fits: { container: fits.container, quantity: show(fits.amount) } }),
    };
  },
  headline: ({ resource, requested, free }, input) =>
    text`Refused (OutOf${resource}): the pod requests ${value(requested)} ${resource === "cpu" ? "CPU" : resource}, and node ${nodeName(input)} has ${value(free)} left.`,
  why: ({ used, capacity, isTooLarge, resource }, input) =>
    text`The node has ${value(capacity)} for pods, of which ${value(used)} ${used === "1" ? "is" : "are"} requested. ${isTooLarge ? text`The pod requests more than the node has in all. ` : ""}${
      isPlacedByHand(input)
        ? text`Nothing shows that the scheduler placed the pod: with ${path("spec.nodeName")} in the manifest the scheduler is passed over, and it is the kubelet that counts.`
        : text`The scheduler had counted otherwise: another pod was faster, the node had just lost ${resource}, or a static pod or another scheduler took it.`
    }`,
  fixes: ({ resource, fits, isTooLarge }, input) => [
    seeNode(input, text`What is requested on the node.`),
    ...(fits
      ? [
          setResources(
            input,
            fits.container,
            "requests",
            resource,
            fits.quantity,
            text`Request what the node had left, or less.`,
            "maybe",
          ),
        ]
      : []),
    ...(isPlacedByHand(input)
      ? [
          {
            title: text`Take ${path("nodeName")} out of the manifest, and the scheduler looks for a node that fits${isTooLarge && "; none like this one does"}.`,
            commands: [],
            applies: "maybe" as const,
            by: "workload-owner" as const,
          },
        ]
      : []),
    ...leftover(input),
  ],
  doc: {
    means:
      "The kubelet checks once more what the scheduler decided, and refused the pod: what it requests is more than is left on the node.",
    seenIn:
      "Phase Failed, reason OutOfcpu, OutOfmemory, OutOfpods, OutOfephemeral-storage or OutOf and an extended resource; `Node didn't have enough resource: cpu, requested: 64000, used: 0, capacity: 2000`, CPU in thousandths, memory in bytes.",
    repair:
      "Leave the choice of the node to the scheduler, or request less. After a race the owner's next pod finds its place.",
    notToConfuseWith: "scheduling/insufficient-…: there the scheduler finds no node, and the pod waits.",
    catalogue: ["admit-out-of-resource"],
  },
});

/** The scheduler writes an event for each pod that it places; without a gap in the events its absence tells. */
function isPlacedByHand({ events, snapshot, pod }: PodInput): boolean {
  if (events.some(({ reason }) => reason === "Scheduled")) return false;
  const age = snapshot.secondsSince(pod.metadata.creationTimestamp) ?? Number.POSITIVE_INFINITY;
  // Events are kept for an hour; those of the kubelet show that they were read.
  return events.length > 0 && age < 3600;
}

function fitting({ containers }: PodInput, resource: string, requested: bigint, free: bigint) {
  const requesting = containers.filter(({ role, spec }) => role === "main" && requestOf(spec.resources, resource) > 0n);
  const [only] = requesting;
  if (!only || requesting.length > 1 || requestOf(only.spec.resources, resource) !== requested || free <= 0n)
    return undefined;
  return { container: only.name, amount: free };
}

function requestOf(resources: unknown, resource: string): bigint {
  const { requests } = (resources ?? {}) as { requests?: Readonly<Record<string, string | number>> };
  return amountOf(resource, requests?.[resource]);
}
