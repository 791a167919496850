import { refTo } from "../../objects/object.ts";
import { kubectl } from "../../text/command.ts";
import { name, type Text, text, value } from "../../text/text.ts";
import { seen } from "../finding.ts";
import { look } from "../repair.ts";
import { defineRule } from "../rule.ts";
import { conditionOf, gateEvidence, queueViewOf } from "./kueue.ts";

/** Reasons and words that time does not heal: the workload asks for more than the queue may ever give, or for what no flavor has. */
const HOPELESS = /ExceedsMaxQuota|NoMatchingFlavor|maximum capacity|Misconfigured|no flavor|couldn't find/i;
// kueue v0.17 pkg/scheduler/flavorassigner/flavorassigner.go fitsResourceQuota.
const LACKS = /insufficient unused quota for (\S+) in flavor (\S+?), (\S+) more needed/;
const TOO_LARGE =
  /insufficient quota for (\S+) in flavor (\S+?), .{0,500}\((\S+)\) \+ current podset request \((\S+)\) > maximum capacity \((\S+)\)/;
const NO_QUEUE = /^(?:LocalQueue|ClusterQueue) \S+ (?:doesn't exist|is inactive|is stopped)/;

/** What is missing, in numbers, where Kueue says them. */
function lacking(message: string): Text {
  const [, resource, flavor, amount] = LACKS.exec(message) ?? [];
  return resource && flavor && amount
    ? text`: ${value(amount)} more ${name(resource)} of flavor ${name(flavor)} would have to be free`
    : [];
}

function tooLarge(message: string): Text {
  const [, resource, flavor, before, wanted, most] = TOO_LARGE.exec(message) ?? [];
  if (!resource || !flavor || !wanted || !most) return [];
  return text`: it asks for ${value(wanted)} ${name(resource)}${before !== "0" && text` beside the ${value(before ?? "")} of its workload`}, and flavor ${name(flavor)} has ${value(most)} at most`;
}

/** Kueue has no quota for the pod yet. */
export default defineRule<{ workload: string; queue: string; reason: string; message: string; isHopeless: boolean }>({
  id: "scheduling/kueue-waiting",
  title: "The pod waits in a Kueue queue for quota",
  effect: "delays",
  needs: ["Workload", "ClusterQueue"],
  explains: ["scheduling/gated"],
  check(input) {
    const view = queueViewOf(input);
    const reserved = conditionOf(view?.workload, "QuotaReserved");
    if (!view?.workload || NO_QUEUE.test(reserved?.message ?? "") || reserved?.status === "True") return [];
    const { workload } = view;
    const isSwitchedOff = workload.spec?.active === false;
    const { reason = "", message = "", evidence = [] } = reserved ?? {};
    const isHopeless = isSwitchedOff || HOPELESS.test(`${reason} ${message}`);
    return [
      {
        subject: refTo(input.pod),
        confidence: "certain",
        ...(isHopeless && { effect: "blocks" as const }),
        facts: {
          workload: workload.metadata.name,
          queue: view.queueName ?? "",
          reason: isSwitchedOff ? "Deactivated" : reason,
          message,
          isHopeless,
        },
        evidence: [
          gateEvidence(input),
          ...(isSwitchedOff ? [seen(workload, "spec.active", "workload")] : []),
          ...evidence,
        ],
      },
    ];
  },
  message: ({ facts: { queue, reason, message, isHopeless } }, input) => {
    const { clusterQueue } = queueViewOf(input) ?? {};
    const where = queue ? text`LocalQueue ${name(queue)}` : text`Kueue`;
    return {
      headline:
        reason === "Deactivated"
          ? text`The Workload of the pod was deactivated: Kueue does not try to admit it any more.`
          : isHopeless
            ? text`${where} can never admit the pod as it is${tooLarge(message)}.`
            : text`The pod waits in ${where} for quota${lacking(message)}.`,
      why: text`Kueue takes its gate off the pod when the queue has quota for all of the workload.${clusterQueue && text` The quota is that of ClusterQueue ${name(clusterQueue.metadata.name)}.`}`,
      ...(!isHopeless && { outlook: text`Kueue admits it by itself when others have ended or gave quota back.` }),
    };
  },
  fixes: ({ facts: { workload, reason, isHopeless } }, input) => {
    const { namespace } = input.pod.metadata;
    const behind = queueViewOf(input)?.clusterQueue?.metadata.name;
    return [
      look(
        text`See what Kueue says, and who uses the quota.`,
        kubectl("reads", namespace, "describe", "workloads.kueue.x-k8s.io", workload),
        ...(behind ? [kubectl("reads", undefined, "describe", "clusterqueues.kueue.x-k8s.io", behind)] : []),
      ),
      ...(reason === "Deactivated"
        ? [
            {
              title: text`Activate it again.`,
              commands: [
                kubectl(
                  "changes",
                  namespace,
                  "patch",
                  "workloads.kueue.x-k8s.io",
                  workload,
                  "--type=merge",
                  "-p",
                  '{"spec":{"active":true}}',
                ),
              ],
              applies: "maybe" as const,
              by: "workload-owner" as const,
            },
          ]
        : [
            {
              title: text`${isHopeless ? "Ask for less, or for what a flavor has" : "Wait, or ask for less"}.`,
              commands: [],
              applies: "maybe" as const,
              by: "workload-owner" as const,
            },
            {
              title: text`Or raise the quota${behind && text` of ClusterQueue ${name(behind)}`}.`,
              commands: behind ? [kubectl("changes", undefined, "edit", "clusterqueues.kueue.x-k8s.io", behind)] : [],
              applies: "maybe" as const,
              by: "cluster-admin" as const,
            },
          ]),
    ];
  },
  groupKey: ({ facts: { queue, message } }) => `${queue} ${message}`,
  doc: {
    means:
      "Kueue holds the pod back by a gate until its queue has quota for the whole workload. Some of its reasons pass by themselves; a workload larger than all of the queue's quota, or one that fits no flavor, never will.",
    seenIn:
      "The gate kueue.x-k8s.io/admission on the pod; the Workload's condition QuotaReserved False, reasons Pending or (newer) WaitingForQuota, ExceedsMaxQuota, NoMatchingFlavor …; messages `couldn't assign flavors to pod set …: insufficient unused quota for cpu in flavor f, 2 more needed` (Kueue).",
    repair: "Wait; raise the quota; ask for less.",
    notToConfuseWith: "scheduling/kueue-admission-check: there the quota is given.",
    catalogue: ["kueue-waiting"],
  },
});
