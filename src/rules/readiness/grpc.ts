import { fixesOf, notesOf, whyOf } from "./causes.ts";
import { probeRule } from "./probe-rule.ts";

/** The gRPC health check does not answer SERVING. */
export default probeRule({
  id: "readiness/grpc",
  title: "The gRPC health check does not say SERVING",
  needs: ["Event", "ReplicaSet", "Log"],
  fits: ({ probe, state, error }) =>
    probe.type === "readiness" && state === "failing" && probe.handler === "grpc" && error !== undefined,
  why: whyOf,
  notes: notesOf,
  fixes: fixesOf,
  doc: {
    means: "The kubelet calls grpc.health.v1.Health/Check on the pod and does not get SERVING back.",
    seenIn:
      'Event Unhealthy with `service unhealthy (responded with "NOT_SERVING")`, `error: this server does not implement the grpc health protocol`, `timeout: failed to connect service`, `timeout: health rpc did not complete within` or `error: health rpc probe failed` (kubernetes pkg/probe/grpc/grpc.go).',
    repair:
      "Add the health service to the server, ask the right port and service name, or read in the log why it does not serve. The connection is without TLS.",
    catalogue: ["probe-grpc", "probe-readiness"],
  },
});
