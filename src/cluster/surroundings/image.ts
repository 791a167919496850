import type { Reader } from "./standing.ts";

/** Bounds for reads that only make an answer better: in a large cluster some of them will do. */
const MOST = 500;
/** A node's status lists some fifty images and more: a hundred nodes know what runs in a cluster. */
const MOST_NODES = 100;

const PENDING = { fieldSelector: "status.phase=Pending", most: MOST };
const PULLED = { fieldSelector: "reason=Pulled", most: MOST };

/**
 * Who else pulls: pods that wait as well, pulls that succeeded, and the images that nodes hold. Where the whole cluster
 * may not be read, the namespace has to do.
 */
const image: Reader = async ({ metadata: { namespace } }, collector, { wantsImage }) => {
  if (!wantsImage) return;
  const [pending, nodes] = await Promise.all([
    collector.tryList("Pod", undefined, PENDING),
    collector.list("Node", undefined, { most: MOST_NODES }),
    collector.tryList("Event", undefined, PULLED).then((found) => found ?? collector.list("Event", namespace, PULLED)),
  ]);
  // Without the nodes the pods around tell which images there are.
  if (!pending || nodes.length === 0) await collector.list("Pod", namespace, { most: MOST });
};
export default image;
