import { kubectl } from "../../text/command.ts";
import { path, text, value } from "../../text/text.ts";
import { seen } from "../finding.ts";
import { look } from "../repair.ts";
import { crashRule, furtherLooks } from "./crash-rule.ts";
import { setMemoryLimit } from "./edit.ts";
import { memoryLimitOf, raisedLimit } from "./memory.ts";
import { containerWords } from "./words.ts";

/** Killed, and nothing says by whom. */
export default crashRule({
  id: "container/oom-undetected",
  title: "The container was killed, and nothing says by whom",
  kinds: ["killed"],
  confidence: () => "possible",
  evidence: ({ view }, input) => {
    const limit = memoryLimitOf(view, input);
    return limit ? [seen(input.pod, limit.path, "memory limit")] : [];
  },
  headline: ({ view }, input) => {
    const limit = memoryLimitOf(view, input);
    return text`${containerWords(view)} was killed (signal 9), and nothing says by whom${limit && text`; its memory limit of ${value(limit.limit)} may be it`}.`;
  },
  why: () =>
    text`137 is 128 + 9: something sent KILL. No probe, no eviction and no deletion is on record, and the runtime did not report the kernel's memory killer; containerd sometimes misses that. It may also be a process in the container, or somebody on the node.`,
  notes: (_crash, input) => [
    text`To tell: memory use close to ${path("limits.memory")} before the end speaks for memory; the kernel's log on node ${value(input.pod.spec.nodeName ?? "")} names every process it kills.`,
  ],
  fixes: (crash, input) => {
    const limit = memoryLimitOf(crash.view, input);
    const { namespace, name: podName } = input.pod.metadata;
    return [
      look(
        text`Compare what it uses with its limit (needs metrics-server).`,
        kubectl("reads", namespace, "top", "pod", podName, "--containers"),
      ),
      ...(limit && !limit.isOfPod
        ? [
            setMemoryLimit(input, crash.view, raisedLimit(limit.limit), text`Raise the limit, if it is memory.`, {
              applies: "maybe" as const,
            }),
          ]
        : []),
      ...furtherLooks(crash, input),
    ];
  },
  doc: {
    means: "The container ended with 137 and there is no record of who killed it.",
    seenIn: "Exit code 137, reason Error; no event Killing, no SystemOOM, no deletion, no eviction.",
    repair: "Compare memory use with the limit; look at the kernel's log of the node.",
    notToConfuseWith:
      "container/oom-container: there the runtime saw it. readiness/liveness-kill: the event Killing names the probe.",
    catalogue: ["oom-undetected", "kill-137-grace"],
  },
});
