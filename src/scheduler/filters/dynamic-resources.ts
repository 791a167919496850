import { controllerOf, type KubeObject } from "../../objects/object.ts";
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
import type { Gap } from "../../snapshot/snapshot.ts";
import { type NodeSelectorTerm, nodeTermMatches } from "../affinity-terms.ts";
import { fitsSelector } from "../device-selector.ts";
import type { DeviceLack, Filter, Lack, Rejection } from "../filter.ts";
import type { NodeInfo } from "../node-info.ts";
import type { Objects } from "../objects.ts";
import { podRequests } from "../pod-requests.ts";

/**
 * Devices of ResourceClaims (kube-scheduler v1.36 plugins/dynamicresources; k8s.io/dynamic-resource-allocation v0.36
 * structured). Decided is what a count decides: each request by itself against the devices of the node that are free. What
 * several requests leave to each other, counters, constraints and expressions that are not understood are left open.
 */
export const dynamicResources: Filter = {
  name: "DynamicResources",
  rejectPod(pod, { snapshot }) {
    const wrong = wrongClaim(pod, snapshot) ?? missingClass(pod, snapshot);
    return wrong ? [reject(...wrong)] : [];
  },
  prepare(pod, { snapshot }) {
    const market = marketFor(pod, snapshot);
    if (!market) return () => [];
    if ("gap" in market) return () => [{ plugin: "DynamicResources", gap: market.gap }];
    const claims = claimsOf(pod, snapshot);
    return (node) => {
      for (const claim of claims) {
        const place = claim.status?.allocation?.nodeSelector;
        if (place && !matchesPlace(place, node))
          return [reject("resourceclaim not available on the node", { of: "claim-place", claim: claim.metadata.name })];
      }
      const answers = claims.flatMap((claim) => (claim.status?.allocation ? [] : answersTo(claim, node, market)));
      answers.push(...answersToExtended(pod, node, market));
      const lack = answers.find((one) => typeof one === "object");
      if (lack) return [reject("cannot allocate all claims", lack)];
      return answers.includes("unknown") ? [{ plugin: "DynamicResources", beyond: BEYOND }] : [];
    };
  },
};

const BEYOND = "whether its devices meet all that the claims ask for";

/** What a node answers to one request: it has the devices, it lacks some, or that cannot be told. */
type Answer = "enough" | "unknown" | DeviceLack;

const claimsOf = (pod: Pod, snapshot: Objects): readonly ResourceClaim[] =>
  claimReferences(pod).flatMap(({ claim }) => {
    const object = claim && snapshot.get("ResourceClaim", pod.metadata.namespace, claim);
    return object ? [object as ResourceClaim] : [];
  });

/** A claim that cannot be used, in the words of foreachPodResourceClaim. */
function wrongClaim(pod: Pod, snapshot: Objects): readonly [string, Lack] | undefined {
  const { namespace, name } = pod.metadata;
  for (const { claim, template, name: own } of claimReferences(pod)) {
    if (!claim) {
      if (template) return [`pod "${namespace}/${name}": ResourceClaim not created yet`, unusable(own, "awaited")];
      continue;
    }
    const found = snapshot.find("ResourceClaim", namespace, claim);
    if (found.state === "absent")
      return [`resourceclaim.resource.k8s.io "${claim}" not found`, unusable(claim, "missing")];
    if (found.state !== "found") continue;
    if (found.object.metadata.deletionTimestamp)
      return [`resourceclaim "${claim}" is being deleted`, unusable(claim, "deleted")];
    if (template && !isMadeFor(pod, found.object))
      return [
        `ResourceClaim ${namespace}/${claim} was not created for Pod ${namespace}/${name} (Pod is not owner)`,
        unusable(claim, "foreign"),
      ];
  }
  return undefined;
}

/** Whether a claim of a template is this pod's. That of a group of pods belongs to the PodGroup. */
export function isMadeFor({ metadata }: Pod, claim: KubeObject): boolean {
  const owner = controllerOf(claim);
  return owner?.kind === "PodGroup" || (owner !== undefined && owner.uid === metadata.uid);
}

const unusable = (claim: string, is: Extract<Lack, { of: "resource-claim" }>["is"]): Lack => ({
  of: "resource-claim",
  claim,
  is,
});

function missingClass(pod: Pod, snapshot: Objects): readonly [string, Lack] | undefined {
  for (const claim of claimsOf(pod, snapshot)) {
    if (claim.status?.allocation) continue;
    for (const { deviceClassName = "", name } of requestsOf(claim).flatMap(({ alternatives }) => alternatives)) {
      if (deviceClassName === "" || snapshot.find("DeviceClass", undefined, deviceClassName).state !== "absent")
        continue;
      return [
        `request ${name}: device class ${deviceClassName} does not exist`,
        { of: "resource-claim", claim: claim.metadata.name, is: "classless", deviceClass: deviceClassName },
      ];
    }
  }
  return undefined;
}

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

/** Undefined where the pod asks for no device; a gap where not all of them are known. */
function marketFor(pod: Pod, snapshot: Objects): Market | { readonly gap: Gap } | undefined {
  const classes = deviceClasses(snapshot);
  if (claimReferences(pod).length === 0 && !asksForClass(pod, classes)) return undefined;
  const [slices, claims] = [snapshot.list("ResourceSlice"), snapshot.list("ResourceClaim")];
  const gap = slices.gap ?? claims.gap ?? snapshot.list("DeviceClass").gap;
  if (gap) return { gap };
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

function answersToExtended(pod: Pod, node: NodeInfo, market: Market): readonly Answer[] {
  return [...podRequests(pod)].flatMap(([resource, amount]): readonly Answer[] => {
    const deviceClassName = classOfResource(resource, market.classes);
    if (deviceClassName === undefined || amount === 0n || (node.allocatable.get(resource) ?? 0n) > 0n) return [];
    return [answerTo({ name: resource, deviceClassName, count: Number(amount) }, "", resource, node, market)];
  });
}

function answersTo(claim: ResourceClaim, node: NodeInfo, market: Market): readonly Answer[] {
  const requests = requestsOf(claim);
  const answers = requests.map(({ name, alternatives }): Answer => {
    const each = alternatives.map((one) => answerTo(one, claim.metadata.name, name, node, market));
    // The first alternative that can be met is taken.
    return each.find((one) => one === "enough") ?? each.find((one) => one === "unknown") ?? each[0] ?? "unknown";
  });
  // Requests compete for devices, and constraints tie them together.
  const isJoined = requests.length > 1 || (claim.spec?.devices?.constraints ?? []).length > 0;
  return isJoined ? [...answers, "unknown"] : answers;
}

/** Whether a node has enough devices for one request. */
function answerTo(
  {
    deviceClassName = "",
    selectors = [],
    allocationMode,
    count = 1,
    adminAccess,
    tolerations = [],
    capacity,
  }: DeviceRequest,
  claim: string,
  request: string,
  node: NodeInfo,
  { classes, slices, taken }: Market,
): Answer {
  const deviceClass = classes.get(deviceClassName);
  // A class that does not exist stops the pod before any node is looked at.
  if (!deviceClass || capacity || adminAccess) return "unknown";
  const expressions = [...(deviceClass.spec?.selectors ?? []), ...selectors].map(({ cel }) => cel?.expression ?? "");
  const fits = ({ driver, device }: Published) => {
    const each = expressions.map((expression) => fitsSelector(expression, { driver, device }));
    return each.includes(false) ? false : each.includes(undefined) ? undefined : true;
  };
  const here = publishedOn(node, slices);
  const fitting = here.filter((one) => fits(one) !== false);
  const usable = fitting.filter(({ device }) => isTolerated(device, tolerations));
  const free = usable.filter(
    ({ driver, pool, device }) =>
      device.allowMultipleAllocations || !taken.has(deviceKey({ driver, pool, device: device.name })),
  );
  const wanted = allocationMode === "All" ? Math.max(usable.length, 1) : count;
  if (free.length < wanted)
    return {
      of: "devices",
      claim,
      request,
      deviceClass: deviceClassName,
      wanted,
      free: free.length,
      tainted: fitting.length - usable.length,
      fitting: fitting.length,
      published: here.length,
    };
  const sure = free.filter((one) => fits(one) && !one.device.consumesCounters && !one.device.allowMultipleAllocations);
  return sure.length >= wanted ? "enough" : "unknown";
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
