import { kubectl } from "../../text/command.ts";
import { name, path, type Text, text } from "../../text/text.ts";
import { type Evidence, type Fix, seen } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import { adminTask, patchPodSpec } from "../repair.ts";
import type { SandboxFailure } from "./sandbox-failure.ts";
import { nodeName, sandboxRule } from "./sandbox-rule.ts";

/** The node's container runtime does not have the handler that the RuntimeClass names. */
export default sandboxRule({
  id: "sandbox/runtime-handler-missing",
  title: "The node does not have the runtime of the RuntimeClass",
  causes: ["runtime-handler-missing"],
  needs: ["Event", "RuntimeClass", "Node"],
  evidence: (_, input): readonly Evidence[] => {
    const found = classOf(input);
    return [
      ...(input.pod.spec.runtimeClassName ? [seen(input.pod, "spec.runtimeClassName", "RuntimeClass")] : []),
      ...(found?.handler ? [seen(found, "handler", "handler")] : []),
    ];
  },
  headline: (failure, input) =>
    text`The container runtime of node ${nodeName(input)} has no handler ${name(handlerOf(failure))}${input.pod.spec.runtimeClassName !== undefined && text`, which RuntimeClass ${name(input.pod.spec.runtimeClassName)} asks for`}.`,
  why: (failure) =>
    text`A RuntimeClass only names a handler; it has to be installed and configured on each node (${name(handlerOf(failure))} is ${handlerOf(failure) === "nvidia" ? "the NVIDIA container toolkit" : handlerOf(failure) === "runsc" ? "gVisor" : /kata/.test(handlerOf(failure)) ? "Kata Containers" : "the name of it in the runtime's configuration"}).`,
  notes: (_, input): readonly Text[] => {
    const found = classOf(input);
    return found && found.scheduling === undefined
      ? [
          text`RuntimeClass ${name(found.metadata.name)} has no ${path("scheduling.nodeSelector")}, so its pods are sent to nodes without the handler too.`,
        ]
      : [];
  },
  fixes: (failure, input): readonly Fix[] => [
    adminTask(
      text`Install the handler ${name(handlerOf(failure))} on node ${nodeName(input)}, name it in the configuration of containerd or CRI-O, and restart that.`,
      kubectl("reads", undefined, "get", "runtimeclasses"),
    ),
    ...(input.pod.spec.runtimeClassName !== undefined
      ? [
          {
            title: text`Or keep the pods of this class on nodes that have it: give those a label and the RuntimeClass a nodeSelector.`,
            commands: [
              kubectl(
                "changes",
                undefined,
                "patch",
                "runtimeclass",
                input.pod.spec.runtimeClassName,
                "-p",
                JSON.stringify({ scheduling: { nodeSelector: { "<label>": "<value>" } } }),
              ),
            ],
            applies: "fill-in" as const,
            by: "cluster-admin" as const,
          },
          patchPodSpec(
            input,
            { runtimeClassName: null },
            text`Or run the pod with the node's default runtime, if it needs no other.`,
            { applies: "maybe" },
          ),
        ]
      : []),
  ],
  doc: {
    means: "spec.runtimeClassName leads to a handler that the node's runtime does not know.",
    seenIn:
      'FailedCreatePodSandBox with `no runtime for "h" is configured` (containerd), `failed to find runtime handler h from runtime list` (CRI-O), `RuntimeHandler "h" not supported` (Docker).',
    repair: "Install the handler on the node, or restrict the RuntimeClass to nodes that have it.",
    notToConfuseWith: "sandbox/runtimeclass-missing: there the RuntimeClass object is missing.",
    catalogue: ["sandbox-runtime-handler-missing"],
  },
});

const handlerOf = ({ error: { names } }: SandboxFailure): string =>
  names.handler ?? names.crio ?? names.docker ?? names.unknown ?? "";

const classOf = ({ pod, snapshot }: PodInput) =>
  pod.spec.runtimeClassName === undefined
    ? undefined
    : snapshot.get("RuntimeClass", undefined, pod.spec.runtimeClassName);
