import { isIP } from "node:net";
import type { PeerCertificate } from "node:tls";
import { shellLine } from "../text/command.ts";
import { Failure } from "../text/failure.ts";
import { command, list, name, type Text, text, value } from "../text/text.ts";
import { LostConnection, type TimedOut } from "./connection.ts";
import type { ConnectionTarget } from "./connection-target.ts";
import { addressOf, DialFailure, peerCertificate } from "./dial.ts";

/** What went wrong, what is known about it, and what to do. */
interface Words {
  readonly what: Text;
  readonly seen?: readonly Text[];
  readonly todo: Text;
}

/** No answer from the server: the Failure that says why. `bound`: which time was over, where it was one. */
export async function connectionFailure(
  error: DialFailure | LostConnection | TimedOut,
  bound: string,
  target: ConnectionTarget,
  now: Date,
): Promise<Failure> {
  const words = await wordsFor(error, bound, target, now);
  const proxy = error instanceof DialFailure ? error.proxy : undefined;
  return failure(
    target,
    text`I cannot reach ${cluster(target)}: ${words.what}.`,
    [
      serverLine(target),
      ...(proxy ? [text`proxy ${name(proxy.shown)} (from ${proxy.source})`] : []),
      ...(words.seen ?? []),
    ],
    words.todo,
  );
}

/** 401, and nothing to renew, or no better after that. */
export function unauthorized(target: ConnectionTarget, message: string): Failure {
  const { what } = target.credentials;
  return failure(
    target,
    text`The API server of ${cluster(target)} does not accept who I say I am (401).`,
    [
      serverLine(target),
      text`credentials: ${name(what)}${target.user ? text` of user ${name(target.user)}` : null}`,
      text`the API server says: ${value(message)}`,
    ],
    what === "nothing"
      ? text`give credentials: a context with a user, or --token`
      : text`log in again, or renew these credentials`,
  );
}

/** Something answered that is no API server: a login page, a load balancer. */
export function notKubernetes(
  target: ConnectionTarget,
  { status, body }: { readonly status: number; readonly body: string },
  path: string,
): Failure {
  const title = /<title>\s{0,100}([^<]{1,200}?)\s{0,100}<\/title>/i.exec(body)?.[1];
  return failure(
    target,
    text`What answers at ${name(target.server)} is not a Kubernetes API server.`,
    [
      serverLine(target),
      text`${name(path.split("?", 1).join(""))} was answered with status ${status}${title ? text` and a page with the title ${value(title)}` : text` and no JSON`}`,
    ],
    text`check the server's address and path; a VPN's or proxy's login page answers like this too`,
  );
}

/** Plain HTTP was sent to a port that wants TLS. */
export function wantsTls(target: ConnectionTarget): Failure {
  return failure(
    target,
    text`I cannot reach ${cluster(target)}: the server wants HTTPS, and its address says http.`,
    [serverLine(target)],
    text`change the address to ${name(target.server.replace(/^http:/, "https:"))}`,
  );
}

function failure(target: ConnectionTarget, headline: Text, seen: readonly Text[], advice: Text): Failure {
  const argv = ["kubectl", ...(target.context ? ["--context", target.context] : []), "get", "--raw", "/readyz"];
  return new Failure(headline, {
    seen,
    todo: [advice, text`${command(shellLine(argv))} asks the same server`],
  });
}

const cluster = ({ context }: ConnectionTarget): Text =>
  context === undefined ? text`the cluster` : text`the cluster of context ${name(context)}`;

const serverLine = ({ server, source }: ConnectionTarget): Text => text`server ${name(server)} (from ${source})`;

async function wordsFor(
  error: DialFailure | LostConnection | TimedOut,
  bound: string,
  target: ConnectionTarget,
  now: Date,
): Promise<Words> {
  const { host, port } = addressOf(new URL(target.server));
  const address = name(`${host.includes(":") ? `[${host}]` : host}:${port}`);
  if (error instanceof LostConnection) {
    return (
      clientCertificateWords(codeOf(error), target) ?? {
        what: text`${address} closes the connection without an answer`,
        seen: [text`twice: ${value(error.message)}`],
        todo: text`a firewall or a load balancer without a server behind it does so; look at those between here and there`,
      }
    );
  }
  if (!(error instanceof DialFailure)) {
    return {
      what: text`${address} accepts the connection, but does not answer: ${bound}`,
      todo: text`the API server may be overloaded; allow it more time with ${command("--request-timeout")}, or ask again later`,
    };
  }
  if (error.step === "proxy") return proxyWords(error, bound);
  if (error.step === "certificates") return certificateFileWords(error);
  if (error.step === "tls") return tlsWords(error, address, bound, target, now);
  return networkWords(error.code, host, address, bound, error.message);
}

function networkWords(
  code: string,
  host: string,
  address: ReturnType<typeof name>,
  bound: string,
  message: string,
): Words {
  const onNetwork = text`check that you are on the network or VPN of that cluster`;
  switch (code) {
    case "ECONNREFUSED":
      return {
        what: text`connection refused by ${address}`,
        todo: isHere(host)
          ? text`start what should listen there: the cluster, a tunnel, or kubectl proxy; or choose another context`
          : text`check that the API server runs, and that you are on the network or VPN of that cluster`,
      };
    case "ENOTFOUND":
    case "ENODATA":
      return {
        what: text`DNS does not know the name ${name(host)}`,
        todo: text`check the spelling, and that you are on the network or VPN whose DNS knows it`,
      };
    case "EAI_AGAIN":
    case "ETIMEOUT":
    case "ESERVFAIL":
      return {
        what: text`the name ${name(host)} cannot be looked up, as DNS does not answer`,
        todo: text`check this machine's network and its DNS servers`,
      };
    case "EHOSTUNREACH":
    case "ENETUNREACH":
    case "EHOSTDOWN":
    case "ENETDOWN":
      return {
        what: text`there is no route to ${address}`,
        seen: [text`the system says ${value(code)}`],
        todo: onNetwork,
      };
    case "ETIMEDOUT":
      return { what: text`${address} does not answer`, todo: onNetwork };
    case "TIMED_OUT":
      return { what: text`no connection to ${address}: ${bound}`, todo: onNetwork };
    default:
      return {
        what: text`no connection to ${address}`,
        seen: [text`the system says: ${value(message)}`],
        todo: onNetwork,
      };
  }
}

const isHere = (host: string) =>
  host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));

function proxyWords({ code, proxy, message }: DialFailure, bound: string): Words {
  const todo = text`check the proxy's address, or leave it out: ${proxy?.source.startsWith("proxy-url") === false ? text`add the server to ${name("NO_PROXY")}` : text`remove ${name("proxy-url")} from the cluster's entry`}`;
  if (code === "PROXY_REFUSED" && !proxy) return { what: text`the proxy's address is of no use: ${message}`, todo };
  if (code === "PROXY_REFUSED") return { what: text`the proxy does not let me through: ${message}`, todo };
  if (!proxy) return { what: text`the proxy cannot be used: ${message}`, todo };
  const reason = /^(CERT_|ERR_|DEPTH_|SELF_|UNABLE_)/.test(code)
    ? text`TLS with the proxy fails: ${message}`
    : networkWords(code, proxy.host, name(`${proxy.host}:${proxy.port}`), bound, message).what;
  return { what: text`its proxy: ${reason}`, todo };
}

function certificateFileWords({ code, message }: DialFailure): Words {
  if (code === "NO_CERTIFICATE") {
    return {
      what: text`the certificate authority that I was given holds no certificate`,
      todo: text`check ${name("certificate-authority")} in the cluster's entry: it wants PEM, BEGIN CERTIFICATE`,
    };
  }
  if (/KEY_VALUES_MISMATCH/.test(code)) {
    return {
      what: text`the client certificate and the client key do not belong together`,
      todo: text`check ${name("client-certificate")} and ${name("client-key")} in the user's entry`,
    };
  }
  return {
    what: text`the certificates that I was given cannot be used`,
    seen: [text`OpenSSL says: ${value(message)}`],
    todo: text`check certificate authority, client certificate and client key: each wants PEM, the key without a passphrase`,
  };
}

async function tlsWords(
  { code, message, proxy }: DialFailure,
  address: ReturnType<typeof name>,
  bound: string,
  target: ConnectionTarget,
  now: Date,
): Promise<Words> {
  const refused = clientCertificateWords(code, target);
  if (refused) return refused;
  if (/WRONG_VERSION_NUMBER|HTTP_REQUEST|PACKET_LENGTH_TOO_LONG|EPROTO/.test(code)) {
    return {
      what: text`${address} does not speak TLS; it may speak plain HTTP`,
      todo: text`if it is kubectl proxy or the like, the address is ${name(target.server.replace(/^https:/, "http:"))}`,
    };
  }
  if (code === "TIMED_OUT") {
    return {
      what: text`${address} accepts the connection, but TLS does not begin: ${bound}`,
      todo: text`look at what stands between here and there: load balancer, firewall, a proxy that is needed`,
    };
  }
  if (code === "ECONNRESET" || code === "EPIPE") {
    return {
      what: text`${address} closes the connection before TLS is set up`,
      todo: text`a load balancer without a server behind it does so, and a firewall; look at those between here and there`,
    };
  }
  // Only what certificates say is read, over a connection of its own.
  const certificate = proxy ? undefined : await peerCertificate(target);
  const { serverName, seen } = described(certificate, target);
  switch (code) {
    case "CERT_HAS_EXPIRED":
      return {
        what: text`a certificate of the server has expired${certificate && text`; its own is good until ${certificate.valid_to}`}`,
        seen: [...seen, text`this machine's clock says ${now.toISOString()}`],
        todo: text`the cluster's certificates need to be renewed (with kubeadm: ${command("kubeadm certs renew all")} on each control-plane node)`,
      };
    case "CERT_NOT_YET_VALID":
      return {
        what: text`a certificate of the server is not valid yet${certificate && text`; its own is good from ${certificate.valid_from}`}`,
        seen: [...seen, text`this machine's clock says ${now.toISOString()}`],
        todo: text`set this machine's clock right, if that is not the time`,
      };
    case "ERR_TLS_CERT_ALTNAME_INVALID":
    case "NO_NAMES":
      return {
        what: text`the server's certificate is not for ${name(serverName)}`,
        seen: [...seen, certificate ? namesIn(certificate) : text`the certificate says: ${value(message)}`],
        todo: text`use a server address that the certificate names, or say which of its names to expect with ${name("tls-server-name")} in the cluster's entry`,
      };
    case "DEPTH_ZERO_SELF_SIGNED_CERT":
    case "SELF_SIGNED_CERT_IN_CHAIN":
    case "UNABLE_TO_GET_ISSUER_CERT":
    case "UNABLE_TO_GET_ISSUER_CERT_LOCALLY":
    case "UNABLE_TO_VERIFY_LEAF_SIGNATURE":
    case "CERT_SIGNATURE_FAILURE":
    case "CERT_UNTRUSTED":
      return {
        what: text`the server's certificate is signed by an authority that is not trusted here`,
        seen: [
          ...seen,
          target.certificateAuthority
            ? text`trusted: only the certificate authority of the cluster's entry`
            : text`trusted: the authorities of this system, as the cluster's entry names none`,
        ],
        todo: text`take ${name("certificate-authority-data")} anew from whoever gives access to this cluster; after a cluster is built again under its old address, the old one no longer fits`,
      };
    default:
      return {
        what: text`TLS with ${address} fails`,
        seen: [...seen, text`OpenSSL says: ${value(`${code} ${message}`.trim())}`],
        todo: text`look at what stands between here and there, such as a proxy that opens TLS connections`,
      };
  }
}

/** The server wants another client certificate, or one at all. It says so in a TLS alert. */
function clientCertificateWords(code: string, { credentials }: ConnectionTarget): Words | undefined {
  if (!/ALERT_(BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|CERTIFICATE_|UNKNOWN_CA|ACCESS_DENIED)/.test(code)) {
    return undefined;
  }
  const alert = code
    .replace(/^.*ALERT_/, "")
    .toLowerCase()
    .replaceAll("_", " ");
  return {
    what: text`the server refuses the client certificate`,
    seen: [text`credentials: ${name(credentials.what)}`, text`the server's TLS alert: ${value(alert)}`],
    todo: text`check that the client certificate is of this cluster and has not expired`,
  };
}

function described(certificate: PeerCertificate | undefined, target: ConnectionTarget) {
  const serverName = target.tlsServerName ?? addressOf(new URL(target.server)).host;
  const nameOf = (one: PeerCertificate["subject"] | undefined) => one?.CN ?? one?.O;
  const [subject, issuer] = [nameOf(certificate?.subject), nameOf(certificate?.issuer)];
  const seen =
    subject && issuer ? [text`certificate ${value(String(subject))}, signed by ${value(String(issuer))}`] : [];
  return { serverName, seen };
}

function namesIn({ subjectaltname = "" }: PeerCertificate): Text {
  const names = subjectaltname.split(", ").flatMap((one) => one.replace(/^(DNS|IP Address):/, "") || []);
  return names.length === 0
    ? text`it names no host at all: a common name alone does not count`
    : text`it is for ${list(names.map(name), 8)}`;
}

/** The code of what is behind an error. */
function codeOf(error: Error): string {
  const { cause } = error as { cause?: { code?: unknown } };
  return String(cause?.code ?? "");
}
