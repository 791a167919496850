import { oomRule } from "./oom.ts";

/** A container reached its memory limit and was killed. */
export default oomRule("container/oom-container", "The container was killed for memory", ["main", "sidecar"], {
  means:
    "The processes of the container together wanted more memory than its limit allows, and the kernel killed one of them. Pages of memory-backed volumes count too.",
  seenIn:
    "`terminated.reason` OOMKilled, usually with exit code 137. Without a limit the node itself was out of memory.",
  repair: "Raise limits.memory, bound the program's own heap, or repair the leak.",
  notToConfuseWith:
    "Every other 137: container/oom-node, container/oom-undetected, readiness/liveness-kill, a deletion after its grace period.",
  catalogue: ["oom-container"],
});
