import { type Event, lastSeen } from "../../objects/event.ts";
import type { PersistentVolume } from "../../objects/persistent-volume.ts";
import { classNameOf, type PersistentVolumeClaim } from "../../objects/persistent-volume-claim.ts";
import type { StorageClass } from "../../objects/storage-class.ts";
import type { Found } from "../../snapshot/lookup.ts";
import { type Evidence, seen } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import { verdictOn } from "../scheduling/verdict.ts";
import { awaitsSandbox } from "./standing.ts";

/** A claim of a pod, and the chain behind it. */
export interface ClaimView {
  readonly name: string;
  /** The pod's volume, and where the claim's name stands (for an ephemeral volume: the volume itself). */
  readonly volume: string;
  readonly path: string;
  /** Made for this pod alone, by the ephemeral volume controller. */
  readonly isEphemeral: boolean;
  readonly found: Found<PersistentVolumeClaim>;
  readonly claim?: PersistentVolumeClaim;
  /** Of the claim, oldest first. */
  readonly events: readonly Event[];
  /** Empty for none on purpose; undefined where the default was to be taken. */
  readonly className?: string;
  /** Undefined where no class is named. */
  readonly storageClass?: Found<StorageClass>;
  /** Undefined where the claim names no volume. */
  readonly persistent?: Found<PersistentVolume>;
}

/** Why a claim does not serve; the newest word about it decides. */
export type ClaimTrouble =
  | "not-found"
  | "ephemeral-pending"
  | "being-deleted"
  | "pv-missing"
  | "requested-pv-mismatch"
  | "no-class"
  | "class-not-found"
  | "provisioning-failed"
  | "no-matching-pv"
  | "wait-first-consumer"
  | "waiting-external"
  | "not-bound-on-node"
  | "unbound";

/** A claim that keeps the pod from its volumes. */
export interface TroubledClaim {
  readonly view: ClaimView;
  readonly trouble: ClaimTrouble;
  /** The claim's name in the pod, what the scheduler said, and what tells the trouble. */
  readonly evidence: readonly [Evidence, ...Evidence[]];
  /** The newest event about it, where one tells it. */
  readonly event?: Event;
}

/** All claims of a pod that has no sandbox yet. */
export function claimsOf(input: PodInput): readonly ClaimView[] {
  const known = viewsOf.get(input);
  if (known) return known;
  const { pod, snapshot } = input;
  const namespace = pod.metadata.namespace;
  const views = (awaitsSandbox(pod) ? (pod.spec.volumes ?? []) : []).flatMap((volume, index): ClaimView[] => {
    const { claimName } = (volume.persistentVolumeClaim ?? {}) as { claimName?: string };
    const isEphemeral = claimName === undefined && volume.ephemeral !== undefined;
    const name = claimName ?? (isEphemeral ? `${pod.metadata.name}-${volume.name}` : undefined);
    if (name === undefined) return [];
    const found = snapshot.find("PersistentVolumeClaim", namespace, name);
    const claim = found.state === "found" ? found.object : undefined;
    const className = claim && classNameOf(claim);
    const volumeName = claim?.spec?.volumeName;
    return [
      {
        name,
        volume: volume.name,
        path: isEphemeral ? `spec.volumes[${index}].name` : `spec.volumes[${index}].persistentVolumeClaim.claimName`,
        isEphemeral,
        found,
        ...(claim && { claim }),
        events: claim ? snapshot.eventsOf(claim) : [],
        ...(className !== undefined && { className }),
        ...(className && { storageClass: snapshot.find("StorageClass", undefined, className) }),
        ...(volumeName && { persistent: snapshot.find("PersistentVolume", undefined, volumeName) }),
      },
    ];
  });
  viewsOf.set(input, views);
  return views;
}
const viewsOf = new WeakMap<PodInput, readonly ClaimView[]>();

/** The claims that keep the pod from its volumes, each with its own cause. */
export function troubledClaims(input: PodInput): readonly TroubledClaim[] {
  const known = troublesOf.get(input);
  if (known) return known;
  const said = verdictOn(input);
  const message = input.pod.spec.nodeName ? "" : (said?.message ?? "");
  const troubles = claimsOf(input).flatMap((view): TroubledClaim[] => {
    const found = troubleOf(view, message, input);
    if (!found) return [];
    const { trouble, evidence, event } = found;
    const isMeant =
      message.includes(`"${view.name}"`) ||
      /unbound immediate|bound to non-existent|available persistent volumes to bind/.test(message);
    return [
      {
        view,
        trouble,
        evidence: [
          seen(input.pod, view.path, "claim"),
          ...evidence,
          ...(event ? [seen(event, "message", event.reason)] : []),
          ...(said && isMeant ? [said.source] : []),
        ],
        ...(event && { event }),
      },
    ];
  });
  troublesOf.set(input, troubles);
  return troubles;
}
const troublesOf = new WeakMap<PodInput, readonly TroubledClaim[]>();

interface Told {
  readonly trouble: ClaimTrouble;
  readonly evidence: readonly Evidence[];
  readonly event?: Event;
}

function troubleOf(view: ClaimView, message: string, input: PodInput): Told | undefined {
  const { claim, name, found, isEphemeral } = view;
  if (!claim) {
    // kube-scheduler volumebinding and others; before 1.12 "which is unexpected" follows.
    const isSaid = message.includes(`persistentvolumeclaim "${name}" not found`);
    const isAwaited = message.includes(`ephemeral volume controller to create the persistentvolumeclaim "${name}"`);
    if (isEphemeral)
      return found.state === "absent" || isAwaited ? { trouble: "ephemeral-pending", evidence: [] } : undefined;
    if (found.state === "absent" || isSaid) return { trouble: "not-found", evidence: [] };
    return /pod has unbound immediate PersistentVolumeClaims/.test(message)
      ? { trouble: "unbound", evidence: [] }
      : undefined;
  }
  if (
    isEphemeral &&
    !claim.metadata.ownerReferences?.some(
      ({ kind, name: owner }) => kind === "Pod" && owner === input.pod.metadata.name,
    )
  )
    return { trouble: "ephemeral-pending", evidence: [seen(claim, "metadata.name", "claim of another owner")] };
  if (claim.metadata.deletionTimestamp)
    return { trouble: "being-deleted", evidence: [seen(claim, "metadata.deletionTimestamp", "deleted")] };
  const phase = claim.status?.phase ?? "Pending";
  const status = claim.status?.phase === undefined ? [] : [seen(claim, "status.phase", "phase")];
  if (phase === "Lost") return { trouble: "pv-missing", evidence: status, ...newest(view, /^Claim(?:Lost|Misbound)$/) };
  if (phase === "Bound")
    return view.persistent?.state === "absent"
      ? { trouble: "pv-missing", evidence: [seen(claim, "spec.volumeName", "volume")] }
      : undefined;
  return pendingTrouble(view, claim, status, message, input);
}

/** What holds a claim up that is not bound (kubernetes v1.36 pkg/controller/volume/persistentvolume/pv_controller.go). */
function pendingTrouble(
  view: ClaimView,
  claim: PersistentVolumeClaim,
  status: readonly Evidence[],
  message: string,
  input: PodInput,
): Told {
  const { className, storageClass, persistent, events } = view;
  const last = events.at(-1);
  if (claim.spec?.volumeName) {
    const evidence = [...status, seen(claim, "spec.volumeName", "volume asked for")];
    if (persistent?.state === "absent") return { trouble: "pv-missing", evidence };
    return { trouble: "requested-pv-mismatch", evidence, ...newest(view, /^(?:VolumeMismatch|FailedBinding)$/) };
  }
  const classPath = claim.spec?.storageClassName === undefined ? [] : [seen(claim, "spec.storageClassName", "class")];
  const evidence = [...status, ...classPath];
  if (!className) return { trouble: "no-class", evidence, ...newest(view, /^FailedBinding$/) };
  const isMissing =
    last?.reason === "ProvisioningFailed" && /storageclass\S* "[^"]+" not found/.test(last.message ?? "");
  if (storageClass?.state === "absent" || (isMissing && storageClass?.state !== "found"))
    return { trouble: "class-not-found", evidence, ...newest(view, /^ProvisioningFailed$/) };
  const found = storageClass?.state === "found" ? storageClass.object : undefined;
  if (found?.provisioner === "kubernetes.io/no-provisioner")
    return isWaiting(view, found) && !message.includes("find available persistent volumes to bind")
      ? waitTrouble(view, evidence, found, input)
      : { trouble: "no-matching-pv", evidence: [...evidence, seen(found, "provisioner", "provisioner")] };
  if (last?.reason === "ProvisioningFailed") return { trouble: "provisioning-failed", evidence, event: last };
  // External provisioners write Provisioning before each try; the controller repeats ExternalProvisioning meanwhile.
  const failed = events.findLast(({ reason }) => reason === "ProvisioningFailed");
  const isAfter =
    failed &&
    !events.some(
      ({ reason, ...one }) => reason === "ProvisioningSucceeded" && lastSeen({ reason, ...one }) > lastSeen(failed),
    );
  if (failed && isAfter && /^(?:Provisioning|ExternalProvisioning)$/.test(last?.reason ?? ""))
    return { trouble: "provisioning-failed", evidence, event: failed };
  if (last?.reason === "FailedBinding") return { trouble: "unbound", evidence, event: last };
  if (isWaiting(view, found)) return waitTrouble(view, evidence, found, input);
  if (last?.reason === "ExternalProvisioning" || last?.reason === "Provisioning" || provisionerOf(view))
    return { trouble: "waiting-external", evidence, ...(last && { event: last }) };
  return { trouble: "unbound", evidence, ...(last && { event: last }) };
}

/** Whether nobody has begun to bind it, because the pod has no node yet. */
function isWaiting({ claim, events }: ClaimView, storageClass: StorageClass | undefined): boolean {
  if (claim?.metadata.annotations?.["volume.kubernetes.io/selected-node"]) return false;
  const isLate =
    storageClass?.volumeBindingMode === "WaitForFirstConsumer" || /^WaitFor/.test(events.at(-1)?.reason ?? "");
  return isLate;
}

function waitTrouble(
  view: ClaimView,
  evidence: readonly Evidence[],
  found: StorageClass | undefined,
  { pod }: PodInput,
): Told {
  // The scheduler binds before it sets the node: with one and no choice noted, it was not the scheduler who set it.
  const mode = found?.volumeBindingMode === undefined ? [] : [seen(found, "volumeBindingMode", "binding")];
  return pod.spec.nodeName
    ? { trouble: "not-bound-on-node", evidence: [...evidence, ...mode, seen(pod, "spec.nodeName", "node")] }
    : { trouble: "wait-first-consumer", evidence: [...evidence, ...mode], ...newest(view, /^WaitFor/) };
}

/** The newest event of a kind, to be spread. */
function newest({ events }: ClaimView, reason: RegExp): { event?: Event } {
  const event = events.findLast((one) => reason.test(one.reason ?? ""));
  return event ? { event } : {};
}

/** Who has to make the volume: the class's provisioner, or the one that the controller noted on the claim. */
export function provisionerOf({ claim, storageClass }: ClaimView): string | undefined {
  const noted = claim?.metadata.annotations;
  return (
    (storageClass?.state === "found" ? storageClass.object.provisioner : undefined) ??
    noted?.["volume.kubernetes.io/storage-provisioner"] ??
    noted?.["volume.beta.kubernetes.io/storage-provisioner"]
  );
}
