import { kubectl } from "../../text/command.ts";
import { nearest } from "../../text/nearest.ts";
import { name, path, type Text, text } from "../../text/text.ts";
import type { Fix } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import { claimRule } from "./claim-rule.ts";
import { classesOf, classesText, remakeWithClass } from "./claim-words.ts";
import type { ClaimView } from "./claims.ts";

/** The claim names a class that the cluster does not have. */
export default claimRule({
  id: "volume/pvc-class-not-found",
  title: "The claim's StorageClass does not exist",
  trouble: "class-not-found",
  needs: ["PersistentVolumeClaim", "StorageClass"],
  more: ({ view }, input) => {
    const best = nearClass(view, input);
    return best === undefined ? undefined : { nearest: best };
  },
  headline: ({ view }, input) => {
    const best = nearClass(view, input);
    return text`PersistentVolumeClaim ${name(view.name)} asks for StorageClass ${name(view.className ?? "")}, which does not exist${best !== undefined && text`; ${name(best)} does`}.`;
  },
  why: () =>
    text`Nobody makes a volume of a class that is not there, so the claim stays unbound; and the scheduler considers no node for a pod with an unbound claim.`,
  notes: (_, input) => [classesText(input)].filter((note): note is Text => note !== undefined),
  fixes: ({ view }, input) => {
    const best = nearClass(view, input) ?? onlyClass(input);
    const remake = remakeWithClass(
      view,
      input,
      best ?? "<storage-class>",
      text`Make the claim anew with ${best === undefined ? "a class that exists" : text`${path("storageClassName:")} ${name(best)}`}: the class of a claim cannot be changed. It never had a volume, so nothing is lost.`,
      "maybe",
    );
    const create: Fix = {
      title: text`Create the class ${name(view.className ?? "")}, with a provisioner that is installed; the claim is then served by itself.`,
      commands: [kubectl("changes", input.pod.metadata.namespace, "apply", "-f", "<storageclass.yaml>")],
      applies: "fill-in",
      by: "cluster-admin",
    };
    return classesOf(input)?.length === 0 ? [create] : [remake, create];
  },
  doc: {
    means:
      "storageClassName of the claim is the name of no StorageClass. Names differ between clusters: gp3, standard, local-path …",
    seenIn:
      'Event ProvisioningFailed on the claim `storageclass.storage.k8s.io "x" not found` (kube-controller-manager); PodScheduled False `pod has unbound immediate PersistentVolumeClaims` (kube-scheduler: a class that is missing counts as immediate).',
    repair: "Make the claim anew with a class that exists, or create the class.",
    notToConfuseWith:
      "volume/pvc-no-class: no class is named. A claim of a class that does not exist can still be bound to a PersistentVolume of that class made by hand.",
    catalogue: ["pvc-class-not-found"],
  },
});

function nearClass({ className = "" }: ClaimView, input: PodInput): string | undefined {
  const there = (classesOf(input) ?? []).map(({ metadata }) => metadata.name);
  return (
    nearest(className, there, 1)[0] ??
    there.find((one) => one.startsWith(`${className}-`) || className.startsWith(`${one}-`))
  );
}

const onlyClass = (input: PodInput): string | undefined => {
  const classes = classesOf(input) ?? [];
  return classes.length === 1 ? classes[0]?.metadata.name : undefined;
};
