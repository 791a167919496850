import { isDefaultClass } from "../../objects/storage-class.ts";
import { kubectl } from "../../text/command.ts";
import { name, path, type Text, text } from "../../text/text.ts";
import type { Fix } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import { adminTask } from "../repair.ts";
import { claimRule } from "./claim-rule.ts";
import { classesOf, classesText, makeDefault, remakeClaim } from "./claim-words.ts";
import type { ClaimView } from "./claims.ts";

/** Nobody makes a volume for a claim without a class. */
export default claimRule({
  id: "volume/pvc-no-class",
  title: "The claim has no StorageClass, and no PersistentVolume fits it",
  trouble: "no-class",
  needs: ["PersistentVolumeClaim", "StorageClass", "Event"],
  confidence: ({ event }) => (event ? "certain" : "likely"),
  headline: ({ view }, input) =>
    view.className === ""
      ? text`PersistentVolumeClaim ${name(view.name)} wants no StorageClass (storageClassName: ""), and no PersistentVolume fits it.`
      : text`PersistentVolumeClaim ${name(view.name)} names no StorageClass, and ${hasNoDefault(input) ? "the cluster has no default one" : "it got no default one"}.`,
  why: ({ view }) =>
    view.className === ""
      ? text`An empty class means: only a PersistentVolume that somebody made by hand, of the same size or more, access mode and empty class. There is none that is free.`
      : text`Without a class nobody makes a volume for it, and no PersistentVolume without a class is free. So the claim stays unbound, and the scheduler considers no node for the pod.`,
  notes: (_, input) => [classesText(input)].filter((note): note is Text => note !== undefined),
  outlook: text`A claim that names no class gets the default one as soon as there is one (since 1.26); the pod then goes on by itself.`,
  fixes: ({ view }, input) => (view.className === "" ? staticFixes(view, input) : fixesFor(view, input)),
  doc: {
    means:
      "The claim leaves its class to the cluster's default and there is none, or it excludes classes with an empty name.",
    seenIn:
      "Event FailedBinding on the claim `no persistent volumes available for this claim and no storage class is set` (kube-controller-manager, all versions).",
    repair: "Name a class, mark one as the default, or provide a PersistentVolume.",
    notToConfuseWith: "volume/pvc-class-not-found: there a class is named.",
    catalogue: ["pvc-no-class"],
  },
});

const hasNoDefault = (input: PodInput): boolean => {
  const { items, isComplete } = input.snapshot.list("StorageClass");
  return isComplete && !items.some(isDefaultClass);
};

function fixesFor({ name: claim }: ClaimView, input: PodInput): readonly Fix[] {
  const { namespace } = input.pod.metadata;
  const classes = classesOf(input) ?? [];
  const only = classes.length === 1 ? classes[0]?.metadata.name : undefined;
  const patch = JSON.stringify({ spec: { storageClassName: only ?? "<storage-class>" } });
  const setClass: Fix = {
    // core/v1 validation lets the class go from absent to a name (1.26+), and never from one name to another.
    title: text`Give the claim ${only === undefined ? "a class that exists" : text`the class ${name(only)}`}.`,
    commands: [kubectl("changes", namespace, "patch", "persistentvolumeclaim", claim, "-p", patch)],
    applies: only === undefined ? "fill-in" : "as-is",
    by: "workload-owner",
  };
  if (classes.length === 0 && input.snapshot.list("StorageClass").isComplete) {
    return [
      adminTask(
        text`Install a storage provisioner with a StorageClass (local-path, the cloud's CSI driver …), and mark the class as the default.`,
        kubectl("reads", undefined, "get", "storageclass"),
      ),
      {
        title: text`Or create a PersistentVolume without a class, large enough for the claim.`,
        commands: [kubectl("changes", input.pod.metadata.namespace, "apply", "-f", "<persistentvolume.yaml>")],
        applies: "fill-in",
        by: "cluster-admin",
      },
    ];
  }
  return [
    setClass,
    makeDefault(
      only ?? "<storage-class>",
      text`Or make ${only === undefined ? "one" : name(only)} the default for all claims without a class.`,
      "maybe",
    ),
  ];
}

function staticFixes(view: ClaimView, input: PodInput): readonly Fix[] {
  return [
    {
      title: text`Create a PersistentVolume without a class, large enough for the claim.`,
      commands: [kubectl("changes", input.pod.metadata.namespace, "apply", "-f", "<persistentvolume.yaml>")],
      applies: "fill-in",
      by: "cluster-admin",
    },
    remakeClaim(
      view,
      input,
      text`Or make the claim anew: without ${path("storageClassName")} it gets the default class, or name one.`,
    ),
  ];
}
