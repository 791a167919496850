import { kubectl } from "../../text/command.ts";
import { name, text } from "../../text/text.ts";
import { adminTask } from "../repair.ts";
import { pullRule } from "./pull-rule.ts";
import { viewNotes } from "./view-from-here.ts";
import { askerOf, imageOf, nodeOf, reachNotes } from "./words.ts";

/** The node does not trust the registry's certificate. */
export default pullRule({
  id: "image/tls-unknown-ca",
  title: "The node does not trust the registry's certificate",
  causes: ["unknown-ca"],
  asks: () => text`from this machine, for comparison`,
  headline: (attempt, input) =>
    text`Node ${nodeOf(input)} does not trust the TLS certificate of ${name(attempt.error.host)}: unknown authority.`,
  why: (attempt) =>
    text`${askerOf(attempt)} asks for ${imageOf(attempt)}. The certificate authority of ${name(attempt.error.host)} is not among those the node's container runtime trusts. Trusting it on your own machine does not help: the node pulls.`,
  notes: (attempt, input) => [...viewNotes(attempt, input), ...reachNotes(attempt, input)],
  fixes: (attempt) => [
    adminTask(
      text`Install the authority's certificate on every node, for containerd in /etc/containerd/certs.d/${attempt.error.host}/hosts.toml (ca = "…"), for CRI-O and Docker in /etc/containers/certs.d or /etc/docker/certs.d.`,
      kubectl("reads", undefined, "get", "nodes", "-o", "wide"),
    ),
  ],
  groupKey: ({ host }) => host,
  doc: {
    means: "The registry's certificate is signed by an authority the node does not know.",
    seenIn: "`x509: certificate signed by unknown authority` (Go, all runtimes).",
    repair: "Install the CA on the nodes, or use a certificate of a public one.",
    notToConfuseWith: "image/http-registry, image/tls-expired, image/tls-name.",
    catalogue: ["image-tls-unknown-ca"],
  },
});
