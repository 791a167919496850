import type { Pod } from "../../objects/pod.ts";
import type { VolumeAttachment } from "../../objects/volume-attachment.ts";
import type { PodInput } from "../pod-input.ts";
import { usersOf } from "./claim-words.ts";
import type { MountFailure } from "./mount-failure.ts";

/** The attachments of a PersistentVolume, that of the pod's own node first. */
export function attachmentsOf(persistentVolume: string, { pod, snapshot }: PodInput): readonly VolumeAttachment[] {
  const own = pod.spec.nodeName;
  return snapshot
    .list("VolumeAttachment")
    .items.filter(({ spec }) => spec?.source?.persistentVolumeName === persistentVolume)
    .toSorted((a, b) => Number(b.spec?.nodeName === own) - Number(a.spec?.nodeName === own));
}

/** Who holds a volume elsewhere. */
export interface Holder {
  readonly node: string;
  readonly pods: readonly Pod[];
  readonly attachment?: VolumeAttachment;
}

/** The nodes, other than the pod's own, that hold a volume: by its attachments, and by pods that use the claim there. */
export function holdersOf({ claim, called, detail }: MountFailure, input: PodInput): readonly Holder[] {
  const own = input.pod.spec.nodeName;
  const volume = claim?.claim?.spec?.volumeName ?? called;
  const attachments = attachmentsOf(volume, input).filter(({ spec }) => spec?.nodeName !== own);
  const named = podsNamed(detail);
  const neighbours = input.snapshot.list("Pod", input.pod.metadata.namespace).items;
  const users = [
    ...(claim ? usersOf(claim.name, input) : []),
    ...neighbours.filter(({ metadata }) => named.includes(metadata.name)),
  ];
  const pods = [...new Set(users)].filter(({ spec }) => spec.nodeName && spec.nodeName !== own);
  const nodes = [
    ...new Set([
      ...attachments.map(({ spec }) => spec?.nodeName ?? ""),
      ...pods.map(({ spec }) => spec.nodeName ?? ""),
    ]),
  ].sort();
  return nodes.map((node) => {
    const attachment = attachments.find(({ spec }) => spec?.nodeName === node);
    return { node, pods: pods.filter(({ spec }) => spec.nodeName === node), ...(attachment && { attachment }) };
  });
}

/** The pods that the message names, also where they were not read. */
export function podsNamed(detail: string): readonly string[] {
  return (
    /used by pod\(s\) ([\s\S]+?)(?: and \d+ pod\(s\) in different namespaces)?$/.exec(detail)?.[1]?.split(/,\s*/) ?? []
  );
}
