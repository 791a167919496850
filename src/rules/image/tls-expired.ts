import { name, text } from "../../text/text.ts";
import { look } from "../repair.ts";
import { pullRule } from "./pull-rule.ts";
import { describeNode, imageOf, nodeOf, reachNotes } from "./words.ts";

/** The registry's certificate is not valid at the node's time. */
export default pullRule({
  id: "image/tls-expired",
  title: "The registry's certificate is not valid at the node's time",
  causes: ["expired"],
  headline: (attempt, input) =>
    text`Node ${nodeOf(input)} finds the TLS certificate of ${name(attempt.error.host)} expired or not yet valid, so ${imageOf(attempt)} cannot be pulled.`,
  why: (attempt, _input) =>
    text`Either the certificate really is out of date, or the node's clock is wrong. ${/current time (\S+) is (?:after|before) (\S+)/.exec(attempt.error.detail)?.[0] ?? ""}`,
  notes: reachNotes,
  fixes: (attempt, input) => [
    describeNode(
      input,
      text`Compare the clock of node ${nodeOf(input)} with the real time (NTP) first; well-known registries rarely let certificates expire.`,
    ),
    look(text`If the clock is right, the owner of ${name(attempt.error.host)} must renew the certificate.`),
  ],
  groupKey: ({ host }) => host,
  doc: {
    means: "The time on the node is outside the certificate's validity.",
    seenIn: "`x509: certificate has expired or is not yet valid` (Go, all runtimes).",
    repair: "Correct the node's clock, or renew the certificate.",
    catalogue: ["image-tls-expired"],
  },
});
