import { name, type Text, text, value } from "../../text/text.ts";
import type { Confidence } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import { adminTask } from "../repair.ts";
import type { SandboxFailure } from "./sandbox-failure.ts";
import { describeNode, nodeName, sandboxRule, shortWords } from "./sandbox-rule.ts";

/** The low-level runtime cannot start the sandbox. */
export default sandboxRule({
  id: "sandbox/runc",
  title: "The low-level runtime cannot start the sandbox",
  causes: ["runc"],
  confidence: (failure) => problemOf(failure).confidence,
  headline: (failure, input) => problemOf(failure).headline(input),
  why: (failure, input) => text`${problemOf(failure).why(input)}: ${value(failure.error.words)}.`,
  fixes: (failure, input) => [
    adminTask(problemOf(failure).task),
    describeNode(input, text`See the state of the node.`),
  ],
  doc: {
    means: "The OCI runtime (runc, crun) fails before any container of the pod.",
    seenIn:
      "FailedCreatePodSandBox with `OCI runtime create failed: …`, `failed to create shim task` (containerd, CRI-O); `fork/exec PROGRAM: no such file or directory` where the low-level runtime is missing.",
    repair: "By the words.",
    notToConfuseWith: "container/…: the same words for a container mean its own command or mounts.",
    catalogue: ["sandbox-runc"],
  },
});

interface Problem {
  readonly confidence: Confidence;
  readonly headline: (input: PodInput) => Text;
  /** Up to the colon that the runtime's own words follow. */
  readonly why: (input: PodInput) => Text;
  readonly task: Text;
}

/** What the words tell of the runtime's trouble, from what is certain to what is only its place. */
function problemOf(failure: SandboxFailure): Problem {
  const program = missingProgram(failure);
  if (program !== undefined) return missing(program);
  return isOutOfGroups(failure) ? OUT_OF_GROUPS : unknown(failure);
}

const missing = (program: string): Problem => ({
  confidence: "certain",
  headline: (input) =>
    text`Node ${nodeName(input)} has no ${value(program)}, which the container runtime starts containers with.`,
  why: ({ pod: { spec } }) =>
    text`${spec.runtimeClassName ? text`RuntimeClass ${name(spec.runtimeClassName)} leads to it` : "It is the program of the runtime's default handler"}; it was removed, or never installed there`,
  task: text`Install ${value(program)} on the node, or take it out of the container runtime's configuration (containerd: config.toml, runtimes) and restart that.`,
});

const OUT_OF_GROUPS: Problem = {
  confidence: "likely",
  headline: (input) =>
    text`The kernel of node ${nodeName(input)} makes no more control groups, so no container can be started there.`,
  why: () =>
    text`It is no disk that is full: the kernel allows a number of control groups, and those of containers that are gone may not have been freed. It says`,
  task: text`Restart the node, with its pods drained before; a newer kernel frees such groups.`,
};

const unknown = (failure: SandboxFailure): Problem => ({
  confidence: "possible",
  headline: (input) =>
    text`runc or its like cannot start the sandbox on node ${nodeName(input)}: ${shortWords(failure)}`,
  why: () => text`The trouble lies in the container runtime or the kernel of the node`,
  task: text`See the log of the container runtime on the node (journalctl -u containerd), and whether other pods start there.`,
});

/** containerd's go-runc runs the program that the handler names (`BinaryName`); Go's os/exec writes these words. */
const missingProgram = ({ error: { words } }: SandboxFailure): string | undefined =>
  /(?:fork\/exec (\/\S+)|exec: "([^"]+)"): (?:no such file or directory|executable file not found in \$PATH|stat \S+: no such file or directory)/
    .exec(words)
    ?.slice(1)
    .find((one) => one !== undefined);

const isOutOfGroups = ({ error: { words } }: SandboxFailure): boolean =>
  /\/sys\/fs\/cgroup\S*: no space left on device/.test(words);
