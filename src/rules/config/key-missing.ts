import { effectOf, missingForEnvironment } from "./environment.ts";
import { missingRule } from "./missing-rule.ts";

/** The Secret or ConfigMap is there, the key that a variable wants is not. */
export default missingRule({
  id: "config/key-missing",
  title: "A container needs a key that its Secret or ConfigMap does not have",
  needs: ["Secret", "ConfigMap"],
  missing: (input) => missingForEnvironment(input).filter(({ keys }) => keys.length > 0),
  effect: effectOf,
  why: "The kubelet puts the environment together before it creates the container, and stops where a key is missing.",
  outlook: "The kubelet tries again every 10 to 15 s and goes on by itself once the key is there.",
  doc: {
    means:
      "A variable of a container is taken from a key that its Secret or ConfigMap does not have. Keys are case-sensitive.",
    seenIn:
      "Waiting reason CreateContainerConfigError with `couldn't find key K in Secret NS/NAME` or `… in ConfigMap NS/NAME` (kubelet, all versions); before that, the reference in the spec and the object's keys.",
    repair: "Correct the key in the pod template, or add it to the object.",
    notToConfuseWith: "volume/key-missing: there `items` of a volume name the key.",
    catalogue: ["config-key-missing"],
  },
});
