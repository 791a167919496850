import { name, path, text } from "../../text/text.ts";
import type { Fix } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import { adminTask, patchPodSpec } from "../repair.ts";
import { failureRule } from "./failure-rule.ts";

type Problem = "not-read-only" | "propagation" | "runtime" | "feature-gate";

/** A mount wants to be read-only all the way down, and cannot be. */
export default failureRule<{ volume: string; problem: Problem; propagation?: string }>({
  id: "config/recursive-readonly",
  title: "A recursive read-only mount cannot be had",
  parse: ({ message }) => {
    if (/recursive read-only mount needs feature gate/.test(message)) return { volume: "", problem: "feature-gate" };
    const [, volume = "", rest = ""] =
      /volume "([^"]+)" requested recursive read-only mode, but it is not (.+)/.exec(message) ?? [];
    if (!volume) return undefined;
    if (rest.startsWith("read-only")) return { volume, problem: "not-read-only" };
    if (rest.startsWith("supported")) return { volume, problem: "runtime" };
    return { volume, problem: "propagation", propagation: /propagation "([^"]+)"/.exec(rest)?.[1] ?? "" };
  },
  headline: ({ volume, problem, propagation = "" }, container, { pod }) => {
    switch (problem) {
      case "not-read-only":
        return text`Volume ${name(volume)} of container ${name(container)} wants recursiveReadOnly without readOnly.`;
      case "propagation":
        return text`Volume ${name(volume)} of container ${name(container)} wants recursiveReadOnly with mount propagation ${name(propagation)}.`;
      default:
        return text`The container runtime of node ${name(pod.spec.nodeName ?? "")} cannot make recursive read-only mounts, which container ${name(container)} demands.`;
    }
  },
  why: ({ problem }) =>
    problem === "runtime" || problem === "feature-gate"
      ? text`${path("recursiveReadOnly: Enabled")} is a demand, not a wish: it needs Linux 5.12, runc 1.1 or crun 1.8.6, and containerd 2.0 or CRI-O 1.30.`
      : text`${path("recursiveReadOnly: Enabled")} works with ${path("readOnly: true")} and ${path("mountPropagation: None")} alone.`,
  fixes: ({ volume, problem }, container, input) => [
    ...(problem === "runtime" || problem === "feature-gate"
      ? [setMount(input, container, volume, { recursiveReadOnly: "IfPossible" }, text`Ask for it where it can be had.`)]
      : [
          setMount(
            input,
            container,
            volume,
            { readOnly: true, mountPropagation: "None" },
            text`Make the mount read-only, without propagation.`,
          ),
        ]),
    ...(problem === "runtime" ? [adminTask(text`Or update the container runtime of the node.`)] : []),
  ],
  doc: {
    means:
      "A volume mount demands recursiveReadOnly and the other fields of the mount, or the runtime, do not allow it.",
    seenIn:
      'CreateContainerConfigError with `volume "x" requested recursive read-only mode, but it is not read-only`, `… not compatible with propagation "p"`, `… not supported by the runtime` (kubelet, 1.30 and later).',
    repair: "Set readOnly and no propagation; or IfPossible; or a newer runtime.",
    catalogue: ["config-recursive-readonly"],
  },
});

function setMount(
  input: PodInput,
  container: string,
  volume: string,
  change: object,
  title: Parameters<typeof patchPodSpec>[2],
): Fix {
  const view = input.containers.find((one) => one.name === container);
  const mounts = (view?.spec.volumeMounts ?? []).filter(
    (mount) => mount.name === volume || (volume === "" && mount.recursiveReadOnly === "Enabled"),
  );
  return patchPodSpec(
    input,
    {
      [view?.role === "main" ? "containers" : "initContainers"]: [
        {
          name: container,
          volumeMounts: mounts.map(({ name: its, mountPath }) => ({ name: its, mountPath, ...change })),
        },
      ],
    },
    title,
    { applies: "maybe" },
  );
}
