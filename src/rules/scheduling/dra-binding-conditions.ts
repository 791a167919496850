import { refTo } from "../../objects/object.ts";
import { kubectl } from "../../text/command.ts";
import { duration, list, name, text, value } from "../../text/text.ts";
import { type Evidence, seen } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import { look } from "../repair.ts";
import { defineRule } from "../rule.ts";
import { allocatedDevices, claimViews } from "./devices.ts";
import { verdictOn } from "./verdict.ts";

const SAID = /device binding (?:timeout|failed): claim=/;

/** A device that is chosen and not ready yet. */
interface Unready {
  readonly claim: string;
  readonly driver: string;
  readonly device: string;
  readonly missing: readonly string[];
  /** A condition that says it never will be. */
  readonly failed?: string;
  readonly evidence: Evidence;
}

function unreadyDevices(input: PodInput): readonly Unready[] {
  return claimViews(input).flatMap(({ claim }): readonly Unready[] => {
    if (claim?.state !== "found") return [];
    const { object } = claim;
    return allocatedDevices(object).flatMap(({ device, index, at, conditions }): readonly Unready[] => {
      const isTrue = (type: string) => conditions.some((one) => one.type === type && one.status === "True");
      const missing = (device.bindingConditions ?? []).filter((type) => !isTrue(type));
      const failed = (device.bindingFailureConditions ?? []).find(isTrue);
      if (missing.length === 0 && !failed) return [];
      return [
        {
          claim: object.metadata.name,
          driver: device.driver,
          device: device.device,
          missing,
          ...(failed && { failed }),
          evidence: failed
            ? seen(object, `status.devices[${at}].conditions`, device.device)
            : seen(object, `status.allocation.devices.results[${index}].bindingConditions`, device.device),
        },
      ];
    });
  });
}

/** A device was chosen, and its driver has not made it ready. */
export default defineRule<{ claim: string; driver: string; missing: readonly string[]; failed: string | null }>({
  id: "scheduling/dra-binding-conditions",
  title: "A device that was chosen is not ready yet",
  effect: "delays",
  needs: ["ResourceClaim", "Event"],
  explains: ["scheduling/scheduler-error"],
  check(input) {
    if (input.pod.spec.nodeName) return [];
    const event = input.events.findLast(({ reason }) => reason === "BindingConditionsPending");
    const said = verdictOn(input);
    const isSaid = SAID.test(said?.message ?? "");
    const [device] = unreadyDevices(input);
    if (!device || !(event || isSaid)) return [];
    return [
      {
        subject: refTo(input.pod),
        confidence: "certain",
        ...((device.failed || isSaid) && { effect: "blocks" as const }),
        facts: {
          claim: device.claim,
          driver: device.driver,
          missing: device.missing,
          failed: device.failed ?? null,
        },
        evidence: [
          device.evidence,
          ...(isSaid && said ? [said.source] : []),
          ...(event ? [seen(event, "message", "scheduler")] : []),
        ],
      },
    ];
  },
  message: ({ facts: { claim, driver, missing, failed } }, input) => {
    const seconds = input.snapshot.secondsSince(input.pod.metadata.creationTimestamp);
    return {
      headline: failed
        ? text`The driver ${name(driver)} says that a device of ResourceClaim ${name(claim)} cannot be made ready: ${value(failed)}.`
        : text`A device of ResourceClaim ${name(claim)} is chosen; its driver ${name(driver)} has still to report ${list(missing.map(value))}.`,
      why: text`Such a device has to be attached or prepared before the pod is bound to its node. The scheduler waits up to ten minutes for the driver, then it chooses again.`,
      ...(seconds !== undefined && { notes: [text`The pod is ${duration(seconds)} old.`] }),
    };
  },
  fixes: ({ facts: { claim, driver } }, { pod }) => [
    look(
      text`See what the devices' conditions say.`,
      kubectl("reads", pod.metadata.namespace, "get", "resourceclaim", claim, "-o", "yaml"),
    ),
    look(
      text`See whether the controller of the driver ${name(driver)} runs, and its log.`,
      kubectl("reads", undefined, "get", "pods", "--all-namespaces"),
    ),
  ],
  groupKey: ({ facts: { driver, missing, failed } }) => `${driver} ${failed ?? missing.join()}`,
  doc: {
    means: "The scheduler has chosen a device that its driver must first make ready, and waits for the driver's word.",
    seenIn:
      "Event BindingConditionsPending `waiting for binding conditions for device on node n` [1.34+]; `device binding timeout: claim=…`, `device binding failed: claim=…` (kube-scheduler, SchedulerError).",
    repair: "Look at the driver that must set the condition.",
    catalogue: ["dra-binding-conditions"],
  },
});
