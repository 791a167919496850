import { kubectl } from "../../text/command.ts";
import { name, text } from "../../text/text.ts";
import { adminTask } from "../repair.ts";
import { pullRule } from "./pull-rule.ts";
import { viewNotes } from "./view-from-here.ts";
import { askerOf, imageOf, nodeOf, reachNotes } from "./words.ts";

/** The registry speaks plain HTTP. */
export default pullRule({
  id: "image/http-registry",
  title: "The registry speaks plain HTTP",
  causes: ["http"],
  asks: () => text`from this machine, for comparison`,
  headline: (attempt, input) =>
    text`The registry ${name(attempt.error.host)} speaks plain HTTP, and node ${nodeOf(input)} asks it over HTTPS.`,
  why: (attempt) =>
    text`${askerOf(attempt)} asks for ${imageOf(attempt)}. Container runtimes use TLS unless they are told that a registry is insecure. The answer came without TLS.`,
  notes: (attempt, input) => [...viewNotes(attempt, input), ...reachNotes(attempt, input)],
  fixes: (attempt) => [
    adminTask(
      text`Give the registry a certificate; or allow plain HTTP on every node: for containerd write server = "http://${attempt.error.host}" into /etc/containerd/certs.d/${attempt.error.host}/hosts.toml.`,
      kubectl("reads", undefined, "get", "nodes", "-o", "wide"),
    ),
  ],
  groupKey: ({ host }) => host,
  doc: {
    means: "The node asked over HTTPS and the registry answered without TLS.",
    seenIn:
      "`http: server gave HTTP response to HTTPS client`, `first record does not look like a TLS handshake` (Go, all runtimes).",
    repair: "TLS on the registry, or an insecure entry in the runtime's configuration on each node.",
    catalogue: ["image-http-registry"],
  },
});
