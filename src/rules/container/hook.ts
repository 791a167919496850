import { name, text, value } from "../../text/text.ts";
import { adminTask, podsOfNode } from "../repair.ts";
import type { StartError } from "./start-error.ts";
import { startRule } from "./start-rule.ts";
import { containerWords, describeNode, nodeOf } from "./words.ts";

/** What the hook printed last: tools write what they do first, and why they fail at the end. */
function said({ detail }: StartError): string {
  const [, printed] = /stderr: ?([\s\S]*)$/.exec(detail) ?? [];
  const lines = (printed ?? detail)
    .split(/\n|\\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "");
  return (lines.at(-1) ?? detail).replace(/(?:: unknown)?\.?$/, "");
}

/** `nvidia-container-cli: initialization error: …` names the program that speaks. */
const programOf = (error: StartError): string | undefined => /^([\w.-]+): /.exec(said(error))?.[1];
const isNvidia = (error: StartError): boolean => /nvidia|\bcuda\b|nvml/i.test(error.detail);

/** A program that the runtime runs before the container's own fails. */
export default startRule({
  id: "container/hook",
  title: "A hook of the container runtime fails before the program starts",
  causes: ["hook"],
  headline: ({ view, error }, input) =>
    text`${containerWords(view)} cannot start on node ${nodeOf(input)}: ${programOf(error) ? text`${name(programOf(error) ?? "")}, which the runtime runs before it, fails` : "a hook that the runtime runs before it fails"}.`,
  why: ({ error }) => text`It says: ${value(said(error))}. The image and its program have not been run yet.`,
  fixes: ({ error }, input) => [
    ...(isNvidia(error)
      ? [
          adminTask(
            /requirement error|unsatisfied condition/.test(error.detail)
              ? text`Update the NVIDIA driver of node ${nodeOf(input)}, or use an image that is made for an older CUDA.`
              : text`Install or repair the NVIDIA driver on node ${nodeOf(input)} (${name("nvidia-smi")} has to work there), or keep pods without a GPU from the runtime class of NVIDIA.`,
          ),
        ]
      : [
          adminTask(
            text`Repair what the hook needs on node ${nodeOf(input)}, or take the hook out of the runtime's configuration.`,
          ),
        ]),
    {
      title: text`See what the pods of the driver, or of the hook's operator, say on that node.`,
      commands: [podsOfNode(input)],
      applies: "as-is",
      by: "cluster-admin",
    },
    describeNode(input, text`See the node's conditions and devices.`),
  ],
  doc: {
    means:
      "OCI hooks run on the node before a container's program: that of NVIDIA's container toolkit puts the driver's libraries into the container. It ended with an error.",
    seenIn:
      "StartError or RunContainerError with `error running hook #0: … stderr: nvidia-container-cli: …` (runc, `prestart hook` in older ones), `error executing hook` (crun).",
    repair: "Repair the driver or tool on the node.",
    notToConfuseWith: "container/post-start-hook, which is the pod's own lifecycle hook.",
    catalogue: ["start-runtime-other"],
  },
});
