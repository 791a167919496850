import { name, text } from "../../text/text.ts";
import { pullRule } from "./pull-rule.ts";
import { editImage, imageOf, reachNotes } from "./words.ts";

/** The registry's certificate is for another name. */
export default pullRule({
  id: "image/tls-name",
  title: "The registry's certificate is for another name",
  causes: ["wrong-name"],
  headline: (attempt, _input) =>
    text`The TLS certificate that ${name(attempt.error.host)} shows is not valid for that name, so ${imageOf(attempt)} cannot be pulled.`,
  why: (_attempt, _input) =>
    text`A certificate names the hosts it is for, and this host is not among them: the image names the registry by another name or address than the certificate does, or a proxy answers in its place.`,
  notes: reachNotes,
  fixes: (attempt, input) => [
    editImage(
      attempt,
      input,
      text`Use the host name that the certificate is for.`,
      `<host>/${attempt.reference?.repository ?? "<repository>"}:${attempt.reference?.tag ?? "<tag>"}`,
    ),
  ],
  groupKey: ({ host }) => host,
  doc: {
    means: "The host in the image is not among the names of the registry's certificate.",
    seenIn:
      "`x509: certificate is valid for A, not B`, `cannot validate certificate for IP because it doesn't contain any IP SANs` (Go).",
    repair: "Use the right host name, or a certificate that has it.",
    catalogue: ["image-tls-name"],
  },
});
