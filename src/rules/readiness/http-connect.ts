import { fixesOf, notesOf, whyOf } from "./causes.ts";
import { probeRule } from "./probe-rule.ts";

/** No HTTP answer: nothing listens there, or it hangs up. */
export default probeRule({
  id: "readiness/http-connect",
  title: "The readiness probe finds no HTTP server",
  needs: ["Event", "ReplicaSet", "Log"],
  fits: ({ probe, state, error }) =>
    probe.type === "readiness" &&
    state === "failing" &&
    probe.handler === "http" &&
    ["refused", "closed", "unreachable", "unknown-host", "redirects"].includes(error?.cause ?? ""),
  why: whyOf,
  notes: notesOf,
  fixes: fixesOf,
  doc: {
    means:
      "The container runs, but the kubelet gets no HTTP answer where the readiness probe asks: nothing listens on that port of the pod's address, or the connection is cut off.",
    seenIn:
      'Event Unhealthy `Readiness probe failed: Get "http://IP:PORT/PATH": dial tcp …: connect: connection refused`, `EOF`, `connection reset by peer`, `no route to host`, `no such host` (kubelet; the texts are those of Go\'s net package).',
    repair:
      "Ask the port that the program listens on, and let the program listen on 0.0.0.0, not on 127.0.0.1. Where it is still starting: wait, or give it a startup probe.",
    notToConfuseWith: "A Service that leads nowhere: the kubelet asks the pod's address directly.",
    catalogue: ["probe-http-connect", "probe-readiness"],
  },
});
