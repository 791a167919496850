import { missingRule } from "../config/missing-rule.ts";
import { missingForVolumes } from "./missing-files.ts";

/** A volume takes its files from a ConfigMap that is not there. */
export default missingRule({
  id: "volume/configmap-missing",
  title: "A volume needs a ConfigMap that does not exist",
  needs: ["ConfigMap", "Event"],
  missing: (input) => missingForVolumes(input).filter(({ kind, keys }) => kind === "ConfigMap" && keys.length === 0),
  why: "The kubelet mounts every volume before it makes the pod's sandbox, so no container is even tried.",
  outlook: "The kubelet tries again at the latest every 2 minutes and goes on by itself once it is there.",
  doc: {
    means: "A volume, plain or projected, is to be filled from a ConfigMap that is not in the pod's namespace.",
    seenIn:
      'Event FailedMount `MountVolume.SetUp failed for volume "v" : configmap "x" not found` (kubelet, all versions); before that, the volume in the spec and the absent object. The pod stays in ContainerCreating.',
    repair: "Create it in the pod's namespace, or correct the name. Volumes with `optional: true` never block.",
    notToConfuseWith: "config/configmap-missing: there the environment of a container needs it.",
    catalogue: ["mount-configmap-missing"],
  },
});
