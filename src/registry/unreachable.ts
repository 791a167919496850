import type { PeerCertificate } from "node:tls";
import { LostConnection, TimedOut } from "../cluster/connection.ts";
import type { ServerTarget } from "../cluster/connection-target.ts";
import { addressOf, DialFailure, peerCertificate } from "../cluster/dial.ts";
import type { RegistryOutcome } from "../snapshot/registry-answer.ts";
import { type Asking, Outcome } from "./asking.ts";

type Unreachable = Extract<RegistryOutcome, { is: "unreachable" }>;

/** Why there is no answer; undefined for what is no failure of the connection. */
export async function noAnswer(
  error: unknown,
  url: URL,
  target: ServerTarget,
  timeoutMs: number,
  asking: Asking,
): Promise<Outcome | undefined> {
  const unreachable = await unreachableFor(error, url, target, timeoutMs);
  return unreachable && new Outcome({ ...unreachable, message: asking.quoted(unreachable.message) });
}

/** A server that could not be reached is not tried again: all images on it get the same words. */
const dialled = new WeakMap<DialFailure, Promise<Unreachable>>();

async function unreachableFor(
  error: unknown,
  url: URL,
  target: ServerTarget,
  timeoutMs: number,
): Promise<Unreachable | undefined> {
  if (error instanceof DialFailure) {
    const known = dialled.get(error) ?? dialOutcome(error, url, target, timeoutMs);
    dialled.set(error, known);
    return known;
  }
  const broken = (code: string, message: string): Unreachable => ({ is: "unreachable", step: "answer", code, message });
  if (error instanceof TimedOut) return broken("TIMED_OUT", `${url.host} does not answer within ${seconds(timeoutMs)}`);
  if (error instanceof LostConnection)
    return broken(codeOf(error), `${url.host} closes the connection without a whole answer`);
  return undefined;
}

async function dialOutcome(
  error: DialFailure,
  url: URL,
  target: ServerTarget,
  timeoutMs: number,
): Promise<Unreachable> {
  const { step, code, proxy } = error;
  if (step === "proxy") {
    const message = `the proxy ${proxy ? `${proxy.shown} (${proxy.source})` : ""} does not let through: ${error.message}`;
    return { is: "unreachable", step, code, message: message.replace("proxy  ", "proxy ") };
  }
  if (step === "tls" || step === "certificates") {
    return { is: "unreachable", step: "tls", code, message: await tlsWords(error, url, target, timeoutMs) };
  }
  const { host, port } = addressOf(url);
  const isName = DNS_CODES.has(code);
  return {
    is: "unreachable",
    step: isName ? "dns" : "connect",
    code,
    message: networkWords(code, host, `${host}:${port}`, timeoutMs, error.message),
  };
}

const DNS_CODES: ReadonlySet<string> = new Set([
  "ENOTFOUND",
  "ENODATA",
  "EAI_AGAIN",
  "EAI_FAIL",
  "ETIMEOUT",
  "ESERVFAIL",
]);

function networkWords(code: string, host: string, address: string, timeoutMs: number, message: string): string {
  switch (code) {
    case "ENOTFOUND":
    case "ENODATA":
      return `DNS does not know ${host}`;
    case "EAI_AGAIN":
    case "EAI_FAIL":
    case "ETIMEOUT":
    case "ESERVFAIL":
      return `DNS does not answer for ${host}`;
    case "ECONNREFUSED":
      return `${address} refuses the connection`;
    case "EHOSTUNREACH":
    case "ENETUNREACH":
    case "EHOSTDOWN":
    case "ENETDOWN":
      return `there is no route to ${address}`;
    case "TIMED_OUT":
      return `no connection to ${address} within ${seconds(timeoutMs)}`;
    case "ETIMEDOUT":
      return `no connection to ${address}`;
    default:
      return `no connection to ${address}: ${message}`;
  }
}

async function tlsWords(
  { code, message, proxy }: DialFailure,
  url: URL,
  target: ServerTarget,
  timeoutMs: number,
): Promise<string> {
  if (code === "TIMED_OUT") return `${url.host} does not begin TLS within ${seconds(timeoutMs)}`;
  if (code === "ECONNRESET" || code === "EPIPE") return `${url.host} closes the connection before TLS is set up`;
  if (/WRONG_VERSION_NUMBER|HTTP_REQUEST|PACKET_LENGTH_TOO_LONG|EPROTO|INVALID_PACKET/.test(code)) {
    return `${url.host} does not speak TLS; it may speak plain HTTP`;
  }
  // Only what the certificate says is read, over a connection of its own.
  const certificate = proxy ? undefined : await peerCertificate(target);
  const name = addressOf(url).host;
  switch (code) {
    case "CERT_HAS_EXPIRED":
      return `a certificate of ${url.host} has expired${certificate ? `; its own is good until ${certificate.valid_to}` : ""}`;
    case "CERT_NOT_YET_VALID":
      return `a certificate of ${url.host} is not valid yet${certificate ? `; its own is good from ${certificate.valid_from}` : ""}`;
    case "ERR_TLS_CERT_ALTNAME_INVALID":
    case "NO_NAMES":
      return `the certificate of ${url.host} is not for ${name}${certificate ? `, but for ${namesIn(certificate)}` : ""}`;
    case "DEPTH_ZERO_SELF_SIGNED_CERT":
    case "SELF_SIGNED_CERT_IN_CHAIN":
    case "UNABLE_TO_GET_ISSUER_CERT":
    case "UNABLE_TO_GET_ISSUER_CERT_LOCALLY":
    case "UNABLE_TO_VERIFY_LEAF_SIGNATURE":
    case "CERT_SIGNATURE_FAILURE":
    case "CERT_UNTRUSTED":
      return `the certificate of ${url.host} is signed by an authority that this machine does not trust${certificate ? `: ${issuerOf(certificate)}` : ""}`;
    default:
      return `TLS with ${url.host} fails: ${code || message}`;
  }
}

function issuerOf({ issuer, subject }: PeerCertificate): string {
  const name = issuer?.CN ?? issuer?.O ?? subject?.CN ?? "one without a name";
  return String(name);
}

function namesIn({ subjectaltname = "" }: PeerCertificate): string {
  const names = subjectaltname.split(", ").flatMap((one) => one.replace(/^(DNS|IP Address):/, "") || []);
  if (names.length === 0) return "no host at all";
  return names.length > 5 ? `${names.slice(0, 5).join(", ")} and ${names.length - 5} more` : names.join(", ");
}

const seconds = (milliseconds: number) => `${Math.ceil(milliseconds / 100) / 10} s`;

/** The code of what is behind an error. */
function codeOf({ cause }: Error): string {
  return String((cause as { code?: unknown } | undefined)?.code ?? "");
}
