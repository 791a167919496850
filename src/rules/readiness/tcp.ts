import { fixesOf, notesOf, whyOf } from "./causes.ts";
import { probeRule } from "./probe-rule.ts";

/** A TCP probe gets no connection. */
export default probeRule({
  id: "readiness/tcp",
  title: "The readiness probe gets no connection",
  needs: ["Event", "ReplicaSet", "Log"],
  fits: ({ probe, state, error }) =>
    probe.type === "readiness" &&
    state === "failing" &&
    probe.handler === "tcp" &&
    !["port-name", "timeout"].includes(error?.cause ?? "port-name"),
  why: whyOf,
  notes: notesOf,
  fixes: fixesOf,
  doc: {
    means: "The container runs, but the kubelet cannot open a connection to the probe's port on the pod's address.",
    seenIn:
      "Event Unhealthy `Readiness probe failed: dial tcp IP:PORT: connect: connection refused` or `i/o timeout` (kubelet, all versions).",
    repair:
      "Refused: ask the port that the program listens on. Timed out: look at network policies and the pod network.",
    catalogue: ["probe-tcp", "probe-readiness"],
  },
});
