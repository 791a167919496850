import { killRule } from "./kill-rule.ts";

/** The container is ended, and started again, because of its startup probe. */
export default killRule({
  id: "readiness/startup-kill",
  title: "The startup probe has the container restarted",
  type: "startup",
  doc: {
    means:
      "The startup probe used up its tries: failureThreshold × periodSeconds passed without a success. The kubelet ends the container and starts it again.",
    seenIn:
      "Event Killing `Container X failed startup probe, will be restarted` (`Init container X …` for a sidecar), events Unhealthy `Startup probe failed: …`, and an exit code that is that of a program which was told to end: 137, 143 or its own.",
    repair: "Ask the right thing (port, path, command), or raise failureThreshold until the start fits.",
    notToConfuseWith:
      "A crash: no Killing event of a probe goes before it. Out of memory ends in 137 too, with the reason OOMKilled. A restart that lies further back than the probe's patience is history.",
    catalogue: ["probe-startup-kill"],
  },
});
