import { effectOf, missingForEnvironment } from "./environment.ts";
import { missingRule } from "./missing-rule.ts";

/** The environment of a container takes values from a Secret that is not there. */
export default missingRule({
  id: "config/secret-missing",
  title: "A container needs a Secret that does not exist",
  needs: ["Secret"],
  missing: (input) => missingForEnvironment(input).filter(({ kind, keys }) => kind === "Secret" && keys.length === 0),
  effect: effectOf,
  why: "The kubelet puts the environment together before it creates the container, and stops where something is missing.",
  outlook: "The kubelet tries again every 10 to 15 s and goes on by itself once it is there.",
  doc: {
    means: "A container takes a variable, or its whole environment, from a Secret that is not in the pod's namespace.",
    seenIn:
      'Waiting reason CreateContainerConfigError with `secret "x" not found`, event Failed `Error: secret "x" not found` (kubelet, all versions); before that, the reference in the spec and the absent object.',
    repair: "Create it in the pod's namespace, or correct the name. References with `optional: true` never block.",
    notToConfuseWith: "volume/secret-missing: there a volume needs it, and the pod stays in ContainerCreating.",
    catalogue: ["config-secret-missing"],
  },
});
