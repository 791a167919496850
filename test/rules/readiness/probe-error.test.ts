import { describe, expect, test } from "@jest/globals";
import type { ProbeHandler } from "../../../src/rules/readiness/probe.ts";
import { parseProbeError } from "../../../src/rules/readiness/probe-error.ts";

type Row = readonly [what: string, handler: ProbeHandler, message: string, cause: string, more?: object];

/** Wordings of kubernetes pkg/kubelet/prober and pkg/probe, of Go's net packages and of container runtimes. */
const rows: readonly Row[] = [
  [
    "an HTTP status",
    "http",
    "Readiness probe failed: HTTP probe failed with statuscode: 503",
    "status",
    { status: 503, type: "readiness" },
  ],
  [
    "a refused connection",
    "http",
    'Liveness probe failed: Get "http://10.0.0.1:8080/healthz": dial tcp 10.0.0.1:8080: connect: connection refused',
    "refused",
    { address: "10.0.0.1:8080", type: "liveness" },
  ],
  [
    "a refused connection over IPv6",
    "tcp",
    "Startup probe failed: dial tcp [fd00::1]:5432: connect: connection refused",
    "refused",
    { address: "[fd00::1]:5432", type: "startup" },
  ],
  [
    "a refused connection on Windows",
    "tcp",
    "Readiness probe failed: dial tcp 10.0.0.1:80: connectex: No connection could be made because the target machine actively refused it.",
    "refused",
  ],
  [
    "an answer that takes too long",
    "http",
    'Readiness probe failed: Get "http://10.0.0.1:8080/": context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
    "timeout",
  ],
  [
    "the same in older Go",
    "http",
    "Readiness probe failed: Get http://10.0.0.1:8080/: net/http: request canceled (Client.Timeout exceeded while awaiting headers)",
    "timeout",
  ],
  [
    "no way to the pod",
    "http",
    'Readiness probe failed: Get "http://10.0.0.1:80/": dial tcp 10.0.0.1:80: i/o timeout',
    "unreachable",
  ],
  ["no route", "tcp", "Readiness probe failed: dial tcp 10.0.0.1:80: connect: no route to host", "unreachable"],
  [
    "HTTPS to an HTTP server",
    "http",
    'Readiness probe failed: Get "https://10.0.0.1/": http: server gave HTTP response to HTTPS client',
    "answers-http",
  ],
  [
    "HTTP to an HTTPS server",
    "http",
    'Readiness probe failed: Get "http://10.0.0.1/": net/http: HTTP/1.x transport connection broken: malformed HTTP response "\\x15\\x03\\x01"',
    "answers-https",
  ],
  ["a hang-up", "http", 'Readiness probe failed: Get "http://10.0.0.1:80/": EOF', "closed"],
  [
    "a reset",
    "http",
    'Readiness probe failed: Get "http://10.0.0.1:80/": read tcp 10.0.0.2:1->10.0.0.1:80: read: connection reset by peer',
    "closed",
  ],
  [
    "an unknown host",
    "http",
    'Readiness probe failed: Get "http://db:80/": dial tcp: lookup db on 10.0.0.10:53: no such host',
    "unknown-host",
  ],
  ["too many redirects", "http", 'Readiness probe failed: Get "/login": stopped after 10 redirects', "redirects"],
  [
    "an unknown port name up to 1.32",
    "http",
    'Readiness probe errored: strconv.Atoi: parsing "http": invalid syntax',
    "port-name",
    { isErrored: true },
  ],
  [
    "an unknown port name since 1.33",
    "http",
    'Readiness probe errored and resulted in unknown state: strconv.Atoi: parsing "http": invalid syntax',
    "port-name",
    { isErrored: true, detail: 'strconv.Atoi: parsing "http": invalid syntax' },
  ],
  [
    "a command's output",
    "exec",
    "Readiness probe failed: cat: /tmp/ready: No such file or directory\n",
    "command-failed",
    { isErrored: false },
  ],
  [
    "a command that speaks of a refused connection",
    "exec",
    "Readiness probe failed: curl: (7) connection refused",
    "command-failed",
  ],
  ["a command without a word", "exec", "Readiness probe failed: ", "command-failed", { detail: "" }],
  [
    "a command that takes too long up to 1.30",
    "exec",
    'Liveness probe failed: command "sh -c check" timed out',
    "timeout",
  ],
  [
    "a command that takes too long since 1.31",
    "exec",
    'Liveness probe failed: command timed out: "sh -c check" timed out after 1s',
    "timeout",
  ],
  [
    "a missing command up to 1.32",
    "exec",
    'Readiness probe errored: rpc error: code = Unknown desc = failed to exec in container: failed to start exec "a": OCI runtime exec failed: exec failed: unable to start container process: exec: "curl": executable file not found in $PATH: unknown',
    "command-missing",
    { isErrored: true },
  ],
  [
    "a command that may not be executed",
    "exec",
    'Readiness probe errored and resulted in unknown state: rpc error: code = Unknown desc = failed to exec in container: failed to start exec "a": OCI runtime exec failed: exec failed: unable to start container process: exec: "/check": permission denied: unknown',
    "command-not-executable",
  ],
  ["NOT_SERVING", "grpc", 'Readiness probe failed: service unhealthy (responded with "NOT_SERVING")', "unhealthy"],
  [
    "no health service",
    "grpc",
    "Readiness probe failed: error: this server does not implement the grpc health protocol (grpc.health.v1.Health): unknown service",
    "no-health-service",
  ],
  [
    "a slow health service",
    "grpc",
    "Readiness probe failed: timeout: health rpc did not complete within 1s",
    "timeout",
  ],
  [
    "gRPC refused",
    "grpc",
    'Readiness probe failed: timeout: failed to connect service "10.0.0.1:9000" within 1s: context deadline exceeded: connection error: desc = "transport: Error while dialing: dial tcp 10.0.0.1:9000: connect: connection refused"',
    "refused",
  ],
  [
    "OpenShift's form",
    "http",
    "Readiness probe error: HTTP probe failed with statuscode: 500\nbody: secret\n",
    "status",
    { status: 500, detail: "HTTP probe failed with statuscode: 500" },
  ],
  [
    "merged events",
    "http",
    "(combined from similar events): Readiness probe failed: HTTP probe failed with statuscode: 404",
    "status",
    { status: 404 },
  ],
];

describe("what a probe got", () => {
  test.each(rows)("%s (%s)", (_what, handler, message, cause, more = {}) => {
    expect(parseProbeError(message, handler)).toMatchObject({ cause, ...more });
  });

  test.each(["Container app failed liveness probe, will be restarted", "Back-off restarting failed container", ""])(
    "%j is about no probe's answer",
    (message) => expect(parseProbeError(message, "http")).toBeUndefined(),
  );
});
