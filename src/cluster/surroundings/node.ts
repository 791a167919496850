import type { Reader } from "./standing.ts";

/** The node the pod is bound to. */
const node: Reader = async ({ spec }, collector) => {
  if (spec.nodeName) await collector.get("Node", undefined, spec.nodeName);
};
export default node;
