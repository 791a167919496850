import { name, text, value } from "../../text/text.ts";
import { adminTask } from "../repair.ts";
import type { SandboxFailure } from "./sandbox-failure.ts";
import { describeNode, nodeName, sandboxRule, shortWords } from "./sandbox-rule.ts";

/** The low-level runtime cannot start the sandbox. */
export default sandboxRule({
  id: "sandbox/runc",
  title: "The low-level runtime cannot start the sandbox",
  causes: ["runc"],
  confidence: (failure) => (missingProgram(failure) ? "certain" : isOutOfGroups(failure) ? "likely" : "possible"),
  headline: (failure, input) => {
    const program = missingProgram(failure);
    return program
      ? text`Node ${nodeName(input)} has no ${value(program)}, which the container runtime starts containers with.`
      : isOutOfGroups(failure)
        ? text`The kernel of node ${nodeName(input)} makes no more control groups, so no container can be started there.`
        : text`runc or its like cannot start the sandbox on node ${nodeName(input)}: ${shortWords(failure)}`;
  },
  why: (failure, input) =>
    missingProgram(failure)
      ? text`${input.pod.spec.runtimeClassName ? text`RuntimeClass ${name(input.pod.spec.runtimeClassName)} leads to it` : "It is the program of the runtime's default handler"}; it was removed, or never installed there: ${value(failure.error.words)}.`
      : isOutOfGroups(failure)
        ? text`It is no disk that is full: the kernel allows a number of control groups, and those of containers that are gone may not have been freed. It says: ${value(failure.error.words)}.`
        : text`The trouble lies in the container runtime or the kernel of the node: ${value(failure.error.words)}.`,
  fixes: (failure, input) => [
    adminTask(
      missingProgram(failure)
        ? text`Install ${value(missingProgram(failure) ?? "")} on the node, or take it out of the container runtime's configuration (containerd: config.toml, runtimes) and restart that.`
        : isOutOfGroups(failure)
          ? text`Restart the node, with its pods drained before; a newer kernel frees such groups.`
          : text`See the log of the container runtime on the node (journalctl -u containerd), and whether other pods start there.`,
    ),
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

/** containerd's go-runc runs the program that the handler names (`BinaryName`); Go's os/exec writes these words. */
const missingProgram = ({ error: { words } }: SandboxFailure): string | undefined =>
  /(?:fork\/exec (\/\S+)|exec: "([^"]+)"): (?:no such file or directory|executable file not found in \$PATH|stat \S+: no such file or directory)/
    .exec(words)
    ?.slice(1)
    .find((one) => one !== undefined);

const isOutOfGroups = ({ error: { words } }: SandboxFailure): boolean =>
  /\/sys\/fs\/cgroup\S*: no space left on device/.test(words);
