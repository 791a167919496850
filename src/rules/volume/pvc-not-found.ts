import { kubectl } from "../../text/command.ts";
import { nearest } from "../../text/nearest.ts";
import { list, name, text } from "../../text/text.ts";
import type { Fix } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import { patchPodSpec } from "../repair.ts";
import { claimRule } from "./claim-rule.ts";
import type { ClaimView } from "./claims.ts";

/** The pod names a claim that its namespace does not have. */
export default claimRule({
  id: "volume/pvc-not-found",
  title: "A PersistentVolumeClaim that the pod names does not exist",
  trouble: "not-found",
  needs: ["PersistentVolumeClaim"],
  more: ({ view }, input) => {
    const near = nearClaims(view, input);
    return near.length > 0 ? { nearest: near } : undefined;
  },
  headline: ({ view }, input) => {
    const [best] = nearClaims(view, input);
    return text`PersistentVolumeClaim ${name(view.name)} does not exist in namespace ${name(input.pod.metadata.namespace ?? "")}${best !== undefined && text`; ${name(best)} does`}.`;
  },
  why: ({ view }, { pod }) =>
    text`Volume ${name(view.volume)} of the pod is that claim. ${pod.spec.nodeName ? "The kubelet waits for it without a word." : "The scheduler considers no node before the claim is there."}`,
  notes: ({ view }, { pod, snapshot }) => {
    const elsewhere = snapshot
      .list("PersistentVolumeClaim")
      .items.filter(({ metadata }) => metadata.name === view.name && metadata.namespace !== pod.metadata.namespace);
    return elsewhere.length > 0
      ? [
          text`Namespace ${list(elsewhere.map(({ metadata }) => name(metadata.namespace ?? "")))} has a claim of that name; a pod can use only those of its own.`,
        ]
      : [];
  },
  outlook: text`Once the claim is there the pod goes on by itself.`,
  fixes: ({ view }, input) => [...useNearest(view, input), create(view, input)],
  doc: {
    means: "A volume of the pod refers to a PersistentVolumeClaim that is not in the pod's namespace.",
    seenIn:
      'PodScheduled False with `persistentvolumeclaim "x" not found` (kube-scheduler, all versions); the claim is absent. A bare ` not found` after other words (1.34+) is an artefact and says nothing of claims.',
    repair: "Create the claim, or correct its name.",
    notToConfuseWith: "volume/pvc-unbound-immediate and its causes: there the claim exists.",
    catalogue: ["pvc-not-found"],
  },
});

function nearClaims({ name: claim }: ClaimView, { pod, snapshot }: PodInput): readonly string[] {
  const there = snapshot
    .list("PersistentVolumeClaim", pod.metadata.namespace)
    .items.map(({ metadata }) => metadata.name);
  // A name that goes on where the other ends, such as data and data-0, is near as well.
  const extended = there.filter((one) => one.startsWith(`${claim}-`) || claim.startsWith(`${one}-`));
  return [...new Set([...nearest(claim, there), ...extended])].slice(0, 3);
}

function useNearest(view: ClaimView, input: PodInput): readonly Fix[] {
  const [best] = nearClaims(view, input);
  if (best === undefined) return [];
  return [
    patchPodSpec(
      input,
      { volumes: [{ name: view.volume, persistentVolumeClaim: { claimName: best } }] },
      text`Use ${name(best)}, which exists, if that is the one that is meant.`,
      { applies: "maybe" },
    ),
  ];
}

function create({ name: claim }: ClaimView, { pod }: PodInput): Fix {
  return {
    title: text`Create the claim ${name(claim)} from its manifest: size, access mode and, where it is not the default, the class.`,
    commands: [kubectl("changes", pod.metadata.namespace, "apply", "-f", "<claim.yaml>")],
    applies: "fill-in",
    by: "workload-owner",
  };
}
