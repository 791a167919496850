import { missingRule } from "../config/missing-rule.ts";
import { missingForVolumes } from "./missing-files.ts";

/** A volume names a key that its Secret or ConfigMap does not have. */
export default missingRule({
  id: "volume/key-missing",
  title: "A volume names a key that its Secret or ConfigMap does not have",
  needs: ["Secret", "ConfigMap", "Event"],
  missing: (input) => missingForVolumes(input).filter(({ keys }) => keys.length > 0),
  why: "With items a volume has those keys alone, and each of them must be there. The kubelet mounts every volume before it makes the pod's sandbox.",
  outlook: "The kubelet tries again at the latest every 2 minutes and goes on by itself once the key is there.",
  doc: {
    means: "items[].key of a volume names a key that is not in the Secret or ConfigMap.",
    seenIn:
      "Event FailedMount `… : references non-existent secret key: k`, `… : configmap references non-existent config key: k` (kubelet, all versions); before that, the volume in the spec and the object's keys.",
    repair: "Correct the key, or add it to the object.",
    notToConfuseWith: "config/key-missing: there a variable names the key.",
    catalogue: ["mount-key-missing"],
  },
});
