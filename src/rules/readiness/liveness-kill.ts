import { killRule } from "./kill-rule.ts";

/** The container is ended, and started again, because of its liveness probe. */
export default killRule({
  id: "readiness/liveness-kill",
  title: "The liveness probe has the container restarted",
  type: "liveness",
  doc: {
    means:
      "The kubelet asks now and then whether the program still works, and ends and restarts the container when the answer stays away failureThreshold times in a row. The crash loop that follows is no crash of the program.",
    seenIn:
      "Event Killing `Container X failed liveness probe, will be restarted` (`Init container X …` for a sidecar), events Unhealthy `Liveness probe failed: …`, and an exit code that is that of a program which was told to end: 137, 143 or its own.",
    repair:
      "Ask the right thing (port, path, scheme), give it time to answer (timeoutSeconds), and give the start a startup probe.",
    notToConfuseWith:
      "A crash: no Killing event of a probe goes before it. Out of memory ends in 137 too, with the reason OOMKilled. A restart that lies further back than the probe's patience is history.",
    catalogue: ["probe-liveness-kill"],
  },
});
