import { name, text } from "../../text/text.ts";
import { look } from "../repair.ts";
import { pullRule } from "./pull-rule.ts";
import { viewNotes } from "./view-from-here.ts";
import { askerOf, hostOf, imageOf, nodeOf, reachNotes } from "./words.ts";

/** Node and registry do not agree on how to encrypt. */
export default pullRule({
  id: "image/tls-handshake",
  title: "Node and registry do not agree on TLS",
  causes: ["tls"],
  asks: () => text`from this machine, for comparison`,
  confidence: () => "likely",
  headline: (attempt, input) =>
    text`${name(attempt.error.host)} breaks off the TLS handshake with node ${nodeOf(input)}.`,
  why: (attempt) =>
    text`${askerOf(attempt)} asks for ${imageOf(attempt)}. The registry wants a client certificate that the node does not have, or the two share no TLS version or cipher.`,
  notes: (attempt, input) => [...viewNotes(attempt, input), ...reachNotes(attempt, input)],
  fixes: (attempt) => [
    look(
      text`Ask the owner of ${name(hostOf(attempt))} which TLS versions and client certificates it wants; the runtime on the nodes takes a client certificate from its registry configuration.`,
    ),
  ],
  groupKey: ({ host }) => host,
  doc: {
    means:
      "The TLS connection to the registry does not come about, for another reason than the registry's certificate.",
    seenIn: "`remote error: tls: …`, `tls: no supported versions` (Go crypto/tls, all runtimes).",
    repair: "Matching TLS versions; a client certificate where one is asked for.",
    notToConfuseWith: "image/tls-unknown-ca, image/tls-expired, image/tls-name; image/http-registry.",
    catalogue: ["image-tls-unknown-ca"],
  },
});
