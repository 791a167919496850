import { oomRule } from "./oom.ts";

/** An init container reached its memory limit and was killed. */
export default oomRule("container/init-oom", "An init container was killed for memory", ["init"], {
  means: "An init container needs more memory than its own limit, and nothing after it starts.",
  seenIn: "`Init:OOMKilled`; initContainerStatuses with terminated.reason OOMKilled.",
  repair: "Raise the init container's limits.memory.",
  catalogue: ["init-oom"],
});
