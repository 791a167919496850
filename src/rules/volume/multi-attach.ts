import { nodeCondition } from "../../objects/node.ts";
import { kubectl } from "../../text/command.ts";
import { list, name, type Text, text } from "../../text/text.ts";
import { type Evidence, type Fix, seen } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import { adminTask } from "../repair.ts";
import { type Holder, holdersOf, podsNamed } from "./attachments.ts";
import type { MountFailure } from "./mount-failure.ts";
import { mountRule, nodeName, volumeText } from "./mount-rule.ts";
import { recreateStrategy } from "./strategy.ts";

/** Another node has the volume, and it can be attached to one node at a time. */
export default mountRule({
  id: "volume/multi-attach",
  title: "The volume is attached to another node",
  causes: ["multi-attach"],
  needs: ["Event", "VolumeAttachment", "PersistentVolumeClaim", "Pod", "Node"],
  evidence: (failure, input): readonly Evidence[] =>
    holdersOf(failure, input).flatMap(({ attachment, pods }) => [
      ...(attachment?.spec?.nodeName ? [seen(attachment, "spec.nodeName", "attached to")] : []),
      ...pods.slice(0, 2).map((pod) => seen(pod, "spec.nodeName", `pod ${pod.metadata.name}`)),
    ]),
  headline: (failure, input) => {
    const [holder] = holdersOf(failure, input);
    const pods = holder?.pods.map(({ metadata }) => metadata.name) ?? [];
    const named = pods.length > 0 ? pods : podsNamed(failure.detail);
    const what = failure.claim
      ? text`The volume of claim ${name(failure.claim.name)}`
      : text`Volume ${name(failure.called)}`;
    return text`${what} is still attached to ${holder ? text`node ${name(holder.node)}` : "another node"}${named.length > 0 && text`, where ${list(named.map(name))} ${named.length > 1 ? "use" : "uses"} it`}.`;
  },
  why: (failure, input) => {
    const [holder] = holdersOf(failure, input);
    const node = holder && stateOf(holder, input);
    const rule = text`A volume with access mode ReadWriteOnce can be attached to one node at a time; ${nodeName(input)} has to wait.`;
    if (node === "gone")
      return text`${rule} Node ${name(holder?.node ?? "")} does not exist any more; after 6 minutes the controller detaches without it.`;
    if (node === "not-ready")
      return text`${rule} Node ${name(holder?.node ?? "")} does not answer, so nobody can confirm that it unmounted the volume.`;
    if ((holder?.pods.length ?? podsNamed(failure.detail).length) > 0)
      return text`${rule} The pod that uses it there has to end first.`;
    return text`${rule} No pod uses it there any more: it is being unmounted and detached, which usually takes less than a minute, and up to 6 where the node does not confirm it.`;
  },
  notes: (failure, input): readonly Text[] => {
    const going = holdersOf(failure, input).flatMap(({ pods }) =>
      pods.filter(({ metadata }) => metadata.deletionTimestamp),
    );
    return going.length > 0
      ? [
          text`${list(going.map(({ metadata }) => name(metadata.name)))} ${going.length > 1 ? "are" : "is"} being deleted already.`,
        ]
      : [];
  },
  outlook: text`The event is written once only. As soon as the volume is free the pod goes on by itself.`,
  fixes: (failure, input) => fixesFor(failure, input),
  doc: {
    means: "A disk that one node alone may have is attached to another node, or a pod there still uses it.",
    seenIn:
      'Event FailedAttachVolume `Multi-Attach error for volume "v" Volume is already exclusively attached to one node …` or `… Volume is already used by pod(s) p` (attachdetach-controller, all versions); VolumeAttachments name the node.',
    repair: "End the other pod; use strategy Recreate; for a dead node the taint out-of-service.",
    notToConfuseWith:
      "volume/pvc-rwop-in-use: there the scheduler refuses. volume/attach-failed: the driver or cloud refuses.",
    catalogue: ["vol-multi-attach"],
  },
});

function stateOf({ node }: Holder, { snapshot }: PodInput): "ready" | "not-ready" | "gone" | undefined {
  const found = snapshot.find("Node", undefined, node);
  if (found.state !== "found") return found.state === "absent" ? "gone" : undefined;
  return nodeCondition(found.object, "Ready")?.status === "True" ? "ready" : "not-ready";
}

function fixesFor(failure: MountFailure, input: PodInput): readonly Fix[] {
  const { namespace } = input.pod.metadata;
  const holders = holdersOf(failure, input);
  const dead = holders.find((holder) => stateOf(holder, input) === "not-ready");
  const pods = holders.flatMap((holder) => holder.pods);
  const others = pods.length > 0 ? pods.map(({ metadata }) => metadata.name) : podsNamed(failure.detail);
  return [
    ...(dead
      ? [
          {
            title: text`If node ${name(dead.node)} is really off and will not come back by itself, say so: its pods are then removed and its volumes detached.`,
            commands: [
              kubectl(
                "deletes",
                undefined,
                "taint",
                "node",
                dead.node,
                "node.kubernetes.io/out-of-service=nodeshutdown:NoExecute",
              ),
            ],
            applies: "maybe" as const,
            by: "cluster-admin" as const,
          },
        ]
      : []),
    ...(others.length > 0 && !dead ? recreateStrategy(input) : []),
    ...(others.length > 0 && !dead
      ? [
          {
            title: text`End ${list(others.map(name))}, if this pod is to take ${others.length > 1 ? "their" : "its"} place.`,
            commands: [kubectl("deletes", namespace, "delete", "pod", ...others)],
            applies: "maybe" as const,
            by: "workload-owner" as const,
          },
        ]
      : []),
    adminTask(
      text`See where ${volumeText(failure)} is attached.`,
      kubectl("reads", undefined, "get", "volumeattachments", "-o", "wide"),
      ...holders.slice(0, 1).map(({ node }) => kubectl("reads", undefined, "describe", "node", node)),
    ),
  ];
}
