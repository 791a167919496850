import type { Pod } from "../../objects/pod.ts";
import { isDefaultClass, type StorageClass } from "../../objects/storage-class.ts";
import { kubectl } from "../../text/command.ts";
import { list, name, type Text, text } from "../../text/text.ts";
import type { Fix } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import { remake } from "../repair.ts";
import type { ClaimView } from "./claims.ts";

/** The StorageClasses there are; undefined where they could not be read. */
export function classesOf({ snapshot }: PodInput): readonly StorageClass[] | undefined {
  const { items, isComplete } = snapshot.list("StorageClass");
  return isComplete || items.length > 0 ? items : undefined;
}

/** `The cluster has the classes a and b (the default).` */
export function classesText(input: PodInput): Text | undefined {
  const classes = classesOf(input);
  if (!classes) return undefined;
  if (classes.length === 0) return text`The cluster has no StorageClass at all.`;
  const defaults = classes.filter(isDefaultClass);
  return text`The cluster has ${classes.length > 1 ? "the classes" : "the class"} ${list(classes.map(({ metadata }) => name(metadata.name)))}; ${defaults.length > 0 ? text`${list(defaults.map(({ metadata }) => name(metadata.name)))} is the default` : "none is the default"}.`;
}

/** The pods of the namespace that use a claim, other than this one. */
export function usersOf(claim: string, { pod, snapshot }: PodInput): readonly Pod[] {
  return snapshot
    .list("Pod", pod.metadata.namespace)
    .items.filter(
      ({ metadata, spec, status }) =>
        metadata.name !== pod.metadata.name &&
        status?.phase !== "Succeeded" &&
        status?.phase !== "Failed" &&
        (spec.volumes ?? []).some(
          ({ name: volume, persistentVolumeClaim, ephemeral }) =>
            (persistentVolumeClaim as { claimName?: string } | undefined)?.claimName === claim ||
            (ephemeral !== undefined && `${metadata.name}-${volume}` === claim),
        ),
    );
}

/** Looks at a claim, with its events. */
export function describeClaim({ name: claim }: ClaimView, { pod }: PodInput, title: Text): Fix {
  return {
    title,
    commands: [kubectl("reads", pod.metadata.namespace, "describe", "persistentvolumeclaim", claim)],
    applies: "as-is",
    by: "workload-owner",
  };
}

/** Nearly all of a claim is fixed for life: another one takes its place. */
export function remakeClaim({ name: claim }: ClaimView, { pod, workload }: PodInput, title: Text): Fix {
  const { namespace } = pod.metadata;
  return {
    title: withTemplate(title, workload.kind),
    commands: [
      kubectl("reads", namespace, "get", "persistentvolumeclaim", claim, "-o", "yaml"),
      kubectl("deletes", namespace, "replace", "--force", "-f", "<claim.yaml>"),
    ],
    applies: "fill-in",
    by: "workload-owner",
  };
}

/** The same claim anew, of another class; a class with a <placeholder> makes it a fix to fill in. */
export function remakeWithClass(
  { name: claim }: ClaimView,
  { pod, workload }: PodInput,
  storageClass: string,
  title: Text,
  applies: Fix["applies"],
): Fix {
  return {
    title: withTemplate(title, workload.kind),
    commands: [
      remake(pod.metadata.namespace, "persistentvolumeclaim", claim, { spec: { storageClassName: storageClass } }),
    ],
    applies: storageClass.includes("<") ? "fill-in" : applies,
    by: "workload-owner",
  };
}

const withTemplate = (title: Text, workload: string): Text =>
  workload === "StatefulSet"
    ? [...title, ...text` The StatefulSet's volumeClaimTemplates has to say the same.`]
    : title;

/** Makes a class the default. */
export function makeDefault(storageClass: string, title: Text, applies: Fix["applies"]): Fix {
  const patch = JSON.stringify({
    metadata: { annotations: { "storageclass.kubernetes.io/is-default-class": "true" } },
  });
  return {
    title,
    commands: [kubectl("changes", undefined, "patch", "storageclass", storageClass, "-p", patch)],
    applies: storageClass.includes("<") ? "fill-in" : applies,
    by: "cluster-admin",
  };
}

/** Pods that look as if they were a driver's: their name or image has its words. */
export function driverPods(driver: string, { snapshot }: PodInput): readonly Pod[] {
  const words = driver
    .toLowerCase()
    .split(/[./]/)
    .filter((word) => word.length > 2 && !GENERIC.has(word));
  return snapshot.list("Pod").items.filter((pod) => {
    const haystack = [pod.metadata.name, ...pod.spec.containers.map(({ image = "" }) => image)].join(" ").toLowerCase();
    return words.some((word) => haystack.includes(word)) && /csi|provision|storage|driver|plugin/.test(haystack);
  });
}

const GENERIC: ReadonlySet<string> = new Set([
  "csi",
  "com",
  "org",
  "net",
  "io",
  "k8s",
  "kubernetes",
  "storage",
  "driver",
]);
