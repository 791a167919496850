import { refTo } from "../../objects/object.ts";
import { isReady, type Pod } from "../../objects/pod.ts";
import { lacksPods, specField } from "../../objects/workload.ts";
import { name, path, text } from "../../text/text.ts";
import { type Evidence, seen } from "../finding.ts";
import { defineWorkloadRule } from "../rule.ts";
import type { WorkloadInput } from "../workload-input.ts";
import { look } from "./repair.ts";

/** A StatefulSet makes its pods one after the other, and one of them is not ready yet. */
export default defineWorkloadRule<{ predecessor: string; next: string }>({
  id: "creation/sts-waiting-for-predecessor",
  title: "The StatefulSet waits for a pod before the next one",
  effect: "blocks",
  needs: ["Pod"],
  check: (input) => {
    const { object, refusal } = input;
    const policy = specField(object, "podManagementPolicy") ?? "OrderedReady";
    if (object.kind !== "StatefulSet" || policy !== "OrderedReady" || refusal || !lacksPods(object)) return [];
    const [lowest] = pods(input).filter(({ pod }) => !isReady(pod) || pod.metadata.deletionTimestamp);
    const highest = pods(input).at(-1)?.ordinal ?? -1;
    // With a hole in the row, the hole is what is next.
    if (!lowest || lowest.ordinal > highest) return [];
    const ready = lowest.pod.status?.conditions?.findIndex(({ type }) => type === "Ready") ?? -1;
    const evidence: [Evidence, ...Evidence[]] = [
      lowest.pod.metadata.deletionTimestamp
        ? seen(lowest.pod, "metadata.deletionTimestamp", "being deleted")
        : ready >= 0
          ? seen(lowest.pod, `status.conditions[${ready}].status`, "Ready")
          : seen(lowest.pod, "metadata.name", "not ready"),
      ...(specField(object, "podManagementPolicy") ? [seen(object, "spec.podManagementPolicy")] : []),
    ];
    return [
      {
        subject: refTo(object),
        confidence: "certain",
        evidence,
        facts: { predecessor: lowest.pod.metadata.name, next: `${object.metadata.name}-${firstMissing(input)}` },
      },
    ];
  },
  message: ({ facts: { predecessor, next } }) => ({
    headline: text`Pod ${name(next)} is not made before ${name(predecessor)} is ready.`,
    why: text`With ${path("podManagementPolicy: OrderedReady")} a StatefulSet makes pod after pod, each when the one before it is Running and Ready. It sends no event about waiting.`,
  }),
  fixes: ({ facts: { predecessor } }, { object }) => [
    look(text`Why that one is not ready.`, {
      argv: [
        "kubectl",
        "why-pending",
        predecessor,
        ...(object.metadata.namespace ? ["-n", object.metadata.namespace] : []),
      ],
      does: "reads",
    }),
  ],
  doc: {
    means: "Pods of a StatefulSet start in their order, and one of them is not ready.",
    seenIn: "StatefulSet with podManagementPolicy OrderedReady; a pod with a lower number is not Ready. No event.",
    repair: "Repair that pod. One made from a broken former template has to be deleted by hand.",
    catalogue: ["sts-waiting-for-predecessor"],
  },
});

/** The pods of the StatefulSet in their order. */
function pods(input: WorkloadInput): readonly { readonly pod: Pod; readonly ordinal: number }[] {
  return input.pods
    .flatMap((pod) => {
      const [, ordinal] = /-(\d+)$/.exec(pod.metadata.name) ?? [];
      return ordinal ? [{ pod, ordinal: Number(ordinal) }] : [];
    })
    .sort((a, b) => a.ordinal - b.ordinal);
}

function firstMissing(input: WorkloadInput): number {
  const start = (specField(input.object, "ordinals") as { start?: number } | undefined)?.start ?? 0;
  const there = new Set(pods(input).map(({ ordinal }) => ordinal));
  let next = start;
  while (there.has(next)) next++;
  return next;
}
