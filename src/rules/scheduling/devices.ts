import {
  type ClaimReference,
  claimReferences,
  type DeviceClass,
  deviceKey,
  devicesOf,
  type ResourceClaim,
  type ResourceSlice,
  requestsOf,
} from "../../objects/resource-claim.ts";
import { type DeviceLack, isRejection } from "../../scheduler/filter.ts";
import { dynamicResources } from "../../scheduler/filters/dynamic-resources.ts";
import { clusterView } from "../../scheduler/node-info.ts";
import { compare, type Found } from "../../snapshot/lookup.ts";
import { nearest } from "../../text/nearest.ts";
import { list, name, type Text, text } from "../../text/text.ts";
import type { Evidence, Fix } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import { patchPodSpec } from "../repair.ts";
import { verdictOn } from "./verdict.ts";

/** A claim of the pod, with the object where there is one. */
export interface ClaimView {
  readonly reference: ClaimReference;
  /** Undefined where no claim has been made of the template yet. */
  readonly claim: Found<ResourceClaim> | undefined;
}

/** The pod's claims for devices, in its order. */
export function claimViews({ pod, snapshot }: PodInput): readonly ClaimView[] {
  return claimReferences(pod).map((reference) => ({
    reference,
    claim: reference.claim
      ? (snapshot.find("ResourceClaim", pod.metadata.namespace, reference.claim) as Found<ResourceClaim>)
      : undefined,
  }));
}

/** The scheduler's sentence on the claims of a pod, where there is one. */
export function spokenOf(input: PodInput): readonly Evidence[] {
  const verdict = verdictOn(input);
  return verdict?.refusals.some(({ obstacle }) => obstacle === "resource-claim") ? [verdict.source] : [];
}

/** A request for which no node has enough devices. */
export interface Shortage extends Omit<DeviceLack, "of"> {
  /** Absent for an extended resource. */
  readonly object?: ResourceClaim;
  /** The node that has most of what is asked. */
  readonly best: string;
  /** Of all nodes together. */
  readonly publishedAnywhere: number;
  readonly fittingAnywhere: number;
}

/** What the nodes lack of devices, by the one that comes nearest; undefined where some node has enough, or that is not known. */
export function shortageOf({ pod, snapshot }: PodInput): Shortage | undefined {
  const view = clusterView(snapshot);
  const check = dynamicResources.prepare(pod, view);
  const perNode = view.nodes.map((node) => {
    const lack = check(node)
      .filter(isRejection)
      .map((rejection) => rejection.lack)
      .find((one): one is DeviceLack => one.of === "devices");
    return { node: node.name, lack };
  });
  const lacks = perNode.flatMap(({ node, lack }) => (lack ? [{ node, ...lack }] : []));
  if (lacks.length === 0 || lacks.length < perNode.length) return undefined;
  const [best] = [...lacks].sort(
    (a, b) => b.free - a.free || b.fitting - a.fitting || b.published - a.published || compare(a.node, b.node),
  );
  if (!best) return undefined;
  const { node, of: _, ...lack } = best;
  const object = snapshot.get("ResourceClaim", pod.metadata.namespace, lack.claim) as ResourceClaim | undefined;
  const same = lacks.filter(({ request }) => request === lack.request);
  const sum = (field: "published" | "fitting") => same.reduce((total, one) => total + one[field], 0);
  return {
    ...lack,
    ...(object && { object }),
    best: node,
    publishedAnywhere: sum("published"),
    fittingAnywhere: sum("fitting"),
  };
}

/** The driver whose devices a class stands for, where its selector says so in the usual words. */
export function driverOf({ snapshot }: PodInput, deviceClass: string): string | undefined {
  const { spec } = (snapshot.get("DeviceClass", undefined, deviceClass) ?? {}) as Partial<DeviceClass>;
  const expressions = (spec?.selectors ?? []).map(({ cel }) => cel?.expression ?? "").join("\n");
  return /device\.driver\s*==\s*["']([^"']+)["']/.exec(expressions)?.[1];
}

/** The drivers that publish devices. */
export function publishingDrivers({ snapshot }: PodInput): readonly string[] {
  const slices = snapshot.list("ResourceSlice").items as readonly ResourceSlice[];
  const drivers = slices.flatMap((slice) => (slice.spec && devicesOf(slice).length > 0 ? [slice.spec.driver] : []));
  return [...new Set(drivers)].sort(compare);
}

/** The CEL expressions of a request, its class's first. */
export function expressionsOf({ snapshot }: PodInput, { object, request, deviceClass }: Shortage): readonly string[] {
  const { spec } = (snapshot.get("DeviceClass", undefined, deviceClass) ?? {}) as Partial<DeviceClass>;
  const own = object
    ? requestsOf(object).flatMap(({ name: its, alternatives }) =>
        its === request ? alternatives.flatMap(({ selectors = [] }) => selectors) : [],
      )
    : [];
  return [...(spec?.selectors ?? []), ...own].flatMap(({ cel }) => cel?.expression ?? []);
}

/** The pods that hold devices of a driver, or of any where the driver is not known: `namespace/name`. */
export function holdersOf({ snapshot }: PodInput, driver: string | undefined): readonly string[] {
  const claims = snapshot.list("ResourceClaim").items as readonly ResourceClaim[];
  const holding = claims.filter(({ status }) =>
    status?.allocation?.devices?.results?.some((one) => driver === undefined || one.driver === driver),
  );
  const names = holding.flatMap(({ metadata, status }) =>
    (status?.reservedFor ?? []).map((one) => `${metadata.namespace}/${one.name}`),
  );
  return [...new Set(names)].sort(compare);
}

/** Devices of a claim that are given to it, and what is still to be said of each. */
export function allocatedDevices(claim: ResourceClaim) {
  const states = claim.status?.devices ?? [];
  return (claim.status?.allocation?.devices?.results ?? []).map((device, index) => {
    const at = states.findIndex((one) => deviceKey(one) === deviceKey(device));
    return { device, index, at, conditions: states[at]?.conditions ?? [] };
  });
}

/** The names most like one that is missing, of the objects of a kind that are known. */
export function likeNames({ pod, snapshot }: PodInput, kind: string, wanted: string): readonly string[] {
  const namespace = kind === "DeviceClass" ? undefined : pod.metadata.namespace;
  return nearest(
    wanted,
    snapshot.list(kind, namespace).items.map(({ metadata }) => metadata.name),
  );
}

/** Lets the pod name another claim or template. */
export function renameClaim(
  input: PodInput,
  { name: own }: ClaimReference,
  field: "resourceClaimName" | "resourceClaimTemplateName",
  to: string,
): Fix {
  return patchPodSpec(input, { resourceClaims: [{ name: own, [field]: to }] }, text`Name ${name(to)} instead.`, {
    applies: "maybe",
  });
}

/** `; gpu does`, or nothing. */
export const alsoThere = (names: readonly string[]): Text =>
  names.length > 0 ? text`; ${list(names.map(name), 3)} ${names.length === 1 ? "does" : "do"}` : [];
