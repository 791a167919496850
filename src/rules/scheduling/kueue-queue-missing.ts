import { QUEUE_LABEL } from "../../objects/kueue.ts";
import { refTo } from "../../objects/object.ts";
import { kubectl } from "../../text/command.ts";
import { nearest } from "../../text/nearest.ts";
import { list, name, type Text, text, value } from "../../text/text.ts";
import { type Evidence, type Fix, seen } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import { look, TEMPLATE_KINDS, workloadArgument, workloadFix } from "../repair.ts";
import { defineRule } from "../rule.ts";
import { conditionOf, gateEvidence, queueViewOf } from "./kueue.ts";

type Kind = "LocalQueue" | "ClusterQueue";

interface Facts {
  kind: Kind;
  queue: string;
  trouble: "missing" | "inactive" | "stopped";
  like: readonly string[];
}

// Kueue says it in the Workload (v0.17 pkg/controller/core/workload_controller.go, pkg/scheduler/scheduler.go).
const WORDS = /^(LocalQueue|ClusterQueue) (\S+) (doesn't exist|is inactive|is stopped)/;
const TROUBLES: ReadonlyMap<string, Facts["trouble"]> = new Map(
  Object.entries({
    "doesn't exist": "missing",
    "is inactive": "inactive",
    "is stopped": "stopped",
  }),
);

function found(input: PodInput): { facts: Facts; evidence: readonly Evidence[] } | undefined {
  const view = queueViewOf(input);
  if (!view) return undefined;
  const { pod, snapshot } = input;
  const { queueName, localQueue, clusterQueue, workload } = view;
  const facts = (kind: Kind, queue: string, trouble: Facts["trouble"]): Facts => {
    const known = snapshot.list(kind, kind === "LocalQueue" ? pod.metadata.namespace : undefined).items;
    return {
      kind,
      queue,
      trouble,
      like:
        trouble === "missing"
          ? nearest(
              queue,
              known.map((one) => one.metadata.name),
            )
          : [],
    };
  };
  const reserved = conditionOf(workload, "QuotaReserved");
  const [, kind, queue = "", words = ""] = WORDS.exec(reserved?.status === "False" ? reserved.message : "") ?? [];
  const trouble = TROUBLES.get(words);
  if (kind && trouble) {
    // Why a ClusterQueue is not active stands in the queue itself.
    const active = kind === "ClusterQueue" ? conditionOf(clusterQueue, "Active") : conditionOf(localQueue, "Active");
    return {
      facts: facts(kind as Kind, queue, trouble),
      evidence: [...(reserved?.evidence ?? []), ...(active?.status === "False" ? active.evidence : [])],
    };
  }
  const quota = reserved?.status === "True";
  if (quota || !queueName) return undefined;
  const label = pod.metadata.labels?.[QUEUE_LABEL] ? [seen(pod, `metadata.labels['${QUEUE_LABEL}']`, "queue")] : [];
  const isAbsent = (kind: Kind, name: string, namespace?: string) =>
    snapshot.knows(kind) && snapshot.find(kind, namespace, name).state === "absent";
  if (isAbsent("LocalQueue", queueName, pod.metadata.namespace))
    return { facts: facts("LocalQueue", queueName, "missing"), evidence: label };
  const behind = localQueue?.spec?.clusterQueue;
  if (behind && localQueue && isAbsent("ClusterQueue", behind))
    return {
      facts: facts("ClusterQueue", behind, "missing"),
      evidence: [...label, seen(localQueue, "spec.clusterQueue", "queue")],
    };
  for (const one of [localQueue, clusterQueue]) {
    const policy = one?.spec?.stopPolicy;
    if (one && policy && policy !== "None")
      return {
        facts: facts(one.kind as Kind, one.metadata.name, "stopped"),
        evidence: [...label, seen(one, "spec.stopPolicy", "queue")],
      };
  }
  return undefined;
}

/** The queue that the pod waits in does not exist, or admits nothing. */
export default defineRule<Facts>({
  id: "scheduling/kueue-queue-missing",
  title: "The Kueue queue does not exist or is not active",
  effect: "blocks",
  needs: ["Workload", "LocalQueue", "ClusterQueue"],
  explains: ["scheduling/gated"],
  check(input) {
    const match = found(input);
    if (!match) return [];
    return [
      {
        subject: refTo(input.pod),
        confidence: "certain",
        facts: match.facts,
        evidence: [gateEvidence(input), ...match.evidence],
      },
    ];
  },
  message({ facts: { kind, queue, trouble, like } }, input) {
    const { clusterQueue } = queueViewOf(input) ?? {};
    const active = conditionOf(clusterQueue, "Active");
    const state: Record<Facts["trouble"], Text> = {
      missing: text`does not exist${like.length > 0 && text`; ${list(like.map(name))} ${like.length === 1 ? "does" : "do"}`}`,
      inactive: text`is not active`,
      stopped: text`is stopped`,
    };
    return {
      headline: text`${kind} ${name(queue)}, in which the pod waits for quota, ${state[trouble]}.`,
      why: text`Kueue takes its gate off the pod when a queue has given it quota, and this queue gives none.${active?.status === "False" && text` Kueue says of the ClusterQueue: ${value(active.message)}.`}`,
    };
  },
  fixes: ({ facts }, input) => fixesFor(facts, input),
  groupKey: ({ facts: { kind, queue, trouble } }) => `${kind} ${queue} ${trouble}`,
  doc: {
    means:
      "The pod is put into a queue of Kueue by a label, and that LocalQueue or the ClusterQueue behind it does not exist, is stopped, or is not active.",
    seenIn:
      "The gate kueue.x-k8s.io/admission on the pod; in the Workload's condition QuotaReserved `LocalQueue q doesn't exist`, `LocalQueue q is inactive`, `LocalQueue q is stopped`, `ClusterQueue q doesn't exist`, `ClusterQueue q is inactive` (Kueue).",
    repair: "Correct the label kueue.x-k8s.io/queue-name, or create or start the queue.",
    notToConfuseWith: "scheduling/kueue-waiting: there the queue is well and has no quota left.",
    catalogue: ["kueue-queue-missing"],
  },
});

function fixesFor({ kind, queue, trouble, like: [meant] }: Facts, input: PodInput): readonly Fix[] {
  const { namespace } = input.pod.metadata;
  const place = kind === "LocalQueue" ? namespace : undefined;
  const plural = `${kind.toLowerCase()}s.kueue.x-k8s.io`;
  if (trouble === "stopped")
    return [
      {
        title: text`Start the queue again.`,
        commands: [
          kubectl("changes", place, "patch", plural, queue, "--type=merge", "-p", '{"spec":{"stopPolicy":"None"}}'),
        ],
        applies: "maybe",
        by: "cluster-admin",
      },
    ];
  if (trouble === "inactive")
    return [look(text`See why it is not active.`, kubectl("reads", place, "describe", plural, queue))];
  const metadata = { labels: { [QUEUE_LABEL]: meant ?? "" } };
  const labelled = { metadata, spec: { template: { metadata } } };
  const corrected: readonly Fix[] =
    meant && kind === "LocalQueue"
      ? [
          !TEMPLATE_KINDS.has(input.workload.kind)
            ? {
                title: text`Put the pod into ${name(meant)}: the label of a pod that waits cannot be changed, so correct it in the manifest and make the pod anew.`,
                commands: [kubectl("deletes", namespace, "replace", "--force", "-f", "<manifest.yaml>")],
                applies: "fill-in",
                by: "workload-owner",
              }
            : workloadFix(
                input,
                text`Put the pods into ${name(meant)}.`,
                [kubectl("changes", namespace, "patch", workloadArgument(input), "-p", JSON.stringify(labelled))],
                "maybe",
              ),
        ]
      : [];
  return [
    look(text`See which queues there are.`, kubectl("reads", place, "get", plural)),
    ...corrected,
    {
      title: text`${meant ? "Or create" : "Create"} the ${kind} ${name(queue)}.`,
      commands: [kubectl("changes", place, "create", "-f", `<${kind.toLowerCase()}.yaml>`)],
      applies: "fill-in",
      by: "cluster-admin",
    },
  ];
}
