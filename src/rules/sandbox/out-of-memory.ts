import { text, value } from "../../text/text.ts";
import { adminTask } from "../repair.ts";
import { describeNode, nodeName, sandboxRule } from "./sandbox-rule.ts";

/** The memory limit is too small for the sandbox itself. */
export default sandboxRule({
  id: "sandbox/out-of-memory",
  title: "The memory limit is too small for the sandbox itself",
  causes: ["out-of-memory"],
  confidence: () => "likely",
  headline: (_, input) =>
    text`The memory limit of the pod is so small that its sandbox is killed on node ${nodeName(input)}.`,
  why: (failure) =>
    text`The limits of all containers make up the limit of the whole pod, in which the sandbox and the start of each container have to fit. Below about 10 MiB that fails: ${value(failure.error.words)}. Mind the unit: 64m is 0.064 bytes, 64Mi is meant.`,
  fixes: (_, input) => [
    adminTask(text`Raise limits.memory of the containers of the pod.`),
    describeNode(input, text`See the state of the node.`),
  ],
  doc: {
    means: "A limit of a few MiB, mostly a slip in the unit.",
    seenIn: "FailedCreatePodSandBox with `container init was OOM-killed (memory limit too low?)` (runc).",
    repair: "Raise the limit.",
    notToConfuseWith: "container/oom…: there the program of a container was killed.",
    catalogue: ["sandbox-runc"],
  },
});
