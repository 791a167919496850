import { isReady, podCondition } from "../../objects/pod.ts";
import { kubectl } from "../../text/command.ts";
import { duration, name, type Text, text, value } from "../../text/text.ts";
import type { Fix } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import { look, patchPodSpec } from "../repair.ts";
import { type BetterPort, betterPort, formerProbe } from "./known-ports.ts";
import { budgetSeconds, type Probe, probeOf } from "./probe.ts";
import { type ProbeFailure, secondsBetween } from "./probe-failure.ts";
import { fieldOf } from "./words.ts";

const HANDLER_FIELDS = { http: "httpGet", tcp: "tcpSocket", grpc: "grpc", exec: "exec" } as const;

/** Changes fields of the container's probes, on the workload. A <placeholder> for a number stands without quotes. */
export function patchProbes(
  input: PodInput,
  { container }: Pick<ProbeFailure, "container">,
  probes: Readonly<Record<string, unknown>>,
  title: Text,
  applies: Fix["applies"],
): Fix {
  const list = container.role === "main" ? "containers" : "initContainers";
  const fix = patchPodSpec(input, { [list]: [{ name: container.name, ...probes }] }, title, { applies });
  const commands = fix.commands.map((command) => ({
    ...command,
    argv: command.argv.map((word) =>
      word.replaceAll(/"(<[a-z]+>)"/g, (quoted, bare: string) => (NUMBERS.has(bare) ? bare : quoted)),
    ),
  }));
  return { ...fix, commands };
}

const NUMBERS: ReadonlySet<string> = new Set(["<port>", "<seconds>"]);

/** Asks another port: the one that something speaks for, else one to fill in. */
export function fixPort(input: PodInput, failure: ProbeFailure): readonly Fix[] {
  const { probe, container } = failure;
  const field = HANDLER_FIELDS[probe.handler];
  const better: BetterPort | undefined = betterPort(input, container, probe);
  const set = (port: number | string, title: Text, applies: Fix["applies"]) =>
    patchProbes(input, failure, { [probe.field]: { [field]: { port } } }, title, applies);
  if (!better) return [set("<port>", text`Ask the port that the program listens on.`, "fill-in")];
  // gRPC probes take numbers only.
  const port = probe.handler === "grpc" && typeof better.port === "string" ? "<port>" : better.port;
  const use = set(
    port,
    text`Ask port ${value(String(better.port))}: ${better.because}.`,
    better.isShown ? "as-is" : "maybe",
  );
  return better.isShown
    ? [use]
    : [use, set("<port>", text`Or ask another port, the one that the program listens on.`, "fill-in")];
}

/** Asks another path: that of a probe which did its work, else one to fill in. */
export function fixPath(input: PodInput, failure: ProbeFailure): Fix {
  const { probe, container } = failure;
  const former = formerProbe(input, container, probe);
  const path = former?.probe.urlPath;
  if (former && path && path !== probe.urlPath) {
    const title = text`Ask ${value(path)}, as revision ${former.revision} did${former.wasReady && ", whose pods are ready"}.`;
    return patchProbes(
      input,
      failure,
      { [probe.field]: { httpGet: { path } } },
      title,
      former.wasReady ? "as-is" : "maybe",
    );
  }
  const other = (["startup", "liveness", "readiness"] as const)
    .map((type) => probeOf(container, type))
    .find((one) => one?.urlPath && one.type !== probe.type && one.urlPath !== probe.urlPath && works(failure, one));
  if (other?.urlPath)
    return patchProbes(
      input,
      failure,
      { [probe.field]: { httpGet: { path: other.urlPath } } },
      text`Ask ${value(other.urlPath)}, as the ${other.type} probe does: that one succeeds.`,
      "maybe",
    );
  return patchProbes(
    input,
    failure,
    { [probe.field]: { httpGet: { path: "<path>" } } },
    text`Ask a path that the program serves.`,
    "fill-in",
  );
}

/** Whether another probe of the same container is known to succeed. */
function works({ container: { status, events } }: ProbeFailure, { type, failureThreshold }: Probe): boolean {
  const failures = events.filter(
    ({ reason, message = "" }) => reason === "Unhealthy" && message.toLowerCase().startsWith(`${type} `),
  );
  if (type === "startup") return status?.started === true;
  if (type === "readiness") return status?.ready === true;
  return failures.length === 0 && (status?.restartCount ?? 0) === 0 && failureThreshold > 0;
}

export function fixScheme(input: PodInput, failure: ProbeFailure, scheme: "HTTP" | "HTTPS"): Fix {
  return patchProbes(
    input,
    failure,
    { [failure.probe.field]: { httpGet: { scheme } } },
    text`Ask with ${value(scheme)}.`,
    "as-is",
  );
}

/** Gives an answer more time: five times what it has, at least 5 s. */
export function fixTimeout(input: PodInput, failure: ProbeFailure): Fix {
  const { probe } = failure;
  const timeoutSeconds = Math.max(5, probe.timeoutSeconds * 5);
  const periodSeconds = Math.max(probe.periodSeconds, timeoutSeconds);
  const change = { timeoutSeconds, ...(periodSeconds !== probe.periodSeconds && { periodSeconds }) };
  return patchProbes(
    input,
    failure,
    { [probe.field]: change },
    text`Give an answer ${timeoutSeconds} s instead of ${probe.timeoutSeconds} s.`,
    "maybe",
  );
}

/** How long other pods of the same workload took from their start to Ready, the longest; undefined where none is ready. */
export function observedStartSeconds({ pod, snapshot }: PodInput): number | undefined {
  const owner = pod.metadata.ownerReferences?.find(({ controller }) => controller)?.uid;
  if (!owner) return undefined;
  const times = snapshot.list("Pod", pod.metadata.namespace).items.flatMap((other) => {
    if (!isReady(other) || !other.metadata.ownerReferences?.some(({ uid }) => uid === owner)) return [];
    const started = other.status?.containerStatuses
      ?.map(({ state }) => state?.running?.startedAt ?? "")
      .sort()
      .at(-1);
    return secondsBetween(started, podCondition(other, "Ready")?.lastTransitionTime) ?? [];
  });
  return times.length > 0 ? Math.max(...times) : undefined;
}

/**
 * The time to allow for a start: twice what other pods took, else three times what there is now, at least two minutes.
 * As a number of tries, in the rhythm that the probe has.
 */
export function moreTries(
  input: PodInput,
  probe: Probe,
): { readonly failureThreshold: number; readonly seconds: number; readonly because: Text } {
  const observed = observedStartSeconds(input);
  const wanted =
    observed === undefined
      ? Math.max(120, budgetSeconds(probe) * 3)
      : Math.max(observed * 2, budgetSeconds(probe) + probe.periodSeconds);
  const failureThreshold = Math.ceil((wanted - probe.initialDelaySeconds) / probe.periodSeconds);
  return {
    failureThreshold,
    seconds: probe.initialDelaySeconds + failureThreshold * probe.periodSeconds,
    because:
      observed === undefined
        ? text`a guess: three times what it has now`
        : text`another pod of it took ${duration(observed)} to become ready`,
  };
}

/** More tries for a startup probe; for another probe a startup probe before it, which holds it back until the start is over. */
export function fixStartTime(input: PodInput, failure: ProbeFailure): Fix {
  const { probe, container } = failure;
  const { failureThreshold, seconds, because } = moreTries(input, probe);
  if (probe.type === "startup")
    return patchProbes(
      input,
      failure,
      { startupProbe: { failureThreshold } },
      text`If the start only takes longer: allow it ${duration(seconds)} (${because}).`,
      "maybe",
    );
  const startup = probeOf(container, "startup");
  if (startup)
    return patchProbes(
      input,
      failure,
      { [probe.field]: { failureThreshold } },
      text`If it only needs more time: allow it ${duration(seconds)} (${because}).`,
      "maybe",
    );
  const field = HANDLER_FIELDS[probe.handler];
  const change = {
    startupProbe: {
      [field]: probe.spec[field],
      periodSeconds: probe.periodSeconds,
      timeoutSeconds: probe.timeoutSeconds,
      failureThreshold,
    },
  };
  return patchProbes(
    input,
    failure,
    change,
    text`If the start only takes longer: a startup probe allows it ${duration(seconds)} (${because}); until it succeeds ${fieldOf(probe)} waits.`,
    "maybe",
  );
}

/** What the program itself says. */
export function seeLog(input: PodInput, { container, kill }: ProbeFailure, title: Text): Fix {
  const { namespace, name: podName } = input.pod.metadata;
  const isGone =
    kill?.endPath !== undefined && !container.status?.state?.running && !container.status?.state?.terminated;
  return look(
    title,
    kubectl("reads", namespace, "logs", podName, "-c", container.name, ...(isGone ? ["--previous"] : []), "--tail=50"),
  );
}

/** Asks the same by way of the API server, which shows the whole answer. */
export function seeAnswer(input: PodInput, { probe, container }: ProbeFailure, title: Text): readonly Fix[] {
  const { namespace = "", name: podName } = input.pod.metadata;
  if (probe.handler !== "http" || probe.portNumber === undefined || probe.host || !container.status?.state?.running)
    return [];
  const target = `${probe.scheme === "HTTPS" ? "https:" : ""}${podName}:${probe.portNumber}`;
  const path = (probe.urlPath ?? "/").replace(/^\//, "");
  return [
    look(
      title,
      kubectl("reads", undefined, "get", "--raw", `/api/v1/namespaces/${namespace}/pods/${target}/proxy/${path}`),
    ),
  ];
}

/** Runs the probe's command by hand, which shows all it says. */
export function runCommand(input: PodInput, { probe, container }: ProbeFailure): readonly Fix[] {
  const { namespace, name: podName } = input.pod.metadata;
  if (!probe.command?.length || !container.status?.state?.running) return [];
  return [
    {
      // The command is the pod's own: it may do anything there, as it does for the kubelet.
      title: text`Run the probe's command by hand in container ${name(container.name)}, if it does no harm.`,
      commands: [kubectl("changes", namespace, "exec", podName, "-c", container.name, "--", ...probe.command)],
      applies: "maybe",
      by: "workload-owner",
    },
  ];
}
