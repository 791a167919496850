import { kubectl } from "../../text/command.ts";
import { list, name, type Text, text } from "../../text/text.ts";
import type { Fix } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";

/** Takes the object away without waiting for the kubelet. It stops no container. */
export function forceDelete({ pod }: PodInput, title: Text): Fix {
  return {
    title,
    commands: [
      kubectl("deletes", pod.metadata.namespace, "delete", "pod", pod.metadata.name, "--grace-period=0", "--force"),
    ],
    applies: "maybe",
    by: "cluster-admin",
  };
}

/** What goes wrong if the containers still run when the object is gone. */
export function forceRisk({ owners, pod }: PodInput): Text {
  const claims = (pod.spec.volumes ?? []).flatMap(({ persistentVolumeClaim }) => {
    const { claimName } = (persistentVolumeClaim ?? {}) as { claimName?: string };
    return claimName ? [name(claimName)] : [];
  });
  const set = owners[0]?.ref.kind === "StatefulSet" ? owners[0].ref : undefined;
  return text`Deleting it by force only removes the object: containers that still run go on unseen${
    set && text`, and StatefulSet ${name(set.name)} starts a second pod of the same name beside them`
  }${claims.length > 0 && text`. Both may write to ${claims.length === 1 ? "the volume" : "the volumes"} of ${list(claims)}, and damage what is there; a volume that cannot be shared stays attached to the old node for 6 minutes more`}.`;
}
