import { seen } from "../finding.ts";
import { fixesOf, notesOf, whyOf } from "./causes.ts";
import { killHeadline, killNotes, killOutlook, killWhy } from "./kill-words.ts";
import { probeRule } from "./probe-rule.ts";

/** The container is ended, and started again, because of its startup probe. */
export default probeRule({
  id: "readiness/startup-kill",
  title: "The startup probe has the container restarted",
  explains: ["container/*"],
  needs: ["Event", "ReplicaSet", "Log"],
  fits: ({ probe, state }) => probe.type === "startup" && state === "killed",
  confidence: ({ kill }) => (kill?.event ? "certain" : "likely"),
  evidence: ({ kill }, { pod }) => [
    ...(kill?.event ? [seen(kill.event, "message", "kubelet")] : []),
    ...(kill?.endPath ? [seen(pod, `${kill.endPath}.exitCode`, "exit code")] : []),
  ],
  headline: killHeadline,
  why: (failure, input) => killWhy(failure, whyOf(failure, input)),
  notes: (failure, input) => [...killNotes(failure, input), ...notesOf(failure, input)],
  outlook: killOutlook,
  fixes: fixesOf,
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
