import { lastSeen } from "../../objects/event.ts";
import { controllerOf, type KubeObject, refTo } from "../../objects/object.ts";
import { kubectl } from "../../text/command.ts";
import { duration, name, path, type Text, text, value } from "../../text/text.ts";
import { type Evidence, seen } from "../finding.ts";
import { defineWorkloadRule } from "../rule.ts";
import type { WorkloadInput } from "../workload-input.ts";
import { argumentOf, look, ownerFix } from "./repair.ts";

interface Facts {
  /** Who sets the number of replicas, where somebody does. */
  readonly scaledBy?: string;
  /** What the controller said last about scaling. */
  readonly lastScaling?: string;
  readonly suggested: number;
}

/** The workload wants no pods. */
export default defineWorkloadRule<Facts>({
  id: "creation/scaled-to-zero",
  title: "The workload is scaled to zero",
  effect: "blocks",
  needs: ["HorizontalPodAutoscaler"],
  check: (input) => {
    const { object, events } = input;
    if (!["Deployment", "StatefulSet", "ReplicaSet", "ReplicationController"].includes(object.kind)) return [];
    if (object.spec?.replicas !== 0) return [];
    // A ReplicaSet of a Deployment is at zero when another one has taken over.
    if (controllerOf(object)?.kind === "Deployment") return [];
    const autoscaler = autoscalerOf(input);
    const scaling = events.findLast(({ reason }) => reason === "ScalingReplicaSet");
    const evidence: [Evidence, ...Evidence[]] = [
      seen(object, "spec.replicas"),
      ...(scaling ? [seen(scaling, "message", "last scaling")] : []),
    ];
    return [
      {
        subject: refTo(object),
        confidence: "certain",
        evidence,
        facts: {
          ...(autoscaler && { scaledBy: `${autoscaler.kind} ${autoscaler.metadata.name}` }),
          ...(scaling?.message && { lastScaling: scaling.message }),
          suggested: replicasBefore(scaling?.message) ?? minReplicas(autoscaler) ?? 1,
        },
      },
    ];
  },
  message: ({ facts: { scaledBy, lastScaling } }, { object, events, snapshot }) => {
    const scaling = events.findLast(({ reason }) => reason === "ScalingReplicaSet");
    const ago = scaling && snapshot.secondsSince(lastSeen(scaling));
    const notes: Text[] = [];
    if (lastScaling)
      notes.push(
        text`The controller's last word on it${ago !== undefined && `, ${duration(ago)} ago`}: ${value(lastScaling)}.`,
      );
    if (scaledBy)
      notes.push(
        text`${name(scaledBy)} scales it. It stays off while there are 0 replicas, and takes over again from 1 on.`,
      );
    return {
      headline: text`${object.kind} ${name(object.metadata.name)} is scaled to zero: it wants no pods.`,
      why: text`${path("spec.replicas")} is 0: a person, a schedule or an autoscaler (KEDA, Knative) set it.`,
      notes,
    };
  },
  fixes: ({ facts: { scaledBy, suggested } }, input) => [
    ...(scaledBy
      ? []
      : [
          look(
            text`Whether something scales it.`,
            kubectl("reads", input.object.metadata.namespace, "get", "horizontalpodautoscalers"),
          ),
        ]),
    ownerFix(
      input,
      suggested > 1 ? text`Scale it up; it had ${suggested} before.` : text`Scale it up.`,
      [kubectl("changes", input.workload.namespace, "scale", argumentOf(input), `--replicas=${suggested}`)],
      { applies: "as-is" },
    ),
  ],
  groupKey: () => "zero",
  doc: {
    means: "The number of replicas is 0, so there are no pods, and nothing is wrong with that but the number.",
    seenIn: "`spec.replicas: 0`; event ScalingReplicaSet `Scaled down replica set …`.",
    repair: "kubectl scale; or find out what scales it down.",
    notToConfuseWith: "creation/deploy-paused.",
    catalogue: ["owner-scaled-to-zero"],
  },
});

function autoscalerOf({ snapshot, object }: WorkloadInput): KubeObject | undefined {
  return snapshot.list("HorizontalPodAutoscaler", object.metadata.namespace).items.find((one) => {
    const { scaleTargetRef } =
      (one as KubeObject & { spec?: { scaleTargetRef?: { kind?: string; name?: string } } }).spec ?? {};
    return scaleTargetRef?.kind === object.kind && scaleTargetRef.name === object.metadata.name;
  });
}

const minReplicas = (autoscaler: KubeObject | undefined): number | undefined => {
  const { minReplicas: least } = (autoscaler as { spec?: { minReplicas?: number } } | undefined)?.spec ?? {};
  return least && least > 0 ? least : undefined;
};

/** `Scaled down replica set web-6d4 from 3 to 0` (kubernetes v1.36 pkg/controller/deployment/sync.go; 1.25 and before without `from`). */
function replicasBefore(message = ""): number | undefined {
  const [, before] = /from (\d+) to 0$/.exec(message) ?? [];
  return before && Number(before) > 0 ? Number(before) : undefined;
}
