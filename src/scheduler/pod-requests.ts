import type { Container, Pod } from "../objects/pod.ts";
import { amountOfNanos, nanos } from "../objects/quantity.ts";

/** Amounts by resource, as the scheduler counts them: see `amountOf`. */
export type Amounts = ReadonlyMap<string, bigint>;

type ResourceList = Readonly<Record<string, string | number>>;
type Nanos = Map<string, bigint>;

interface Resources {
  readonly requests?: ResourceList;
}

/**
 * What a pod asks of a node: the sum of its containers and sidecars, or more where an init container (with the sidecars
 * started before it) needs more; pod-level requests instead of these for the resources that have them; and the overhead
 * of its RuntimeClass. A container or pod [1.36] that was resized in place counts with the larger of what it has and what it wants
 * (k8s.io/component-helpers v0.36 resource/helpers.go PodRequests).
 */
export function podRequests(pod: Pod): Amounts {
  const known = requestsOf.get(pod);
  if (known) return known;
  const { spec } = pod;
  const sum: Nanos = new Map();
  for (const container of spec.containers) add(sum, containerRequests(pod, container, true));
  const sidecars: Nanos = new Map();
  const initial: Nanos = new Map();
  for (const container of spec.initContainers ?? []) {
    const isSidecar = container.restartPolicy === "Always";
    const requests = containerRequests(pod, container, isSidecar);
    if (isSidecar) {
      add(sum, requests);
      add(sidecars, requests);
      raise(initial, sidecars);
    } else {
      const together = new Map(requests);
      add(together, sidecars);
      raise(initial, together);
    }
  }
  raise(sum, initial);
  const { resources, overhead } = spec as { resources?: Resources; overhead?: ResourceList };
  if (resources) {
    const podLevel = effectiveRequests(pod, { resources }, pod.status as Actual | undefined);
    for (const resource of Object.keys(resources.requests ?? {}))
      if (isPodLevel(resource)) sum.set(resource, podLevel.get(resource) ?? 0n);
  }
  add(sum, nanosOf(overhead));
  const amounts: Nanos = new Map();
  for (const [resource, value] of sum) amounts.set(resource, amountOfNanos(resource, value));
  requestsOf.set(pod, amounts);
  return amounts;
}

const requestsOf = new WeakMap<Pod, Amounts>();

const isPodLevel = (resource: string) =>
  resource === "cpu" || resource === "memory" || resource.startsWith("hugepages-");

/** What a container, or a pod as a whole, has been given: it differs from the spec while a resize is under way. */
interface Actual {
  readonly resources?: Resources;
  readonly allocatedResources?: ResourceList;
}

function containerRequests(pod: Pod, container: Container, isResizable: boolean): ReadonlyMap<string, bigint> {
  const isOf = ({ name }: { readonly name: string }) => name === container.name;
  const { containerStatuses, initContainerStatuses } = (isResizable && pod.status) || {};
  const status = containerStatuses?.find(isOf) ?? initContainerStatuses?.find(isOf);
  return effectiveRequests(pod, container as { resources?: Resources }, status as Actual | undefined);
}

/** Without what it has been given: what is asked for. */
function effectiveRequests(
  pod: Pod,
  { resources }: { readonly resources?: Resources },
  actual: Actual | undefined,
): ReadonlyMap<string, bigint> {
  const wanted = nanosOf(resources?.requests);
  if (!actual?.resources) return wanted;
  // A resize that can never happen does not count (helpers.go determineEffectiveRequests).
  const isInfeasible = pod.status?.conditions?.some(
    ({ type, reason }) => type === "PodResizePending" && reason === "Infeasible",
  );
  const effective: Nanos = new Map(isInfeasible ? [] : wanted);
  raise(effective, nanosOf(actual.resources.requests));
  raise(effective, nanosOf(actual.allocatedResources));
  return effective;
}

function nanosOf(resources: ResourceList | undefined): ReadonlyMap<string, bigint> {
  if (!resources) return NONE;
  const amounts: Nanos = new Map();
  for (const [resource, quantity] of Object.entries(resources)) amounts.set(resource, nanos(quantity) ?? 0n);
  return amounts;
}

const NONE: ReadonlyMap<string, bigint> = new Map();

function add(sum: Nanos, more: ReadonlyMap<string, bigint>): void {
  for (const [resource, value] of more) sum.set(resource, (sum.get(resource) ?? 0n) + value);
}

function raise(sum: Nanos, least: ReadonlyMap<string, bigint>): void {
  for (const [resource, value] of least) if (value > (sum.get(resource) ?? 0n)) sum.set(resource, value);
}
