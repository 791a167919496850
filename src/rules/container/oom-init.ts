import { name, path, text, value } from "../../text/text.ts";
import { adminTask } from "../repair.ts";
import { setMemoryLimit } from "./edit.ts";
import { memoryLimitOf, raisedLimit } from "./memory.ts";
import { startRule } from "./start-rule.ts";
import { containerInSentence, containerWords } from "./words.ts";

/** The memory limit is too small even to start the program. */
export default startRule({
  id: "container/oom-init",
  title: "The memory limit is too small to start the container at all",
  causes: ["oom-init"],
  headline: ({ view }, input) => {
    const limit = memoryLimitOf(view, input);
    return limit
      ? text`The memory limit ${value(limit.limit)} of ${containerInSentence(view)} is too small even to start it.`
      : text`${containerWords(view)} ran out of memory before its program started.`;
  },
  why: ({ view }, input) => {
    const limit = memoryLimitOf(view, input);
    return text`The kernel killed the runtime's own first process in the container for memory${limit && text`; ${path(limit.path)} is ${value(limit.limit)}`}. That process needs a few MiB.`;
  },
  notes: ({ view }, input) => [
    /^\d+m$/.test(memoryLimitOf(view, input)?.limit ?? "") &&
      text`The unit ${name("m")} means thousandths of a byte; ${name("Mi")} was probably meant.`,
  ],
  fixes: ({ view }, input) => {
    const limit = memoryLimitOf(view, input);
    return limit
      ? [
          setMemoryLimit(input, view, raisedLimit(limit.limit, 64 * 1024 * 1024), text`Give it more.`, {
            applies: "maybe",
          }),
        ]
      : [adminTask(text`The node itself had no memory left: look at its conditions and events.`)];
  },
  doc: {
    means:
      "A memory limit of a few MiB, or with the wrong unit (m for Mi), does not leave room for the runtime's first process.",
    seenIn: "`container init was OOM-killed (memory limit too low?)`, `(possibly OOM-killed)` (runc).",
    repair: "Raise limits.memory.",
    notToConfuseWith: "container/oom-container: there the program ran and grew.",
    catalogue: ["start-oom-init"],
  },
});
