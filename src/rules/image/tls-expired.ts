import { name, text, value } from "../../text/text.ts";
import { look } from "../repair.ts";
import { pullRule } from "./pull-rule.ts";
import { failsHereToo, isAnsweredHere, lookFromNode, viewNotes } from "./view-from-here.ts";
import { askerOf, describeNode, imageOf, nodeOf, reachNotes } from "./words.ts";

/** The registry's certificate is not valid at the node's time. */
export default pullRule({
  id: "image/tls-expired",
  title: "The registry's certificate is not valid at the node's time",
  causes: ["expired"],
  asks: () => text`from this machine, for comparison`,
  headline: (attempt, input) =>
    text`By the clock of node ${nodeOf(input)}, the TLS certificate of ${name(attempt.error.host)} is expired or not yet valid.`,
  why: (attempt, input) =>
    text`${askerOf(attempt)} asks for ${imageOf(attempt)}. ${
      isAnsweredHere(attempt, input)
        ? text`This machine accepts the certificate, so the node's clock is wrong, or another server answers it.`
        : failsHereToo(attempt, input)
          ? text`This machine does not accept the certificate either, so it is not the node's clock alone.`
          : text`Either the certificate really is out of date, or the node's clock is wrong.`
    }${clockOf(attempt.error.detail)}`,
  notes: (attempt, input) => [...viewNotes(attempt, input), ...reachNotes(attempt, input)],
  fixes: (attempt, input) => [
    ...lookFromNode(attempt, input),
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

/** Go tells both times (crypto/x509 verify.go). */
function clockOf(detail: string) {
  const [, node, relation, limit] = /current time (\S+) is (after|before) (\S+)/.exec(detail) ?? [];
  return (
    node &&
    text` The node says it is ${value(node)}; the certificate is valid ${relation === "after" ? "until" : "from"} ${value(limit ?? "")}.`
  );
}
