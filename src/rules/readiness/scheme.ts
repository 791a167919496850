import { fixesOf, whyOf } from "./causes.ts";
import { probeRule } from "./probe-rule.ts";

/** HTTP to an HTTPS server, or the other way round. */
export default probeRule({
  id: "readiness/scheme",
  title: "The readiness probe speaks HTTP to an HTTPS server, or the reverse",
  fits: ({ probe, state, error }) =>
    probe.type === "readiness" &&
    state === "failing" &&
    probe.handler === "http" &&
    ["answers-http", "answers-https", "tls"].includes(error?.cause ?? ""),
  why: whyOf,
  fixes: fixesOf,
  doc: {
    means: "A server answers on the probe's port, but in another protocol than the probe speaks.",
    seenIn:
      "Event Unhealthy with `http: server gave HTTP response to HTTPS client`, `malformed HTTP response`, `tls: first record does not look like a TLS handshake` or another TLS error.",
    repair: "Set `scheme` of the probe to what the server speaks: HTTP or HTTPS. Certificates are not checked.",
    catalogue: ["probe-http-connect", "probe-readiness"],
  },
});
