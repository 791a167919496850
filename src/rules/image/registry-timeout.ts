import { name, text } from "../../text/text.ts";
import { pullRule } from "./pull-rule.ts";
import { lookFromNode, viewNotes } from "./view-from-here.ts";
import { askerOf, describeNode, hostOf, imageOf, nodeOf, reachNotes } from "./words.ts";

/** The registry does not answer in time. */
export default pullRule({
  id: "image/registry-timeout",
  title: "The registry does not answer in time",
  causes: ["timeout"],
  asks: () => text`from this machine, for comparison`,
  headline: (attempt, input) =>
    text`Node ${nodeOf(input)} cannot reach ${name(attempt.error.host)}: the connection timed out.`,
  why: (attempt) =>
    text`${askerOf(attempt)} asks for ${imageOf(attempt)}. ${
      hostOf(attempt) === attempt.error.host
        ? text`Packets to the registry are lost: a firewall or proxy in between, or a registry that hangs. A refusal would have been answered at once.`
        : text`${name(hostOf(attempt))} sends the node on to ${name(attempt.error.host)}, and that host does not answer. Firewalls and proxies have to allow both.`
    }`,
  notes: (attempt, input) => [...viewNotes(attempt, input), ...reachNotes(attempt, input)],
  fixes: (attempt, input) => [
    ...lookFromNode(attempt, input),
    describeNode(
      input,
      text`Allow traffic from node ${nodeOf(input)} to ${name(attempt.error.host)}, or configure a mirror or proxy in its container runtime.`,
    ),
  ],
  groupKey: ({ host }) => host,
  doc: {
    means: "The connection to the registry, or to where it redirects, times out.",
    seenIn:
      "`i/o timeout`, `TLS handshake timeout`, `Client.Timeout exceeded`, `Head …: context deadline exceeded` (all runtimes).",
    repair: "Open the network path or use a mirror.",
    notToConfuseWith: "image/pull-timeout: connected, but no progress; image/registry-dns: the lookup timed out.",
    catalogue: ["image-registry-timeout"],
  },
});
