import type { ProbeHandler, ProbeType } from "./probe.ts";

/** What stood in the way of a probe, or what it answered. */
export type ProbeCause =
  | "status"
  | "refused"
  | "timeout"
  | "unreachable"
  | "closed"
  | "answers-http"
  | "answers-https"
  | "tls"
  | "unknown-host"
  | "redirects"
  | "port-name"
  | "command-failed"
  | "command-missing"
  | "command-not-executable"
  | "no-health-service"
  | "unhealthy"
  | "runtime"
  | "other";

/** A kubelet's message about a probe, taken apart. */
export interface ProbeError {
  readonly type: ProbeType;
  readonly cause: ProbeCause;
  /**
   * The probe could not be carried out at all. The kubelet throws such a result away: it neither counts as a failure nor
   * as a success (kubernetes v1.36 pkg/kubelet/prober/worker.go doProbe).
   */
  readonly isErrored: boolean;
  /** What follows the kubelet's own words. */
  readonly detail: string;
  /** HTTP status code. */
  readonly status?: number;
  /** What was connected to: `10.244.0.33:8080`. */
  readonly address?: string;
}

/**
 * `Readiness probe failed: …`; `… probe errored: …` up to 1.32, `… probe errored and resulted in unknown state: …` since
 * 1.33 (kubernetes pkg/kubelet/prober/prober.go probe). OpenShift writes `… probe error: …` and the body behind it.
 */
const FORM = /^(Liveness|Readiness|Startup) probe (failed|errored|error)(?: and resulted in \S+ state)?: ?([\s\S]*)$/;

/** Takes an event's message apart; undefined for one that is about no probe. */
export function parseProbeError(message: string, handler: ProbeHandler): ProbeError | undefined {
  const match = FORM.exec(withoutGrouping(message));
  if (!match) return undefined;
  const [, type = "", form, rest = ""] = match;
  const detail = (form === "error" ? rest.replace(/\nbody:[\s\S]*$/, "") : rest).trim();
  return {
    type: type.toLowerCase() as ProbeType,
    isErrored: form === "errored",
    detail,
    ...(handler === "exec" ? commandCause(detail, form === "errored") : networkCause(detail, form === "errored")),
  };
}

/** From the tenth different message on the recorder merges them (client-go v0.36 tools/record/events_cache.go). */
const withoutGrouping = (message: string) => message.replace(/^\(combined from similar events\): /, "");

type Cause = Pick<ProbeError, "cause" | "status" | "address">;

/**
 * A command's output may say anything, so only the runtime's own words count: its time-out (`command "x" timed out` up to
 * 1.30, `command timed out: "x" timed out after 1s` since 1.31) and the forms in which it cannot start the command.
 */
function commandCause(detail: string, isErrored: boolean): Cause {
  if (
    /^command timed out: |^command ".*" timed out$|\bDeadlineExceeded\b.{0,500}(?:exec|timeout .{0,500} exceeded)/s.test(
      detail,
    )
  )
    return { cause: "timeout" };
  const isRuntime = isErrored || /OCI runtime exec failed|failed to exec in container|exec failed: /.test(detail);
  if (!isRuntime) return { cause: "command-failed" };
  if (/executable file not found|no such file or directory|executable file `.*` not found/.test(detail))
    return { cause: "command-missing" };
  if (/permission denied/i.test(detail)) return { cause: "command-not-executable" };
  return { cause: isErrored ? "runtime" : "command-failed" };
}

function networkCause(detail: string, isErrored: boolean): Cause {
  const status = /HTTP probe failed with statuscode: (\d{3})/.exec(detail)?.[1];
  if (status) return { cause: "status", status: Number(status) };
  const address =
    /dial tcp (\[[^\]]{1,64}\]:\d{1,5}|[^\s:]{1,253}:\d{1,5})/.exec(detail)?.[1] ??
    /failed to connect service (?:at )?"([^"]+)"/.exec(detail)?.[1];
  const at = address ? { address } : {};
  if (/^port .* not found$|strconv\.(?:Atoi|ParseInt): parsing|^invalid port number: /.test(detail))
    return { cause: "port-name" };
  if (/does not implement the grpc health protocol/.test(detail)) return { cause: "no-health-service" };
  if (/^service unhealthy \(responded with /.test(detail)) return { cause: "unhealthy" };
  if (/connection refused|actively refused/.test(detail)) return { cause: "refused", ...at };
  if (/no such host/.test(detail)) return { cause: "unknown-host" };
  if (/no route to host|network is unreachable|host is unreachable/.test(detail))
    return { cause: "unreachable", ...at };
  if (/server gave HTTP response to HTTPS client|first record does not look like a TLS handshake/.test(detail))
    return { cause: "answers-http" };
  if (
    /malformed HTTP (?:response|status code|version)|error reading server preface|http2: frame too large/.test(detail)
  )
    return { cause: "answers-https" };
  if (/\btls: |\bx509: /.test(detail)) return { cause: "tls" };
  if (/dial tcp .{0,300}i\/o timeout|connect: connection timed out/.test(detail))
    return { cause: "unreachable", ...at };
  if (/^timeout: |context deadline exceeded|Client\.Timeout|i\/o timeout|DeadlineExceeded/.test(detail))
    return { cause: "timeout", ...at };
  if (/\bEOF\b|connection reset by peer|broken pipe|server closed/.test(detail)) return { cause: "closed", ...at };
  if (/stopped after \d+ redirects/.test(detail)) return { cause: "redirects" };
  return { cause: isErrored ? "runtime" : "other", ...at };
}
