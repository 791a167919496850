import type { Pod } from "../../objects/pod.ts";
import type { Collector } from "../collector.ts";
import image from "./image.ts";
import logs from "./logs.ts";
import node from "./node.ts";
import owners from "./owners.ts";
import references from "./references.ts";
import sandbox from "./sandbox.ts";
import scheduling from "./scheduling.ts";
import { type Reader, standingOf } from "./standing.ts";
import volume from "./volume.ts";

/** Who reads what around a pod; each decides by where the pod stands whether there is anything to read. */
const READERS: readonly Reader[] = [owners, scheduling, node, references, volume, sandbox, image, logs];

/** Reads what surrounds one pod, as far as its state asks for it. Everything goes out at once that can. */
export async function readSurroundings(pod: Pod, collector: Collector, isOneOfMany: boolean): Promise<void> {
  const standing = standingOf(pod, isOneOfMany);
  await Promise.all(READERS.map((read) => read(pod, collector, standing)));
}
