import { kubectl } from "../../text/command.ts";
import { name, type Text, text, value } from "../../text/text.ts";
import type { Fix } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import { adminTask, look } from "../repair.ts";
import type { MountFailure } from "./mount-failure.ts";
import { mountRule, nodeName } from "./mount-rule.ts";

/** A share of an NFS server cannot be mounted; the words of mount(8) say why. */
export default mountRule({
  id: "volume/nfs",
  title: "A network share cannot be mounted",
  causes: ["nfs", "cifs"],
  headline: ({ error: { names, words } }, input) => {
    const server = names.server ? name(names.server) : "The server";
    const share = names.source ? value(names.source) : "the share";
    switch (names.problem) {
      case "denied":
        return text`${server} does not let node ${nodeName(input)} mount ${share}: access denied.`;
      case "no-such-path":
        return text`${server} has no share ${share}: no such file or directory.`;
      case "unreachable":
        return text`Node ${nodeName(input)} cannot reach the file server ${server} for ${share}: ${unreachableWord(words)}.`;
      case "unknown-host":
        return text`Node ${nodeName(input)} cannot resolve the name of the file server ${server}.`;
      case "helper-missing":
        return text`Node ${nodeName(input)} lacks the client for ${value(names.type ?? "")} (a mount.${names.type} helper), so ${share} cannot be mounted.`;
      case "version":
        return text`${server} does not offer the protocol version that is asked for ${share}.`;
      case "stale":
        return text`${share} was deleted or moved on ${server} while it was mounted (stale file handle).`;
      default:
        return text`${share} cannot be mounted on node ${nodeName(input)}: ${value(short(words))}.`;
    }
  },
  why: ({ called, error: { words, names } }) =>
    text`It is the node, not the pod, that mounts ${names.type === "cifs" ? "the share" : "the export"} for volume ${name(called)}. mount said: ${value(short(words))}.`,
  fixes: (failure, input) => fixesFor(failure, input),
  doc: {
    means: "The kubelet runs mount(8) on the node for NFS and CIFS volumes, and mount fails.",
    seenIn:
      "Event FailedMount `mount failed: exit status 32 … Output: mount.nfs: …` (k8s.io/mount-utils; the output is that of mount(8) and mount.nfs): access denied by server, Connection timed out, refused, No route to host, No such file or directory, need a /sbin/mount.nfs helper program, Protocol not supported, Stale file handle.",
    repair: "By the words: export rules of the server, network, path, or nfs-common/cifs-utils on the node.",
    notToConfuseWith: "volume/fs-damage: `wrong fs type, bad superblock` on a disk.",
    catalogue: ["mount-nfs"],
  },
});

const unreachableWord = (words: string): string =>
  /timed out/i.test(words)
    ? "timed out"
    : /refused/i.test(words)
      ? "connection refused"
      : /no route/i.test(words)
        ? "no route to host"
        : "unreachable";

const short = (words: string) => (words.length > 150 ? `${words.slice(0, 149)}…` : words);

function fixesFor({ claim, called, error: { names } }: MountFailure, input: PodInput): readonly Fix[] {
  const server = names.server ?? "";
  const first: Record<string, Text> = {
    denied: text`On ${name(server)}, allow the node in the export's access rules: /etc/exports names the networks that may mount, or the provider's console does. exportfs -ra applies it.`,
    "no-such-path": text`On ${name(server)}, create and export ${value(names.source ?? "")}; showmount -e ${server} lists what is exported. With NFS 4 paths begin at the export marked fsid=0.`,
    unreachable: text`Check from the node that ${name(server)} answers on port ${names.type === "cifs" ? "445" : "2049"}: firewall, security group, or a server that is down.`,
    "unknown-host": text`Use an address or a name that the node itself can resolve: a node does not ask the cluster's DNS, so names of Services do not work.`,
    "helper-missing": text`Install ${names.type === "cifs" ? "cifs-utils" : "nfs-common (Debian, Ubuntu) or nfs-utils (Fedora, RHEL, SUSE)"} on every node.`,
    version: text`Set a version that the server offers in the mount options, such as nfsvers=4.1.`,
    stale: text`Let the node unmount it: delete the pods that use the share, then see that the server exports it again.`,
  };
  const title = first[names.problem ?? ""] ?? text`Try the same mount by hand on the node.`;
  return [
    adminTask(title, kubectl("reads", undefined, "get", "node", input.pod.spec.nodeName ?? "", "-o", "wide")),
    ...(claim
      ? [
          look(
            text`Server and path stand in the PersistentVolume.`,
            kubectl("reads", undefined, "get", "persistentvolume", called, "-o", "yaml"),
          ),
        ]
      : []),
  ];
}
