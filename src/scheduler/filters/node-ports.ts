import { fullName } from "../../objects/object.ts";
import type { Pod } from "../../objects/pod.ts";
import type { Filter } from "../filter.ts";

interface HostPort {
  readonly port: number;
  readonly protocol: string;
  readonly ip: string;
}

const ANY = "0.0.0.0";

/** Host ports (kube-scheduler v1.36 plugins/nodeports; framework/types.go HostPortInfo.CheckConflict). */
export const nodePorts: Filter = {
  name: "NodePorts",
  prepare(pod) {
    const wanted = hostPorts(pod);
    return ({ pods }) => {
      if (wanted.length === 0) return [];
      for (const other of pods) {
        const held = hostPorts(other);
        const conflict = wanted.find((one) => held.some((there) => conflicts(one, there)));
        if (!conflict) continue;
        return [
          {
            plugin: "NodePorts",
            reason: "node(s) didn't have free ports for the requested pod ports",
            isUnresolvable: false,
            lack: { of: "port", port: conflict.port, protocol: conflict.protocol, heldBy: fullName(other.metadata) },
          },
        ];
      }
      return [];
    };
  },
};

/** The host ports of a pod's containers and sidecars. With hostNetwork the API server filled hostPort in. */
export function hostPorts({ spec }: Pod): readonly HostPort[] {
  const sidecars = (spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === "Always");
  return [...spec.containers, ...sidecars].flatMap(({ ports = [] }) =>
    (ports as readonly { hostPort?: number; protocol?: string; hostIP?: string }[]).flatMap(
      ({ hostPort, protocol, hostIP }) =>
        hostPort ? [{ port: hostPort, protocol: protocol || "TCP", ip: hostIP || ANY }] : [],
    ),
  );
}

const conflicts = (a: HostPort, b: HostPort) =>
  a.port === b.port && a.protocol === b.protocol && (a.ip === b.ip || a.ip === ANY || b.ip === ANY);
