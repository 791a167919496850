import { refTo } from "../../objects/object.ts";
import { podCondition } from "../../objects/pod.ts";
import { kubectl } from "../../text/command.ts";
import { duration, list, name, type Text, text } from "../../text/text.ts";
import { type Evidence, type Fix, seen } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import { look, podsOfNode } from "../repair.ts";
import { defineRule } from "../rule.ts";
import { attachmentsOf } from "./attachments.ts";
import { claimsOf, troubledClaims } from "./claims.ts";
import { missingForVolumes } from "./missing-files.ts";
import { mountFailures } from "./mount-failure.ts";
import { awaitsSandbox } from "./standing.ts";

/** The kubelet waits so long for volumes before it begins anew (v1.36 pkg/kubelet/volumemanager: 2 min 3 s). */
const PATIENCE_SECONDS = 123;

interface Facts {
  readonly unmounted: readonly string[];
  readonly seconds: number;
  readonly isSaid: boolean;
  /** A volume that is attached nowhere, or not yet. */
  readonly notAttached?: readonly string[];
}

/** The pod waits for volumes and nothing says for which reason: since 1.28 the kubelet itself says nothing at all. */
export default defineRule<Facts>({
  id: "volume/timeout",
  title: "The pod waits for its volumes, and nothing says why",
  effect: "blocks",
  needs: ["Event", "VolumeAttachment", "PersistentVolumeClaim"],
  check: (input) => {
    const { pod, events, snapshot } = input;
    if (!pod.spec.nodeName || !awaitsSandbox(pod) || hasReason(input)) return [];
    const event = events.findLast(({ message = "" }) => /^Unable to (?:attach or )?mount volumes/.test(message));
    const isSaid = event !== undefined;
    const scheduled = podCondition(pod, "PodScheduled");
    const seconds = snapshot.secondsSince(scheduled?.lastTransitionTime ?? pod.status?.startTime) ?? 0;
    const waits = volumesNotMounted(event?.message ?? "", input);
    // Silence alone says little: only a volume that has to be attached, or a mount over the network, can hang like this.
    const isSilent =
      !isSaid &&
      seconds >= PATIENCE_SECONDS &&
      pod.status?.startTime !== undefined &&
      canHang(input) &&
      !hasSandboxEvent(input) &&
      isRead(input);
    if (!isSaid && !isSilent) return [];
    const notAttached = unattached(input);
    const facts: Facts = { unmounted: waits, seconds, isSaid, ...(notAttached.length > 0 && { notAttached }) };
    const index = (pod.status?.conditions ?? []).findIndex(({ type }) => type === "PodReadyToStartContainers");
    const evidence: Evidence[] = [
      ...(event ? [seen(event, "message", "event")] : []),
      ...(index >= 0 ? [seen(pod, `status.conditions[${index}].status`, "PodReadyToStartContainers")] : []),
      ...attachmentEvidence(input),
      ...(pod.status?.startTime ? [seen(pod, "status.startTime", "started")] : []),
    ];
    const [first, ...others] = evidence;
    return first
      ? [
          {
            subject: refTo(pod),
            confidence: notAttached.length > 0 && !isSaid ? "likely" : "possible",
            facts,
            evidence: [first, ...others],
          },
        ]
      : [];
  },
  message: ({ facts: { unmounted, seconds, isSaid, notAttached = [] } }, { pod }) => ({
    headline:
      notAttached.length > 0
        ? text`Volume ${list(notAttached.map(name))} has not been attached to node ${name(pod.spec.nodeName ?? "")} after ${duration(seconds)}.`
        : unmounted.length > 0
          ? text`Node ${name(pod.spec.nodeName ?? "")} has not mounted ${unmounted.length > 1 ? "the volumes" : "volume"} ${list(unmounted.map(name))} after ${duration(seconds)}.`
          : text`The pod has no sandbox after ${duration(seconds)} on node ${name(pod.spec.nodeName ?? "")}, and nothing says why.`,
    why: isSaid
      ? text`The kubelet gave up waiting and begins anew; its event names the volumes and not the reason. The volume kube-api-access-… is in the list of every pod and means nothing.`
      : text`Volumes come before the sandbox. Since 1.28 the kubelet writes no event when it waits for them in vain (2 min 3 s each time), so an attach or a mount that hangs is silent.`,
    outlook: text`The kubelet goes on waiting, without an end.`,
  }),
  fixes: ({ facts: { notAttached = [] } }, input) => fixesFor(notAttached, input),
  doc: {
    means: "A pod with a node has no sandbox for more than two minutes, and no event tells the reason.",
    seenIn:
      "Up to 1.27: event FailedMount `Unable to attach or mount volumes: unmounted volumes=[a], unattached volumes=[…]: timed out waiting for the condition` (kubelet). From 1.28 no event: PodReadyToStartContainers False, and a VolumeAttachment that is not attached.",
    repair: "Look at the VolumeAttachment, and at the driver's pod on the node.",
    notToConfuseWith: "sandbox/…: with FailedCreatePodSandBox the volumes are mounted.",
    catalogue: ["vol-timeout-silent"],
  },
});

/** Something more exact is known of a volume. */
const hasReason = (input: PodInput): boolean =>
  mountFailures(input).length > 0 ||
  missingForVolumes(input).length > 0 ||
  troubledClaims(input).length > 0 ||
  input.events.some(({ reason }) => reason === "VolumePermissionChangeInProgress");

const hasSandboxEvent = ({ events }: PodInput): boolean =>
  events.some(({ reason = "" }) =>
    /^(?:FailedCreatePodSandBox|NetworkNotReady|SandboxChanged|FailedPrepareDynamicResources|FailedCreatePodContainer|Pulling|Pulled|Created|Started)$/.test(
      reason,
    ),
  );

/** Without its events a pod may be silent for any reason. */
const isRead = ({ snapshot, pod }: PodInput): boolean => {
  const gap = snapshot.gapFor("Event", pod.metadata.namespace);
  return !gap || gap.state === "partial";
};

function canHang(input: PodInput): boolean {
  const inline = (input.pod.spec.volumes ?? []).some(
    (volume) => "nfs" in volume || "csi" in volume || "cephfs" in volume || "iscsi" in volume || "rbd" in volume,
  );
  return inline || claimsOf(input).length > 0;
}

function unattached(input: PodInput): readonly string[] {
  return claimsOf(input).flatMap(({ claim }) => {
    const volume = claim?.spec?.volumeName ?? "";
    const own = attachmentsOf(volume, input).find(({ spec }) => spec?.nodeName === input.pod.spec.nodeName);
    return own && own.status?.attached !== true ? [volume] : [];
  });
}

function attachmentEvidence(input: PodInput): readonly Evidence[] {
  return unattached(input).flatMap((volume) =>
    attachmentsOf(volume, input)
      .slice(0, 1)
      .flatMap((one) => [
        ...(one.status?.attached === undefined ? [] : [seen(one, "status.attached", "attached")]),
        ...(one.status?.attachError?.message ? [seen(one, "status.attachError.message", "attach error")] : []),
      ]),
  );
}

/** The volumes that the message counts as not mounted, or all that could be; the token volume is in every list. */
function volumesNotMounted(message: string, input: PodInput): readonly string[] {
  const listed = /(?:unmounted volumes=|list of unmounted volumes=)\[([^\]]*)\]/.exec(message)?.[1];
  const names = listed?.split(/[\s,]+/).filter(Boolean);
  const real = names?.filter((one) => !/^kube-api-access-|^default-token-/.test(one));
  return real && real.length > 0 ? real : (names ?? claimsOf(input).map(({ volume }) => volume));
}

function fixesFor(notAttached: readonly string[], input: PodInput): readonly Fix[] {
  const node = input.pod.spec.nodeName ?? "";
  const title: Text =
    notAttached.length > 0
      ? text`See what the attachment says, and whether the driver's controller runs.`
      : text`See whether its volumes are attached to ${name(node)}.`;
  return [
    look(title, kubectl("reads", undefined, "get", "volumeattachments", "-o", "wide")),
    look(text`See the driver's pods on the node, and the kubelet's log (journalctl -u kubelet).`, podsOfNode(input)),
  ];
}
