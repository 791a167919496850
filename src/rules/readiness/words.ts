import { count, duration, list, name, type Piece, path, type Text, text, value } from "../../text/text.ts";
import type { ContainerView, PodInput } from "../pod-input.ts";
import { declaredPorts, otherContainers, type Probe } from "./probe.ts";
import type { ProbeFailure } from "./probe-failure.ts";

/** `container app`, `sidecar proxy`. */
export const who = ({ role, name: container }: ContainerView): Text =>
  text`${role === "sidecar" ? "sidecar" : "container"} ${name(container)}`;

/** The same at the start of a sentence. */
export const whoAtStart = ({ role, name: container }: ContainerView): Text =>
  text`${role === "sidecar" ? "Sidecar" : "Container"} ${name(container)}`;

/** The port as the probe names it, with the number a name stands for. */
export function portOf({ port, portNumber }: Probe): Text {
  if (typeof port !== "string" || String(portNumber) === port) return text`port ${value(String(port))}`;
  return text`port ${value(port)}${portNumber !== undefined && ` (${portNumber})`}`;
}

/** What the probe does: `GET /ready on port 8080`. */
export function asked(probe: Probe): Text {
  const at = probe.host ? text` of host ${value(probe.host)}` : [];
  switch (probe.handler) {
    case "http":
      return text`GET ${value(probe.urlPath ?? "/")}${probe.scheme === "HTTPS" && " over HTTPS"} on ${portOf(probe)}${at}`;
    case "tcp":
      return text`a connection to ${portOf(probe)}${at}`;
    case "grpc":
      return text`the gRPC health check${probe.service && text` of service ${value(probe.service)}`} on ${portOf(probe)}`;
    case "exec":
      return text`the command ${commandOf(probe)}`;
  }
}

/** A probe's command as one would type it, cut where it is long. */
export function commandOf({ command = [] }: Probe): Piece {
  const line = command.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word}'`)).join(" ");
  return value(line.length > 60 ? `${line.slice(0, 59)}…` : line);
}

const STATUS_WORDS: Readonly<Record<number, string>> = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  429: "Too Many Requests",
  500: "Internal Server Error",
  502: "Bad Gateway",
  503: "Service Unavailable",
  504: "Gateway Timeout",
};

/** What came back, to stand after `asked`: `answers 404 Not Found`. */
export function answered({ error, probe }: ProbeFailure): Text {
  const seconds = `${probe.timeoutSeconds} s`;
  switch (error?.cause) {
    case "status":
      return text`answers ${value([error.status, STATUS_WORDS[error.status ?? 0]].filter(Boolean).join(" "))}`;
    case "refused":
      return text`is refused: nothing listens there`;
    case "timeout":
      return probe.handler === "exec" ? text`takes longer than ${seconds}` : text`gets no answer within ${seconds}`;
    case "unreachable":
      return text`does not get through to the pod`;
    case "closed":
      return text`is cut off without an answer`;
    case "answers-http":
      return text`meets a server that speaks plain HTTP`;
    case "answers-https":
      return text`meets a server that does not speak plain HTTP`;
    case "tls":
      return text`fails in the TLS handshake`;
    case "unknown-host":
      return text`names a host that does not exist`;
    case "redirects":
      return text`is redirected again and again`;
    case "port-name":
      return text`names a port that the container does not have`;
    case "command-failed":
      return text`fails${error.detail ? text`: ${value(firstLine(error.detail))}` : " without a word"}`;
    case "command-missing":
      return text`does not exist in the container`;
    case "command-not-executable":
      return text`may not be executed`;
    case "no-health-service":
      return text`meets a server without the gRPC health service`;
    case "unhealthy":
      return text`answers ${value(/"([A-Z_]+)"/.exec(error.detail)?.[1] ?? error.detail)}`;
    case "runtime":
      return text`cannot be carried out: ${value(firstLine(error.detail))}`;
    case "other":
      return text`fails: ${value(firstLine(error.detail))}`;
    case undefined:
      return text`has not succeeded`;
  }
}

export function firstLine(message: string): string {
  const line = message.trim().split("\n")[0] ?? "";
  return line.length > 160 ? `${line.slice(0, 159)}…` : line;
}

/** How the kubelet counts: `every 10 s, 3 failures in a row count`. */
export const rhythm = ({ periodSeconds, failureThreshold, timeoutSeconds }: Probe): Text =>
  text`every ${periodSeconds} s, ${timeoutSeconds} s for an answer, ${count(failureThreshold, "failure")} in a row ${failureThreshold === 1 ? "counts" : "count"}`;

/** What the container says of its ports, where that is of use: nothing for a command. */
export function portNote(input: PodInput, { container, probe }: ProbeFailure): Text | undefined {
  if (probe.handler === "exec" || probe.host) return undefined;
  const declared = declaredPorts(container.spec);
  const asked = probe.portNumber;
  if (asked !== undefined && declared.some(({ number }) => number === asked)) return undefined;
  const others = otherContainers(input, container).filter(({ spec }) =>
    declaredPorts(spec).some(({ number }) => number === asked),
  );
  if (others.length > 0)
    return text`The probe's port belongs to ${list(others.map((one) => name(one.name)))}: the containers of a pod share its ports.`;
  if (declared.length === 0)
    return text`The container declares no port. It need not, but a declared one would tell where the program should listen.`;
  const shown = declared.map((port) => value(port.name ? `${port.name}=${port.number}` : String(port.number)));
  return text`The container declares ${list(shown)}, not ${portOf(probe)}. The list is for people only: what counts is where the program listens.`;
}

/** How long it has been failing, for notes: `It has run for 9m.` */
export const ranFor = ({ runningSeconds }: ProbeFailure): Text =>
  runningSeconds === undefined ? [] : text`It has run for ${duration(runningSeconds)}.`;

/** `readinessProbe` as a path. */
export const fieldOf = ({ field }: Probe): Piece => path(field);
