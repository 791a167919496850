import { type Event, lastSeen } from "../../objects/event.ts";
import type { Pod } from "../../objects/pod.ts";
import { compare } from "../../snapshot/lookup.ts";
import { type Evidence, seen } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import { type ClaimView, claimsOf } from "./claims.ts";
import { classifyMountError, type MountError, parseVolumeMessage } from "./mount-error.ts";
import { awaitsSandbox } from "./standing.ts";

/** A volume that could not be attached or mounted, by the newest event about it. */
export interface MountFailure {
  /** As the message has it: the volume's name in the pod, or that of its PersistentVolume. */
  readonly called: string;
  /** The pod's volume, where it can be told. */
  readonly volume?: string;
  readonly claim?: ClaimView;
  /** `MountVolume.SetUp`, `AttachVolume.Attach` … */
  readonly operation: string;
  readonly detail: string;
  readonly error: MountError;
  readonly event: Event;
  readonly evidence: readonly [Evidence, ...Evidence[]];
}

const REASONS: ReadonlySet<string> = new Set(["FailedMount", "FailedMapVolume", "FailedAttachVolume"]);

/** Every volume of the pod that fails now; what failed before the sandbox was tried is history. */
export function mountFailures(input: PodInput): readonly MountFailure[] {
  const known = failuresOf.get(input);
  if (known) return known;
  const failures = awaitsSandbox(input.pod) && input.pod.spec.nodeName ? findFailures(input) : [];
  failuresOf.set(input, failures);
  return failures;
}
const failuresOf = new WeakMap<PodInput, readonly MountFailure[]>();

function findFailures(input: PodInput): readonly MountFailure[] {
  const { pod, events } = input;
  // The kubelet tries the sandbox only when every volume is mounted (v1.36 pkg/kubelet/kubelet.go SyncPod).
  const sandboxAt = events
    .filter(({ reason }) => reason === "FailedCreatePodSandBox")
    .map(lastSeen)
    .sort(compare)
    .at(-1);
  const newest = new Map<string, MountFailure>();
  for (const event of events) {
    if (!REASONS.has(event.reason ?? "") || (sandboxAt !== undefined && lastSeen(event) < sandboxAt)) continue;
    const parsed = parseVolumeMessage(event.message ?? "");
    if (!parsed) continue;
    const { volume: called, operation, detail } = parsed;
    const index = pod.spec.volumes?.findIndex(({ name }) => name === called) ?? -1;
    const claim = claimsOf(input).find((one) => one.claim?.spec?.volumeName === called || one.volume === called);
    const volume = index >= 0 ? called : claim?.volume;
    const error = classifyMountError(operation, detail);
    newest.set(called, {
      called,
      ...(volume !== undefined && { volume }),
      ...(claim && { claim }),
      operation,
      detail,
      error: error.cause === "local-path" && !isPathOfNode(pod, called, claim) ? withoutPath(error, detail) : error,
      event,
      evidence: [
        seen(event, "message", event.reason),
        ...(claim
          ? [seen(pod, claim.path, "claim")]
          : index >= 0
            ? [seen(pod, `spec.volumes[${index}].name`, "volume")]
            : []),
      ],
    });
  }
  return [...newest.values()];
}

/** Whether the volume may be a path of the node: not where its source is known and is another. */
function isPathOfNode({ spec }: Pod, called: string, claim: ClaimView | undefined): boolean {
  const inline = spec.volumes?.find(({ name }) => name === called);
  if (inline && !inline.persistentVolumeClaim && !inline.ephemeral) return inline.hostPath !== undefined;
  const persistent = claim?.persistent?.state === "found" ? claim.persistent.object.spec : undefined;
  return !persistent || "local" in persistent || "hostPath" in persistent;
}

/** A path that is missing though the volume is none: a driver or a plugin has not put the disk there. */
const withoutPath = ({ words }: MountError, detail: string): MountError =>
  /^rpc error: /.test(detail) ? { cause: "csi-error", words, names: {} } : { cause: "unknown", words, names: {} };
