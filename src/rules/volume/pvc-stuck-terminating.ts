import { refTo } from "../../objects/object.ts";
import { isTerminal } from "../../objects/pod.ts";
import { kubectl } from "../../text/command.ts";
import { duration, list, name, text } from "../../text/text.ts";
import { seen } from "../finding.ts";
import { look } from "../repair.ts";
import { defineRule } from "../rule.ts";
import { usersOf } from "./claim-words.ts";
import { awaitsSandbox } from "./standing.ts";

interface Facts {
  readonly claim: string;
  readonly persistentVolume?: string;
  readonly secondsAgo?: number;
}

/** A claim of a running pod was deleted: it stays for the pod, and no pod after it may use it. */
export default defineRule<Facts>({
  id: "volume/pvc-stuck-terminating",
  title: "A claim that the pod uses was deleted",
  effect: "risks",
  needs: ["PersistentVolumeClaim"],
  check: ({ pod, snapshot }) => {
    // A pod that goes lets its claims go; one that has not got its volumes is told that it may not have them.
    if (pod.metadata.deletionTimestamp || isTerminal(pod) || awaitsSandbox(pod)) return [];
    return (pod.spec.volumes ?? []).flatMap(({ persistentVolumeClaim }, index) => {
      // The claim of an ephemeral volume is the pod's own: the next pod gets another one.
      const { claimName } = (persistentVolumeClaim ?? {}) as { claimName?: string };
      const found = claimName ? snapshot.find("PersistentVolumeClaim", pod.metadata.namespace, claimName) : undefined;
      if (claimName === undefined || found?.state !== "found") return [];
      const { metadata, spec } = found.object;
      if (!metadata.deletionTimestamp) return [];
      const secondsAgo = snapshot.secondsSince(metadata.deletionTimestamp);
      return [
        {
          subject: refTo(pod),
          confidence: "certain" as const,
          facts: {
            claim: claimName,
            ...(spec?.volumeName && { persistentVolume: spec.volumeName }),
            ...(secondsAgo !== undefined && { secondsAgo }),
          },
          evidence: [
            seen(pod, `spec.volumes[${index}].persistentVolumeClaim.claimName`, "claim"),
            seen(found.object, "metadata.deletionTimestamp", "deleted"),
          ] as const,
        },
      ];
    });
  },
  message: ({ facts: { claim, secondsAgo } }, input) => {
    const others = usersOf(claim, input);
    return {
      headline: text`PersistentVolumeClaim ${name(claim)} was deleted${secondsAgo !== undefined && ` ${duration(secondsAgo)} ago`}; it goes when this pod${others.length > 0 && text` and ${list(others.map(({ metadata }) => name(metadata.name)))}`} no longer ${others.length > 0 ? "use" : "uses"} it.`,
      why: text`The finalizer kubernetes.io/pvc-protection keeps it for the pods that have it. No new pod may use it, so a roll-out, a drain or an eviction leaves the workload without its volume; and a deletion cannot be taken back. The data goes with the claim, unless the volume is to be retained.`,
    };
  },
  fixes: ({ facts: { claim, persistentVolume } }, { pod }) => [
    ...(persistentVolume
      ? [
          {
            title: text`Keep the data: let the volume stay when its claim goes.`,
            commands: [
              kubectl(
                "changes",
                undefined,
                "patch",
                "persistentvolume",
                persistentVolume,
                "-p",
                JSON.stringify({ spec: { persistentVolumeReclaimPolicy: "Retain" } }),
              ),
            ],
            applies: "as-is" as const,
            by: "cluster-admin" as const,
          },
        ]
      : []),
    look(
      text`See who uses the claim; when all of them are gone it goes, and can be created again.`,
      kubectl("reads", pod.metadata.namespace, "describe", "persistentvolumeclaim", claim),
    ),
  ],
  groupKey: ({ facts }) => facts.claim,
  doc: {
    means:
      "Somebody deleted a claim while a pod uses it. Its deletion waits for the pod, so `kubectl get pvc` shows Terminating; the pod runs on.",
    seenIn:
      "metadata.deletionTimestamp of the claim, with the finalizer kubernetes.io/pvc-protection (kube-controller-manager, all versions).",
    repair: "Retain the volume if its data is wanted; then let the pods go, and create the claim again.",
    notToConfuseWith: "volume/pvc-being-deleted: there the pod is new, and waits for a claim that it will not get.",
    catalogue: ["pvc-stuck-terminating"],
  },
});
