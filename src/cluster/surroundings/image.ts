import type { Pod } from "../../objects/pod.ts";
import type { Collector } from "../collector.ts";
import type { Reader } from "./standing.ts";

/** Bounds for reads that only make an answer better: in a large cluster some of them will do. */
const MOST_NEIGHBOURS = 500;
const MOST_ON_NODE = 110;

/**
 * Who else pulls: pods that wait as well, pods on the same node, the images that nodes hold, and pulls that succeeded.
 * Where the whole cluster may not be read, the namespace has to do.
 */
const image: Reader = async (pod, collector, { wantsImage, isOneOfMany }) => {
  if (!wantsImage) return;
  const { namespace } = pod.metadata;
  await Promise.all([
    readNeighbours(pod, collector, isOneOfMany),
    collector.list("Node", undefined, { most: MOST_NEIGHBOURS }),
    collector.tryList("Event", undefined, PULLED).then((found) => found ?? collector.list("Event", namespace, PULLED)),
  ]);
};
export default image;

const PULLED = { fieldSelector: "reason=Pulled", most: MOST_NEIGHBOURS };

async function readNeighbours({ metadata, spec }: Pod, collector: Collector, isOneOfMany: boolean): Promise<void> {
  const [pending] = await Promise.all([
    collector.tryList("Pod", undefined, { fieldSelector: "status.phase=Pending", most: MOST_NEIGHBOURS }),
    spec.nodeName && !isOneOfMany
      ? collector.tryList("Pod", undefined, { fieldSelector: `spec.nodeName=${spec.nodeName}`, most: MOST_ON_NODE })
      : undefined,
  ]);
  if (!pending) await collector.list("Pod", metadata.namespace, { most: MOST_NEIGHBOURS });
}
