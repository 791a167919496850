// A large cluster: node test/cluster/size.mjs [--nodes 1000] [--pods 10000] [--plugin FOLDER]
// Fake nodes and pods (kwok) beside the real node, 40 of the pods in trouble; then how long the plugin takes for one pod, for a
// namespace and for all.
import { parseArgs } from "node:util";
import { session } from "./lib/session.mjs";

const { values } = parseArgs({
  options: {
    nodes: { type: "string", default: "1000" },
    pods: { type: "string", default: "10000" },
    plugin: { type: "string" },
  },
});
await session(["large-cluster.mjs", "--nodes", values.nodes, "--pods", values.pods], values);
