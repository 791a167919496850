import { kubectl } from "../../text/command.ts";
import { name, path, text, value } from "../../text/text.ts";
import { type Evidence, seen } from "../finding.ts";
import { refusalRule } from "./refusal-rule.ts";
import { look, patchTemplate } from "./repair.ts";

interface Facts {
  readonly what: "overhead" | "node-selector";
  readonly runtimeClass: string;
  readonly label?: string;
  readonly ofClass?: string;
  readonly ofPod?: string;
}

/** The template says something else than its RuntimeClass prescribes. */
export default refusalRule<Facts>({
  id: "creation/runtimeclass-conflict",
  title: "The template and its RuntimeClass contradict each other",
  read: (message, { template }) => {
    const runtimeClass = template?.runtimeClassName ?? "";
    const [, label, ofClass, ofPod] =
      /^conflict: runtimeClass\.scheduling\.nodeSelector\[([^\]]+)\] = ([^;]*); pod\.spec\.nodeSelector\[[^\]]+\] = (\S*)/.exec(
        message,
      ) ?? [];
    if (label && ofClass !== undefined && ofPod !== undefined)
      return { what: "node-selector", runtimeClass, label, ofClass, ofPod };
    return /^(?:pod rejected: )?(?:Pod's Overhead doesn't match RuntimeClass's defined Overhead|Pod Overhead set without corresponding RuntimeClass)/.test(
      message,
    )
      ? { what: "overhead", runtimeClass }
      : undefined;
  },
  evidence: (_, { template, object, templatePath }): readonly Evidence[] =>
    template?.runtimeClassName ? [seen(object, `${templatePath}.runtimeClassName`, "template names")] : [],
  message: ({ what, runtimeClass, label = "", ofClass = "", ofPod = "" }) => ({
    headline:
      what === "overhead"
        ? text`The template states another overhead than RuntimeClass ${name(runtimeClass)}.`
        : text`The template wants nodes with ${value(`${label}=${ofPod}`)}, RuntimeClass ${name(runtimeClass)} wants ${value(`${label}=${ofClass}`)}.`,
    why:
      what === "overhead"
        ? text`The API server takes ${path("overhead")} from the RuntimeClass; a template that states it must state the same.`
        : text`The node selectors of both are put together, and no node can have two values of one label.`,
  }),
  fixes: ({ what, runtimeClass, label = "" }, input) => [
    ...(runtimeClass
      ? [
          look(
            text`What the class prescribes.`,
            kubectl("reads", undefined, "get", `runtimeclass/${runtimeClass}`, "-o", "yaml"),
          ),
        ]
      : []),
    patchTemplate(
      input,
      what === "overhead" ? { spec: { overhead: null } } : { spec: { nodeSelector: { [label]: null } } },
      what === "overhead" ? text`Leave the overhead to the class.` : text`Leave that label to the class.`,
      { applies: what === "overhead" ? "as-is" : "maybe" },
    ),
  ],
  groupKey: ({ what, runtimeClass }) => `${what} ${runtimeClass}`,
  doc: {
    means: "Overhead or node selector of the pod template contradict the RuntimeClass that it names.",
    seenIn:
      "`pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead`, `conflict: runtimeClass.scheduling.nodeSelector[…]` in FailedCreate.",
    repair: "Remove the field from the template.",
    notToConfuseWith: "creation/runtimeclass-missing.",
    catalogue: ["create-runtimeclass-missing"],
  },
});
