import type { Pod } from "../../objects/pod.ts";
import type { Filter } from "../filter.ts";

/**
 * Features that a pod needs of the kubelet (kube-scheduler v1.36 plugins/nodedeclaredfeatures; component-helpers v0.36
 * nodedeclaredfeatures/features). An older scheduler has no such filter, and its API server takes no pod that needs one of
 * these features: their gates depend on the filter's.
 */
export const nodeDeclaredFeatures: Filter = {
  name: "NodeDeclaredFeatures",
  prepare(pod) {
    const needed = neededFeatures(pod);
    return ({ node }) => {
      const missing = needed.filter((feature) => !declared(node.status)?.includes(feature));
      return missing.length === 0
        ? []
        : [
            {
              plugin: "NodeDeclaredFeatures",
              reason: "node(s) didn't match Pod's required features",
              isUnresolvable: true,
              lack: { of: "features", missing },
            },
          ];
    };
  },
};

const declared = (status: unknown) =>
  (status as { declaredFeatures?: readonly string[] } | undefined)?.declaredFeatures;

/** The features that the spec of a pod asks for, by the names of their gates. */
export function neededFeatures({ spec }: Pod): readonly string[] {
  const restartsAll = [...spec.containers, ...(spec.initContainers ?? [])].some(({ restartPolicyRules }) =>
    restartPolicyRules?.some(({ action }) => action === "RestartAllContainers"),
  );
  const sharesNetwork = spec.hostNetwork === true && (spec as { hostUsers?: boolean }).hostUsers === false;
  return [
    ...(restartsAll ? ["RestartAllContainersOnContainerExits"] : []),
    ...(sharesNetwork ? ["UserNamespacesHostNetworkSupport"] : []),
  ];
}
