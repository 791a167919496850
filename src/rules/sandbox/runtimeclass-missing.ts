import { kubectl } from "../../text/command.ts";
import { nearest } from "../../text/nearest.ts";
import { name, text } from "../../text/text.ts";
import { type Evidence, seen } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import { look, patchPodSpec } from "../repair.ts";
import { nodeName, sandboxRule } from "./sandbox-rule.ts";

/** The pod's RuntimeClass was deleted after the pod was made. */
export default sandboxRule({
  id: "sandbox/runtimeclass-missing",
  title: "The pod's RuntimeClass does not exist any more",
  causes: ["runtimeclass-missing"],
  needs: ["Event", "RuntimeClass"],
  evidence: (_, { pod }): readonly Evidence[] =>
    pod.spec.runtimeClassName ? [seen(pod, "spec.runtimeClassName", "RuntimeClass")] : [],
  headline: ({ error: { names } }, input) =>
    text`RuntimeClass ${name(input.pod.spec.runtimeClassName ?? names.runtimeClass ?? names.quoted ?? "")} cannot be found by node ${nodeName(input)}.`,
  why: () =>
    text`The API server refuses new pods whose RuntimeClass is missing, so it was deleted after this pod was made, or the kubelet has not seen it yet.`,
  fixes: (_, input) => [
    look(text`See which there are.`, kubectl("reads", undefined, "get", "runtimeclasses")),
    ...nearClasses(input).map((one) =>
      patchPodSpec(input, { runtimeClassName: one }, text`Use ${name(one)}, if that is meant.`, { applies: "maybe" }),
    ),
    patchPodSpec(input, { runtimeClassName: null }, text`Or run the pod with the node's default runtime.`, {
      applies: "maybe",
    }),
  ],
  doc: {
    means: "The kubelet looks the RuntimeClass up to learn its handler, and does not find it.",
    seenIn:
      'FailedCreatePodSandBox with `failed to lookup RuntimeClass x: …`, `runtimeclass.node.k8s.io "x" not found` (kubelet).',
    repair: "Create it again, or take another.",
    notToConfuseWith:
      "sandbox/runtime-handler-missing: the class is there, the node lacks its runtime. creation/runtimeclass-missing: no pod could be made.",
    catalogue: ["sandbox-runtime-handler-missing"],
  },
});

const nearClasses = ({ pod, snapshot }: PodInput): readonly string[] =>
  nearest(
    pod.spec.runtimeClassName ?? "",
    snapshot.list("RuntimeClass").items.map(({ metadata }) => metadata.name),
    1,
  );
