import type { Pod } from "../../objects/pod.ts";
import {
  claimReferences,
  type Device,
  type DeviceClass,
  type DeviceRequest,
  deviceKey,
  devicesOf,
  type ResourceClaim,
  type ResourceSlice,
  requestsOf,
} from "../../objects/resource-claim.ts";
import { KEEPS_AWAY, type Toleration, tolerates } from "../../objects/toleration.ts";
import { type NodeSelectorTerm, nodeTermMatches } from "../affinity-terms.ts";
import { fitsSelector } from "../device-selector.ts";
import type { DeviceLack, Filter, Rejection } from "../filter.ts";
import type { NodeInfo } from "../node-info.ts";
import type { Objects } from "../objects.ts";
import { podRequests } from "../pod-requests.ts";

/**
 * Devices of ResourceClaims (kube-scheduler v1.36 plugins/dynamicresources; k8s.io/dynamic-resource-allocation v0.36
 * structured). Decided is what a count decides: each request by itself against the devices of the node that are free. What
 * several requests leave to each other, counters, capacity that is shared and constraints are not: there a node passes.
 * So does one whose devices are chosen by an expression that is not understood.
 */
export const dynamicResources: Filter = {
  name: "DynamicResources",
  prepare(pod, { snapshot }) {
    const market = marketFor(pod, snapshot);
    if (!market) return () => [];
    const claims = claimReferences(pod).flatMap(({ claim }) => {
      const object = claim && snapshot.get("ResourceClaim", pod.metadata.namespace, claim);
      return object ? [object as ResourceClaim] : [];
    });
    return (node) => {
      for (const claim of claims) {
        const place = claim.status?.allocation?.nodeSelector;
        if (place && !matchesPlace(place, node))
          return [reject("resourceclaim not available on the node", { of: "claim-place", claim: claim.metadata.name })];
      }
      for (const claim of claims) {
        const lack = claim.status?.allocation ? undefined : lackOfClaim(claim, node, market);
        if (lack) return [reject("cannot allocate all claims", lack)];
      }
      const lack = lackOfExtended(pod, node, market);
      return lack ? [reject("cannot allocate all claims", lack)] : [];
    };
  },
};

const reject = (reason: string, lack: Rejection["lack"]): Rejection => ({
  plugin: "DynamicResources",
  reason,
  isUnresolvable: true,
  lack,
});

/** What there is to give, and what is given already. */
interface Market {
  readonly classes: ReadonlyMap<string, DeviceClass>;
  readonly slices: readonly ResourceSlice[];
  readonly taken: ReadonlySet<string>;
}

/** Undefined where the pod asks for no device, or not all of them are known. */
function marketFor(pod: Pod, snapshot: Objects): Market | undefined {
  const classes = deviceClasses(snapshot);
  if (claimReferences(pod).length === 0 && !asksForClass(pod, classes)) return undefined;
  const [slices, claims] = [snapshot.list("ResourceSlice"), snapshot.list("ResourceClaim")];
  if (!slices.isComplete || !claims.isComplete || !snapshot.list("DeviceClass").isComplete) return undefined;
  const taken = (claims.items as readonly ResourceClaim[]).flatMap(
    ({ status }) =>
      status?.allocation?.devices?.results?.filter(({ adminAccess }) => !adminAccess).map(deviceKey) ?? [],
  );
  return { classes, slices: slices.items as readonly ResourceSlice[], taken: new Set(taken) };
}

const deviceClasses = (snapshot: Objects): ReadonlyMap<string, DeviceClass> =>
  new Map((snapshot.list("DeviceClass").items as readonly DeviceClass[]).map((one) => [one.metadata.name, one]));

/** A class stands for an extended resource by that name too, or by a name of its own (resource/v1 ResourceDeviceClassPrefix). */
function classOfResource(resource: string, classes: ReadonlyMap<string, DeviceClass>): string | undefined {
  const [, implied] = /^deviceclass\.resource\.kubernetes\.io\/(.+)$/.exec(resource) ?? [];
  if (implied !== undefined) return classes.has(implied) ? implied : undefined;
  return [...classes.values()].find(({ spec }) => spec?.extendedResourceName === resource)?.metadata.name;
}

const asksForClass = (pod: Pod, classes: ReadonlyMap<string, DeviceClass>) =>
  classes.size > 0 && [...podRequests(pod).keys()].some((resource) => classOfResource(resource, classes) !== undefined);

/**
 * Whether a resource is a matter of devices on this node: no device plugin lists it, but a DeviceClass stands for it [1.36,
 * alpha since 1.34] (noderesources/fit.go shouldDelegateResourceToDRA).
 */
export function isBackedByDevices(resource: string, { allocatable }: NodeInfo, snapshot: Objects): boolean {
  return (
    resource.includes("/") &&
    (allocatable.get(resource) ?? 0n) === 0n &&
    snapshot.list("DeviceClass").items.length > 0 &&
    classOfResource(resource, deviceClasses(snapshot)) !== undefined
  );
}

function lackOfExtended(pod: Pod, node: NodeInfo, market: Market): DeviceLack | undefined {
  for (const [resource, amount] of podRequests(pod)) {
    const deviceClassName = classOfResource(resource, market.classes);
    if (deviceClassName === undefined || amount === 0n || (node.allocatable.get(resource) ?? 0n) > 0n) continue;
    const lack = lackOf({ name: resource, deviceClassName, count: Number(amount) }, node, market);
    if (lack) return { of: "devices", claim: "", request: resource, ...lack };
  }
  return undefined;
}

function lackOfClaim(claim: ResourceClaim, node: NodeInfo, market: Market): DeviceLack | undefined {
  for (const { name, alternatives } of requestsOf(claim)) {
    const lacks = alternatives.map((one) => lackOf(one, node, market));
    const [first] = lacks;
    if (first && lacks.every(Boolean)) return { of: "devices", claim: claim.metadata.name, request: name, ...first };
  }
  return undefined;
}

/** Undefined where the node has enough devices for one request, as far as can be told. */
function lackOf(
  {
    deviceClassName = "",
    selectors = [],
    allocationMode,
    count = 1,
    adminAccess,
    tolerations = [],
    capacity,
  }: DeviceRequest,
  node: NodeInfo,
  { classes, slices, taken }: Market,
): Omit<DeviceLack, "of" | "claim" | "request"> | undefined {
  const deviceClass = classes.get(deviceClassName);
  // A class that does not exist stops the pod before any node is looked at.
  if (!deviceClass || capacity || adminAccess) return undefined;
  const expressions = [...(deviceClass.spec?.selectors ?? []), ...selectors].map(({ cel }) => cel?.expression ?? "");
  const here = publishedOn(node, slices);
  const fitting = here.filter(({ driver, device }) =>
    expressions.every((expression) => fitsSelector(expression, { driver, device }) !== false),
  );
  const usable = fitting.filter(({ device }) => isTolerated(device, tolerations));
  const free = usable.filter(
    ({ driver, pool, device }) =>
      device.allowMultipleAllocations || !taken.has(deviceKey({ driver, pool, device: device.name })),
  );
  const wanted = allocationMode === "All" ? Math.max(usable.length, 1) : count;
  if (free.length >= wanted) return undefined;
  return {
    deviceClass: deviceClassName,
    wanted,
    free: free.length,
    tainted: fitting.length - usable.length,
    fitting: fitting.length,
    published: here.length,
  };
}

interface Published {
  readonly driver: string;
  readonly pool: string;
  readonly device: Device;
}

/** The devices that a node can use, of the newest generation of each pool (structured GatherPools). */
function publishedOn(node: NodeInfo, slices: readonly ResourceSlice[]): readonly Published[] {
  return slices.flatMap((slice): readonly Published[] => {
    const { spec } = slice;
    if (!spec || isOutdated(slice, slices)) return [];
    const { driver, pool, perDeviceNodeSelection } = spec;
    const devices = devicesOf(slice).filter((device) => isFor(perDeviceNodeSelection ? device : spec, node));
    return devices.map((device) => ({ driver, pool: pool.name, device }));
  });
}

function isOutdated({ spec }: ResourceSlice, slices: readonly ResourceSlice[]): boolean {
  return slices.some(
    (other) =>
      other.spec?.driver === spec?.driver &&
      other.spec?.pool.name === spec?.pool.name &&
      (other.spec?.pool.generation ?? 0) > (spec?.pool.generation ?? 0),
  );
}

interface Place {
  readonly nodeName?: string;
  readonly nodeSelector?: unknown;
  readonly allNodes?: boolean;
}

const isFor = ({ nodeName, nodeSelector, allNodes }: Place, node: NodeInfo): boolean =>
  allNodes === true || nodeName === node.name || (nodeSelector !== undefined && matchesPlace(nodeSelector, node));

function matchesPlace(selector: unknown, node: NodeInfo): boolean {
  const { nodeSelectorTerms = [] } = selector as { nodeSelectorTerms?: readonly NodeSelectorTerm[] };
  return nodeSelectorTerms.some((term) => nodeTermMatches(term, node));
}

/** Taints of devices keep requests away that do not tolerate them [1.36, alpha since 1.33]. */
const isTolerated = ({ taints = [] }: Device, tolerations: readonly Toleration[]) =>
  taints.every((taint) => !KEEPS_AWAY.has(taint.effect) || tolerations.some((one) => tolerates(one, taint)));
