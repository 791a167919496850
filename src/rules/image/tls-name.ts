import { list, name, text } from "../../text/text.ts";
import type { PullAttempt } from "./pull-attempt.ts";
import { pullRule } from "./pull-rule.ts";
import { viewNotes } from "./view-from-here.ts";
import { askerOf, editImage, imageOf, reachNotes, withHost } from "./words.ts";

/** The registry's certificate is for another name. */
export default pullRule({
  id: "image/tls-name",
  title: "The registry's certificate is for another name",
  causes: ["wrong-name"],
  asks: () => text`from this machine, for comparison`,
  headline: (attempt) =>
    text`The TLS certificate of ${name(attempt.error.host)} is for ${validFor(attempt.error.detail) ?? "another name"}.`,
  why: (attempt) =>
    text`${askerOf(attempt)} asks for ${imageOf(attempt)}. A certificate names the hosts it is for, and this host is not among them: the image names the registry by another name or address than the certificate does, or a proxy answers in its place.`,
  notes: (attempt, input) => [...viewNotes(attempt, input), ...reachNotes(attempt, input)],
  fixes: (attempt, input) => [
    editImage(
      attempt,
      input,
      text`Use the host name that the certificate is for.`,
      withHost(attempt, validHost(attempt) ?? "<host>"),
      { applies: "maybe" },
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

/** The names that the certificate is for, as Go lists them (crypto/x509 verify.go HostnameError). */
function namesIn(detail: string): readonly string[] {
  const names = /certificate is valid for (.+?), not /.exec(detail)?.[1];
  return names ? names.split(", ") : [];
}

function validFor(detail: string) {
  const names = namesIn(detail);
  return names.length > 0 ? list(names.map(name), 3) : undefined;
}

/** The one name to use instead, with the port of the image; undefined where there are several, or a wildcard. */
function validHost({ error, reference }: PullAttempt): string | undefined {
  const [only, ...others] = namesIn(error.detail);
  const port = /:\d+$/.exec(reference?.host ?? "")?.[0] ?? "";
  return only && others.length === 0 && !only.includes("*") ? `${only}${port}` : undefined;
}
