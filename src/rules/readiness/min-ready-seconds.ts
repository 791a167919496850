import { refTo } from "../../objects/object.ts";
import { isReady, podCondition } from "../../objects/pod.ts";
import { duration, name, path, text } from "../../text/text.ts";
import { seen } from "../finding.ts";
import { look, verification } from "../repair.ts";
import { defineRule } from "../rule.ts";

/** Ready, but not yet for as long as its workload wants. */
export default defineRule<{ minReadySeconds: number; readySeconds: number }>({
  id: "readiness/min-ready-seconds",
  title: "Ready, but not yet long enough to count as available",
  effect: "delays",
  needs: [],
  check: ({ pod, owners, snapshot }) => {
    if (!isReady(pod) || pod.metadata.deletionTimestamp) return [];
    const readySeconds = snapshot.secondsSince(podCondition(pod, "Ready")?.lastTransitionTime);
    const owner = owners.findLast(({ object }) => minReadySeconds(object) > 0)?.object;
    if (!owner || readySeconds === undefined || readySeconds >= minReadySeconds(owner)) return [];
    return [
      {
        subject: refTo(pod),
        confidence: "certain" as const,
        facts: { minReadySeconds: minReadySeconds(owner), readySeconds },
        evidence: [seen(owner, "spec.minReadySeconds")] as const,
      },
    ];
  },
  message: ({ facts: { minReadySeconds: wanted, readySeconds } }, { workload }) => ({
    headline: text`Ready for ${duration(readySeconds)}; ${workload.kind} ${name(workload.name)} counts it as available after ${duration(wanted)}.`,
    why: text`${path("minReadySeconds")} makes a roll-out wait that long after each pod becomes Ready. Traffic comes in already.`,
    outlook: text`It counts as available in ${duration(wanted - readySeconds)}.`,
  }),
  fixes: (_match, input) => [look(text`Watch the roll-out.`, verification(input))],
  doc: {
    means:
      "The pod is Ready. Its workload counts it as available only when it has been Ready for minReadySeconds without a break.",
    seenIn: "`spec.minReadySeconds` of the workload, and the time since the pod's Ready condition turned True.",
    repair: "Wait.",
    catalogue: ["not-ready-min-seconds"],
  },
});

function minReadySeconds(object: unknown): number {
  const seconds = (object as { spec?: { minReadySeconds?: unknown } } | undefined)?.spec?.minReadySeconds;
  return typeof seconds === "number" ? seconds : 0;
}
