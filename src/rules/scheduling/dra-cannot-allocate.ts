import { requirementText } from "../../objects/label-selector.ts";
import { type ResourceClaim, requestsOf } from "../../objects/resource-claim.ts";
import type { NodeSelectorTerm } from "../../scheduler/affinity-terms.ts";
import { kubectl } from "../../text/command.ts";
import { count, list, name, type Text, text, value } from "../../text/text.ts";
import { type Evidence, type Fix, seen } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import { adminTask, look } from "../repair.ts";
import {
  alsoThere,
  claimViews,
  driverOf,
  expressionsOf,
  holdersOf,
  likeNames,
  publishingDrivers,
  type Shortage,
  shortageOf,
} from "./devices.ts";
import { type Obstruction, refusalRule } from "./refusal-rule.ts";

const CLASS_MISSING = /^request (\S+): device class (\S+) does not exist/;

/** What stands behind the sentence, as far as the objects show it. */
type Trouble =
  | { readonly what: "class"; readonly request: string; readonly deviceClass: string; readonly like: readonly string[] }
  | { readonly what: "place"; readonly claim: ResourceClaim; readonly place: string }
  | { readonly what: "driver" | "selector" | "taint" | "taken"; readonly shortage: Shortage }
  | { readonly what: "unknown" };

function troubleOf({ refusals }: Obstruction, input: PodInput): Trouble {
  const [, request, deviceClass] = refusals.map(({ reason }) => CLASS_MISSING.exec(reason)).find(Boolean) ?? [];
  if (request && deviceClass)
    return { what: "class", request, deviceClass, like: likeNames(input, "DeviceClass", deviceClass) };
  const shortage = shortageOf(input);
  if (shortage) {
    const { publishedAnywhere, fittingAnywhere, free, wanted, tainted } = shortage;
    const driver = driverOf(input, shortage.deviceClass);
    const isDriverSilent =
      publishedAnywhere === 0 || (driver !== undefined && !publishingDrivers(input).includes(driver));
    if (isDriverSilent) return { what: "driver", shortage };
    if (fittingAnywhere === 0) return { what: "selector", shortage };
    return { what: tainted > 0 && free + tainted >= wanted ? "taint" : "taken", shortage };
  }
  const held = refusals.some(({ obstacle }) => obstacle === "claim-place") ? placedClaim(input) : undefined;
  return held ? { what: "place", ...held } : { what: "unknown" };
}

/** A claim whose devices only some nodes can use. */
function placedClaim(input: PodInput) {
  for (const { claim } of claimViews(input)) {
    const object = claim?.state === "found" ? claim.object : undefined;
    const selector = object?.status?.allocation?.nodeSelector as
      | { readonly nodeSelectorTerms?: readonly NodeSelectorTerm[] }
      | undefined;
    if (object && selector)
      return { claim: object, place: (selector.nodeSelectorTerms ?? []).map(termText).join(" or ") };
  }
  return undefined;
}

const termText = ({ matchExpressions = [], matchFields = [] }: NodeSelectorTerm) =>
  [...matchFields, ...matchExpressions].map(requirementText).join(" and ");

const asked = ({ claim, request }: Shortage): Text =>
  claim ? text`request ${name(request)} of ResourceClaim ${name(claim)}` : text`the resource ${name(request)}`;

/** No node has the devices that a claim asks for. */
export default refusalRule({
  id: "scheduling/dra-cannot-allocate",
  title: "No node has the devices that a ResourceClaim asks for",
  obstacles: ["devices", "claim-place", "resource-claim"],
  needs: ["ResourceClaim", "ResourceSlice", "DeviceClass"],
  fits: ({ refusals }) =>
    refusals.some(({ obstacle, reason }) => obstacle !== "resource-claim" || /^request |^resource claim /.test(reason)),
  headline: (obstruction, input) => {
    const trouble = troubleOf(obstruction, input);
    switch (trouble.what) {
      case "class":
        return text`DeviceClass ${name(trouble.deviceClass)} does not exist${alsoThere(trouble.like)}.`;
      case "place":
        return text`ResourceClaim ${name(trouble.claim.metadata.name)} has its devices already, and only nodes with ${value(trouble.place)} can use them.`;
      case "driver": {
        const driver = driverOf(input, trouble.shortage.deviceClass);
        return driver
          ? text`No node publishes a device of the driver ${name(driver)}, which DeviceClass ${name(trouble.shortage.deviceClass)} asks for.`
          : text`No node publishes any device for DeviceClass ${name(trouble.shortage.deviceClass)}.`;
      }
      case "selector":
        return text`None of the ${count(trouble.shortage.publishedAnywhere, "published device")} is what ${asked(trouble.shortage)} selects.`;
      case "taint":
        return text`The free devices of DeviceClass ${name(trouble.shortage.deviceClass)} have taints that ${asked(trouble.shortage)} does not tolerate.`;
      case "taken": {
        const { free, wanted, deviceClass } = trouble.shortage;
        return text`No node has ${wanted} free ${wanted === 1 ? "device" : "devices"} of DeviceClass ${name(deviceClass)}${free > 0 && text`; the most is ${free}`}.`;
      }
      case "unknown":
        return text`No node has the devices that the pod's ResourceClaims ask for.`;
    }
  },
  why: (obstruction, input) => {
    const trouble = troubleOf(obstruction, input);
    switch (trouble.what) {
      case "class":
        return text`The request ${name(trouble.request)} names that class, and the scheduler looks at no node before it is there.`;
      case "place":
        return text`A claim keeps its devices as long as a pod uses it; another pod with the same claim has to go where they are.`;
      case "driver": {
        const others = publishingDrivers(input);
        return text`A driver's pods on the nodes publish devices as ResourceSlices. ${others.length > 0 ? text`Only ${list(others.map(name))} ${others.length === 1 ? "does" : "do"}` : "There are none"}: the driver is not installed, or does not run.`;
      }
      case "selector": {
        const expressions = expressionsOf(input, trouble.shortage);
        return text`A device has to fit ${expressions.length === 1 ? "the expression" : "all of"} ${list(expressions.map(value))}.`;
      }
      case "taint":
        return text`A driver or an administrator taints devices that are broken or kept for something.`;
      case "taken": {
        const holders = holdersOf(input, driverOf(input, trouble.shortage.deviceClass));
        return text`A device belongs to one claim at a time.${holders.length > 0 && text` They are held by ${list(holders.map(name))}.`}`;
      }
      case "unknown":
        return text`The scheduler found no node on which all of them can be allocated. Expressions, counters and constraints that I cannot compute decide it.`;
    }
  },
  evidence: (obstruction, input): readonly Evidence[] => {
    const trouble = troubleOf(obstruction, input);
    if (trouble.what === "place") return [seen(trouble.claim, "status.allocation.nodeSelector", "devices are on")];
    const shortage = "shortage" in trouble ? trouble.shortage : undefined;
    const { object } = shortage ?? {};
    if (!shortage || !object) return [];
    const index = requestsOf(object).findIndex((one) => one.name === shortage.request);
    return [
      seen(
        object,
        `spec.devices.requests[${index}]`,
        "asked",
        text`${shortage.wanted} of DeviceClass ${name(shortage.deviceClass)}; node ${name(shortage.best)} publishes ${count(shortage.published, "device")}, ${shortage.fitting} ${shortage.fitting === 1 ? "fits" : "fit"}, ${shortage.free} free`,
      ),
    ];
  },
  fixes: (obstruction, input): readonly Fix[] => fixesFor(troubleOf(obstruction, input), input),
  beside: (obstruction, input): readonly Fix[] => fixesFor(troubleOf(obstruction, input), input),
  doc: {
    means:
      "The pod asks for devices by a ResourceClaim, and no node has enough of them: no driver publishes any, the selectors fit none, others hold them, they are tainted, or the claim's devices are already on a node that cannot take the pod.",
    seenIn:
      "`cannot allocate all claims`, `resourceclaim not available on the node` (counted by node), `request r: device class c does not exist`, `resource claim ns/c is in the process of being allocated` (kube-scheduler [1.34+, where switched on before]).",
    repair: "Run the driver, correct the class or the selectors, free a device, or add nodes that have it.",
    notToConfuseWith: "scheduling/insufficient-extended: devices of a device plugin are a number in the node's status.",
    catalogue: ["dra-cannot-allocate"],
  },
});

function fixesFor(trouble: Trouble, input: PodInput): readonly Fix[] {
  const { namespace } = input.pod.metadata;
  const slices = kubectl("reads", undefined, "get", "resourceslices");
  switch (trouble.what) {
    case "class":
      return [
        look(text`See which classes there are.`, kubectl("reads", undefined, "get", "deviceclasses")),
        ...correctedClass(trouble, input),
        adminTask(text`Or install the driver that brings the class ${name(trouble.deviceClass)}.`),
      ];
    case "place":
      return [
        look(
          text`See who uses the claim.`,
          kubectl("reads", namespace, "describe", "resourceclaim", trouble.claim.metadata.name),
        ),
        {
          title: text`Let each pod have a claim of its own: name a ResourceClaimTemplate in spec.resourceClaims.`,
          commands: [],
          applies: "maybe",
          by: "workload-owner",
        },
      ];
    case "driver":
      return [
        look(text`See which drivers publish devices.`, slices),
        look(
          text`See whether the driver's pods run; they are those of a DaemonSet.`,
          kubectl("reads", undefined, "get", "daemonsets", "--all-namespaces"),
        ),
        adminTask(text`Install or repair the driver.`),
      ];
    case "selector":
      return [
        look(
          text`Compare the expression with the attributes of the devices.`,
          kubectl("reads", undefined, "get", "resourceslices", "-o", "yaml"),
        ),
        {
          title: text`Let the ${trouble.shortage.object?.metadata.ownerReferences ? "ResourceClaimTemplate" : "ResourceClaim"} select devices that there are; a claim cannot be changed, so make it anew.`,
          commands: [],
          applies: "maybe",
          by: "workload-owner",
        },
      ];
    case "taint":
      return [
        look(text`See the taints of the devices.`, kubectl("reads", undefined, "get", "resourceslices", "-o", "yaml")),
      ];
    case "taken":
      return [
        look(text`See who holds the devices.`, kubectl("reads", undefined, "get", "resourceclaims", "-A")),
        adminTask(text`Wait until one is free, end a pod that holds one, or add a node with such devices.`),
      ];
    case "unknown":
      return [
        look(
          text`Compare what the claims ask for with what the nodes publish.`,
          kubectl("reads", namespace, "describe", "resourceclaims"),
          slices,
        ),
      ];
  }
}

/** A claim cannot be changed; one of a template is made anew with its pod. */
function correctedClass(
  { like: [meant], deviceClass }: Extract<Trouble, { what: "class" }>,
  input: PodInput,
): readonly Fix[] {
  if (!meant) return [];
  const template = claimViews(input).find(
    ({ claim }) =>
      claim?.state === "found" &&
      requestsOf(claim.object).some(({ alternatives }) =>
        alternatives.some((one) => one.deviceClassName === deviceClass),
      ),
  )?.reference.template;
  return [
    {
      title: text`Name the DeviceClass ${name(meant)} in the ${template ? text`ResourceClaimTemplate ${name(template)}` : "ResourceClaim"}: neither can be changed, so delete it and create it again; then make the pod anew.`,
      commands: [],
      applies: "maybe",
      by: "workload-owner",
    },
  ];
}
