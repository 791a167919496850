import type { KubeObject } from "../objects/object.ts";
import type { PersistentVolume } from "../objects/persistent-volume.ts";
import { classNameOf, type PersistentVolumeClaim, sizeOf } from "../objects/persistent-volume-claim.ts";
import type { Pod } from "../objects/pod.ts";
import { isDefaultClass, isLate, isProvisioned, NO_PROVISIONER, type StorageClass } from "../objects/storage-class.ts";
import { compare } from "../snapshot/lookup.ts";
import { nearest } from "../text/nearest.ts";
import type { Edit } from "./edit.ts";
import type { EditOption } from "./edit-options.ts";
import type { Lack } from "./filter.ts";
import { type ClusterView, type NodeInfo, nodeInfo } from "./node-info.ts";
import { withObjects } from "./objects.ts";
import { classNameOfVolume, podClaims } from "./pod-volumes.ts";

/** What could end a lack of volumes. Never what gives data up: a bound claim stays as it is. */
export function volumeOptions(lack: Lack, pod: Pod, node: NodeInfo, view: ClusterView): readonly EditOption[] {
  switch (lack.of) {
    case "claim":
      return claimOptions(lack, pod, view);
    case "single-pod-claim":
      return [freeClaim(lack, pod)];
    case "new-volume": {
      if (lack.because === "begun-elsewhere") return [];
      const byHand = lack.because === "none-fits" ? newVolumeOptions(lack.claim, pod, view, node) : [];
      return [...otherClasses(lack.claim, pod, view), ...byHand];
    }
    case "storage":
      return otherClasses(lack.claim, pod, view);
    default:
      return [];
  }
}

/** How many classes are tried for one claim. */
const MOST_CLASSES = 3;

function claimOptions(lack: Extract<Lack, { of: "claim" }>, pod: Pod, view: ClusterView): readonly EditOption[] {
  const { claim } = lack;
  switch (lack.is) {
    case "missing":
      return [...nearClaims(claim, pod, view), ...withClass(claim, "create", pod, view)];
    // Its data is gone already, or will be.
    case "lost":
    case "deleted":
      return withClass(claim, "remake", pod, view);
    case "unbound":
      return unboundOptions(claim, pod, view);
    // Its controller makes it by itself; another's must go first.
    case "awaited":
    case "foreign":
      return [];
  }
}

function unboundOptions(name: string, pod: Pod, view: ClusterView): readonly EditOption[] {
  const claim = claimOf(name, pod, view);
  // One that names its volume waits for that one alone.
  if (!claim || claim.spec?.volumeName) return [];
  const className = classNameOf(claim);
  const found = className ? view.snapshot.find("StorageClass", undefined, className) : undefined;
  if (found?.state === "unknown") return [];
  // Somebody should make its volume by now: what keeps that one from it is not known here.
  if (found?.state === "found" && isProvisioned(found.object)) return [];
  return [
    // A class may be given to a claim without one; no other can be taken from it (core/v1 validation, 1.26+).
    ...withClass(name, className === undefined ? "patch" : "remake", pod, view),
    ...(found?.state === "found" || className === "" ? newVolumeOptions(name, pod, view) : []),
  ];
}

const claimOf = (name: string, { metadata }: Pod, { snapshot }: ClusterView): PersistentVolumeClaim | undefined =>
  snapshot.get("PersistentVolumeClaim", metadata.namespace, name);

/** A claim that exists and has nearly the name. */
function nearClaims(name: string, pod: Pod, { snapshot }: ClusterView): readonly EditOption[] {
  const there = snapshot.list("PersistentVolumeClaim", pod.metadata.namespace).items;
  const usable = there.filter(({ metadata }) => !metadata.deletionTimestamp).map(({ metadata }) => metadata.name);
  const volume = podClaims(pod, snapshot).find((one) => one.name === name)?.volume;
  return volume === undefined
    ? []
    : nearest(name, usable, 1).map((to) => ({
        edits: [{ of: "claim-name", volume, from: name, to }],
        patch: { volumes: [{ name: volume, persistentVolumeClaim: { claimName: to } }] },
        cost: 1,
      }));
}

/** The other classes that serve a claim which has no volume yet. */
function otherClasses(name: string, pod: Pod, view: ClusterView): readonly EditOption[] {
  const claim = claimOf(name, pod, view);
  return claim?.spec?.volumeName ? [] : withClass(name, "remake", pod, view);
}

/** The claim with a class that serves: the default first. None where not all classes are known. */
function withClass(
  name: string,
  how: Extract<Edit, { of: "claim" }>["how"],
  pod: Pod,
  view: ClusterView,
): readonly EditOption[] {
  const { items, isComplete } = view.snapshot.list("StorageClass");
  const isEphemeral = podClaims(pod, view.snapshot).some((one) => one.name === name && one.isEphemeral);
  if (!isComplete || isEphemeral) return [];
  const claim = claimOf(name, pod, view);
  const current = claim && classNameOf(claim);
  const serving = items.filter((one) => one.metadata.name !== current && serves(one, view));
  return [...serving]
    .sort((a, b) => Number(isDefaultClass(b)) - Number(isDefaultClass(a)) || compare(a.metadata.name, b.metadata.name))
    .slice(0, MOST_CLASSES)
    .map((storageClass, at) => ({
      edits: [{ of: "claim", claim: name, storageClass: storageClass.metadata.name, how }],
      cost: (how === "remake" ? 3 : 2) + 0.2 * at,
      apply: (base) => ({ ...base, snapshot: withObjects(base.snapshot, claimed(name, storageClass, pod, claim)) }),
    }));
}

/** Whether volumes of a class are made, or one is free. */
const serves = (storageClass: StorageClass, { snapshot }: ClusterView): boolean =>
  isProvisioned(storageClass) ||
  (storageClass.provisioner === NO_PROVISIONER &&
    snapshot
      .list("PersistentVolume")
      .items.some(
        (volume) => classNameOfVolume(volume) === storageClass.metadata.name && volume.status?.phase === "Available",
      ));

/** A claim of a class as it is soon after: waiting for its pod, or bound to a volume that any node reaches. */
function claimed(
  name: string,
  storageClass: StorageClass,
  { metadata: { namespace } }: Pod,
  before: PersistentVolumeClaim | undefined,
): readonly KubeObject[] {
  const { volumeName: _, ...spec } = before?.spec ?? { accessModes: ["ReadWriteOnce"] };
  const claim: PersistentVolumeClaim = {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name, ...(namespace && { namespace }) },
    spec: { ...spec, storageClassName: storageClass.metadata.name },
    status: { phase: "Pending" },
  };
  return isLate(storageClass) ? [claim] : boundTo(claim, `volume-of-${name}`);
}

function boundTo(claim: PersistentVolumeClaim, volumeName: string): readonly KubeObject[] {
  return [
    { ...claim, spec: { ...claim.spec, volumeName }, status: { phase: "Bound" } } as PersistentVolumeClaim,
    { ...volumeFor(claim, volumeName), status: { phase: "Bound" } },
  ];
}

function volumeFor(claim: PersistentVolumeClaim, name: string, nodeName?: string): PersistentVolume {
  const { accessModes, volumeMode } = claim.spec ?? {};
  const size = sizeOf(claim);
  const expression = {
    key: "kubernetes.io/hostname",
    operator: "In",
    values: nodeName === undefined ? [] : [nodeName],
  };
  return {
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { name },
    spec: {
      ...(accessModes && { accessModes }),
      ...(volumeMode && { volumeMode }),
      ...(size && { capacity: { storage: size } }),
      storageClassName: classNameOf(claim) ?? "",
      claimRef: { namespace: claim.metadata.namespace ?? "", name: claim.metadata.name },
      ...(nodeName !== undefined && {
        nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [expression] }] } },
      }),
    },
    status: { phase: "Available" },
  };
}

/** A volume made by hand: on one node, where the claim waits for its pod; else for all, and bound at once. */
function newVolumeOptions(name: string, pod: Pod, view: ClusterView, node?: NodeInfo): readonly EditOption[] {
  const claim = claimOf(name, pod, view);
  if (!claim) return [];
  const storageClass = classNameOf(claim) ?? "";
  const volumeName = `volume-for-${name}`;
  const made = node
    ? [volumeFor(claim, volumeName, node.labels["kubernetes.io/hostname"])]
    : boundTo(claim, volumeName);
  return [
    {
      edits: [{ of: "new-volume", claim: name, storageClass, ...(node && { node: node.name }) }],
      cost: 12,
      apply: (base) => ({ ...base, snapshot: withObjects(base.snapshot, made) }),
    },
  ];
}

/** The pod that has the claim ends. */
function freeClaim({ claim, heldBy }: Extract<Lack, { of: "single-pod-claim" }>, pod: Pod): EditOption {
  const isHolder = ({ metadata }: Pod) => metadata.name === heldBy && metadata.namespace === pod.metadata.namespace;
  return {
    edits: [{ of: "free-claim", claim, pod: heldBy }],
    cost: 4,
    apply: (base) => ({
      ...base,
      nodes: base.nodes.map((one) =>
        one.pods.some(isHolder)
          ? nodeInfo(
              one.node,
              one.pods.filter((other) => !isHolder(other)),
            )
          : one,
      ),
    }),
  };
}
