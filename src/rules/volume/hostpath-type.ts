import { name, path, text, value } from "../../text/text.ts";
import { seen } from "../finding.ts";
import { adminTask, patchPodSpec } from "../repair.ts";
import { mountRule, nodeName } from "./mount-rule.ts";

/** The path on the node is missing, or is something else than the pod expects. */
export default mountRule({
  id: "volume/hostpath-type",
  title: "A hostPath does not exist on the node, or is of another type",
  causes: ["hostpath-type"],
  evidence: ({ volume }, { pod }) => {
    const index = pod.spec.volumes?.findIndex((one) => one.name === volume) ?? -1;
    const { hostPath } = (pod.spec.volumes?.[index] ?? {}) as { hostPath?: { path?: string; type?: string } };
    return hostPath?.type ? [seen(pod, `spec.volumes[${index}].hostPath.type`, "hostPath type")] : [];
  },
  headline: ({ error: { names } }, input) =>
    text`On node ${nodeName(input)} ${value(names.path ?? "")} is not a ${names.type}; it is missing or of another kind.`,
  why: ({ volume = "", error: { names } }) =>
    text`Volume ${name(volume)} takes it from the node with type ${names.type === "socket file" ? "Socket" : (names.type ?? "")}, so the kubelet checks it before it mounts.${names.path?.includes("docker") && text` A node that runs containerd or CRI-O has no Docker files.`}`,
  fixes: ({ volume = "", error: { names } }, input) => [
    ...(names.type === "directory"
      ? [
          patchPodSpec(
            input,
            { volumes: [{ name: volume, hostPath: { path: names.path, type: "DirectoryOrCreate" } }] },
            text`Let the kubelet make an empty directory where there is none.`,
            { applies: "maybe" },
          ),
        ]
      : []),
    ...(names.path?.endsWith("docker.sock")
      ? [
          patchPodSpec(
            input,
            { volumes: [{ name: volume, hostPath: { path: "/run/containerd/containerd.sock", type: "Socket" } }] },
            text`Use containerd's socket, if the program can talk to it.`,
            { applies: "maybe" },
          ),
        ]
      : []),
    adminTask(
      text`Or create ${value(names.path ?? "")} on the node, or send the pod by ${path("nodeSelector")} to nodes that have it.`,
    ),
  ],
  doc: {
    means:
      "A hostPath volume with a type demands that the path exists on that very node, as a directory, file, socket or device.",
    seenIn:
      "Event FailedMount `… hostPath type check failed: P is not a directory` (file, socket file, character device, block device) (kubelet, all versions).",
    repair: "Create it on the node, correct the path, or use DirectoryOrCreate.",
    catalogue: ["mount-hostpath-type"],
  },
});
