import { programEnded } from "./program-ended.ts";

/** A sidecar ends with an error, again and again. */
export default programEnded({
  id: "container/sidecar-crash",
  title: "A sidecar ends with an error",
  roles: ["sidecar"],
  doc: {
    means:
      "An init container with restartPolicy Always runs beside the others and is restarted whenever it ends. Before its first start succeeds nothing after it starts; later the pod is not ready while it is down.",
    seenIn:
      "initContainerStatuses of a container with restartPolicy Always (1.28 behind a gate, on since 1.29) with restarts.",
    repair: "As for container/app-error, on the sidecar.",
    catalogue: ["sidecar-crash"],
  },
});
