import { kubectl } from "../../text/command.ts";
import { duration, name, path, text, value } from "../../text/text.ts";
import type { RuleId } from "../finding.ts";
import { seen } from "../finding.ts";
import type { ContainerView } from "../pod-input.ts";
import { look } from "../repair.ts";
import type { Rule, RuleDoc } from "../rule.ts";
import { type Crash, nodeOom } from "./crash.ts";
import { crashRule, timesWords } from "./crash-rule.ts";
import { setMemoryLimit } from "./edit.ts";
import { memoryLimitOf, raisedLimit } from "./memory.ts";
import { containerWords, describeNode, nodeOf } from "./words.ts";

/** A container that the kernel killed for memory (reason OOMKilled); init containers are told of by a rule of their own. */
export function oomRule(id: RuleId, title: string, roles: readonly ContainerView["role"][], doc: RuleDoc): Rule {
  return crashRule({
    id,
    title,
    kinds: ["oom"],
    needs: ["Event"],
    fits: ({ view }) => roles.includes(view.role),
    confidence: ({ view }, input) => (memoryLimitOf(view, input) ? "certain" : "likely"),
    evidence: ({ view, run }, input) => {
      const limit = memoryLimitOf(view, input);
      const event = nodeOom(view, run, input);
      return [
        seen(input.pod, `${run.path}.reason`, "reason"),
        ...(limit ? [seen(input.pod, limit.path, "memory limit")] : []),
        ...(event ? [seen(event, "message", "node")] : []),
      ];
    },
    more: ({ view }, input) => {
      const limit = memoryLimitOf(view, input);
      return limit && { limit: limit.limit };
    },
    headline: ({ view }, input) => {
      const limit = memoryLimitOf(view, input);
      return limit
        ? text`${containerWords(view)} was killed for memory (OOMKilled): it needs more than ${limit.isOfPod ? "the pod's" : "its"} limit of ${value(limit.limit)}.`
        : text`${containerWords(view)} was killed for memory (OOMKilled) and has no limit: node ${nodeOf(input)} was out of memory.`;
    },
    why: (crash, input) => {
      const { view, run } = crash;
      const limit = memoryLimitOf(view, input);
      const after = run.seconds !== undefined && (run.seconds <= 2 ? " at once" : ` after ${duration(run.seconds)}`);
      return limit
        ? text`The kernel killed it${after}, ${timesWords(crash, input)}: its processes together reached ${path(limit.path)} = ${value(limit.limit)}.`
        : text`Without ${path("limits.memory")} only the node's own memory bounds it. The kernel killed it${after} to save the node, ${timesWords(crash, input)}.`;
    },
    notes: (crash) => [
      speed(crash),
      crash.run.exitCode !== 137 &&
        text`Its exit code is ${crash.run.exitCode}, not 137: a child process was killed, and the main one ended itself.`,
    ],
    fixes: ({ view }, input) => {
      const { namespace, name: podName } = input.pod.metadata;
      const limit = memoryLimitOf(view, input);
      const usage = look(
        text`See what it uses while it runs (needs metrics-server).`,
        kubectl("reads", namespace, "top", "pod", podName, "--containers"),
      );
      if (!limit)
        return [
          describeNode(input, text`See who else uses the node's memory.`),
          setMemoryLimit(
            input,
            view,
            "<memory>",
            text`Give it a request and a limit, so that the scheduler counts it.`,
          ),
          usage,
        ];
      return [
        ...(limit.isOfPod
          ? []
          : [
              setMemoryLimit(
                input,
                view,
                raisedLimit(limit.limit),
                text`Double the limit, if the program is not leaking.`,
                { applies: "maybe" as const },
              ),
            ]),
        usage,
      ];
    },
    groupKey: ({ more }) => `${more?.limit ?? "no limit"}`,
    doc,
  });
}

/** At once or slowly: too small from the start, or growing. */
function speed({ run, restarts }: Crash) {
  if (run.seconds === undefined) return undefined;
  if (run.seconds <= 30)
    return text`It ran for ${duration(run.seconds)} only: the limit is too small for its start, rather than a leak.`;
  return restarts > 1 && run.seconds > 3600
    ? text`It ran for ${duration(run.seconds)} before: this looks like slow growth (${name("a leak")}, or a cache without bounds).`
    : undefined;
}
