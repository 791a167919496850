import { effectOf, missingForEnvironment } from "./environment.ts";
import { missingRule } from "./missing-rule.ts";

/** The environment of a container takes values from a ConfigMap that is not there. */
export default missingRule({
  id: "config/configmap-missing",
  title: "A container needs a ConfigMap that does not exist",
  needs: ["ConfigMap"],
  missing: (input) =>
    missingForEnvironment(input).filter(({ kind, keys }) => kind === "ConfigMap" && keys.length === 0),
  effect: effectOf,
  why: "The kubelet puts the environment together before it creates the container, and stops where something is missing.",
  outlook: "The kubelet tries again every 10 to 15 s and goes on by itself once it is there.",
  doc: {
    means:
      "A container takes a variable, or its whole environment, from a ConfigMap that is not in the pod's namespace.",
    seenIn:
      'Waiting reason CreateContainerConfigError with `configmap "x" not found`, event Failed `Error: configmap "x" not found` (kubelet, all versions); before that, the reference in the spec and the absent object.',
    repair: "Create it in the pod's namespace, or correct the name. References with `optional: true` never block.",
    notToConfuseWith: "volume/configmap-missing: there a volume needs it, and the pod stays in ContainerCreating.",
    catalogue: ["config-configmap-missing"],
  },
});
