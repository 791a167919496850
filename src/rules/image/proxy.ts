import { name, text } from "../../text/text.ts";
import type { PullAttempt } from "./pull-attempt.ts";
import { pullRule } from "./pull-rule.ts";
import { lookFromNode, viewNotes } from "./view-from-here.ts";
import { askerOf, describeNode, hostOf, imageOf, nodeOf, reachNotes } from "./words.ts";

/** The proxy that the node uses does not let the pull through. */
export default pullRule({
  id: "image/proxy",
  title: "The node's proxy does not let the pull through",
  causes: ["proxy"],
  asks: () => text`from this machine, for comparison`,
  headline: (attempt, input) =>
    text`The proxy of node ${nodeOf(input)} ${isUnreachable(attempt) ? "cannot be reached" : "refuses the way to the registry"}, so ${name(hostOf(attempt))} is unreachable.`,
  why: (attempt) =>
    text`${askerOf(attempt)} asks for ${imageOf(attempt)}. The container runtime of the node is set up to use an HTTP proxy (HTTPS_PROXY), and ${
      isUnreachable(attempt) ? "no connection to that proxy comes about" : "that proxy does not connect to this host"
    }.`,
  notes: (attempt, input) => [...viewNotes(attempt, input), ...reachNotes(attempt, input)],
  fixes: (attempt, input) => [
    ...lookFromNode(attempt, input),
    describeNode(
      input,
      text`Repair the proxy, allow ${name(hostOf(attempt))} in it, or put the host into NO_PROXY of the runtime's service on node ${nodeOf(input)} and restart that service.`,
    ),
  ],
  groupKey: ({ host }) => host,
  doc: {
    means: "The runtime on the node reaches registries through a proxy, and that proxy fails or refuses.",
    seenIn:
      "`proxyconnect tcp: …`, `Proxy Authentication Required`, or `…: Forbidden` without a status number (Go net/http).",
    repair: "Repair or allow in the proxy; NO_PROXY for registries inside the network.",
    notToConfuseWith: "image/registry-refused: no proxy is mentioned.",
    catalogue: ["image-registry-refused"],
  },
});

const isUnreachable = ({ error }: PullAttempt) => /proxyconnect tcp: /.test(error.detail);
