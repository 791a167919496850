import type { CSINode } from "../objects/csi-node.ts";
import type { Event } from "../objects/event.ts";
import type { NetworkPolicy } from "../objects/network-policy.ts";
import type { Node } from "../objects/node.ts";
import type { KubeObject, ObjectRef } from "../objects/object.ts";
import type { PersistentVolume } from "../objects/persistent-volume.ts";
import type { PersistentVolumeClaim } from "../objects/persistent-volume-claim.ts";
import type { Pod } from "../objects/pod.ts";
import type { RuntimeClass } from "../objects/runtime-class.ts";
import type { ConfigMap, Secret } from "../objects/secret.ts";
import type { EndpointSlice, Service } from "../objects/service.ts";
import type { ServiceAccount } from "../objects/service-account.ts";
import type { StorageClass } from "../objects/storage-class.ts";
import type { VolumeAttachment } from "../objects/volume-attachment.ts";
import type { Workload, WorkloadKind } from "../objects/workload.ts";
import type { RegistryAnswer } from "./registry-answer.ts";

/** The kinds we have a schema for. Objects of other kinds are kept in a snapshot too, as plain KubeObjects. */
export type KindMap = {
  Pod: Pod;
  Node: Node;
  Event: Event;
  Secret: Secret;
  ConfigMap: ConfigMap;
  ServiceAccount: ServiceAccount;
  PersistentVolumeClaim: PersistentVolumeClaim;
  PersistentVolume: PersistentVolume;
  StorageClass: StorageClass;
  VolumeAttachment: VolumeAttachment;
  CSINode: CSINode;
  RuntimeClass: RuntimeClass;
  Service: Service;
  EndpointSlice: EndpointSlice;
  NetworkPolicy: NetworkPolicy;
} & { [Kind in WorkloadKind]: Workload };

/** The object type of a kind. */
export type ObjectOf<Kind extends string> = Kind extends keyof KindMap ? KindMap[Kind] : KubeObject;

/** Stands for all kinds in a gap: of a file that does not say what else there was. */
export const ANY_KIND = "*";

/**
 * Something a snapshot does not know. Without `namespace` it holds for all namespaces, without `name` for all objects
 * of the kind. A kind without a gap is complete: what is not among the objects does not exist.
 */
export interface Gap {
  readonly kind: string;
  readonly namespace?: string;
  readonly name?: string;
  /** `partial`: some objects of the kind were read, and nothing is said about the others. */
  readonly state: "forbidden" | "not-served" | "failed" | "not-asked" | "partial";
  readonly message: string;
  /** The right that was missing: `get secrets in namespace shop`. */
  readonly right?: string;
}

/** All objects of a kind in a namespace, or everywhere, are among the objects. */
export interface Complete {
  readonly kind: string;
  readonly namespace?: string;
}

/** The last lines a container wrote. */
export interface ContainerLog {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  /** Of the run before the current one. */
  readonly previous: boolean;
  readonly text: string;
}

/** An object that could not be used. */
export interface Unusable {
  readonly ref: ObjectRef;
  /** The field that is wrong, in words: `spec.containers is not as the API has it`. */
  readonly problem: string;
}

/** All that one run saw. Everything after it is computed from it alone; saved and read again it gives the same report. */
export interface Snapshot {
  /** The only clock: RFC 3339. */
  readonly takenAt: string;
  /** `v1.36.3`; absent if it was not asked or not answered. */
  readonly serverVersion?: string;
  /** The kubeconfig context the run used. */
  readonly context?: string;
  /** What the report is about, in the order of the report. */
  readonly targets: readonly ObjectRef[];
  /** How many pods were looked at to find those that are not fine; absent where the targets were named. */
  readonly podsSeen?: number;
  readonly objects: readonly KubeObject[];
  /** Asked for by name, and answered with "not found". */
  readonly absent: readonly ObjectRef[];
  readonly gaps: readonly Gap[];
  /** Kinds that are complete in one namespace (or, without `namespace`, everywhere), whatever a gap for the whole kind says. */
  readonly complete: readonly Complete[];
  readonly logs: readonly ContainerLog[];
  /** What registries said of images; absent where none was asked. */
  readonly registryAnswers?: readonly RegistryAnswer[];
  /** Objects that are not as the API has them: what is wrong with each is among `skipped`, too. */
  readonly unusable?: readonly Unusable[];
  /** What could not be used, in words: objects without metadata, files that are no objects. */
  readonly skipped: readonly string[];
}
