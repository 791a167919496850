import { type LabelSelector, matchesSelector } from "../../objects/label-selector.ts";
import { kubectl } from "../../text/command.ts";
import { list, name, path, type Text, text, value } from "../../text/text.ts";
import type { Fix } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import { adminTask, look } from "../repair.ts";
import {
  fixPath,
  fixPort,
  fixScheme,
  fixStartTime,
  fixTimeout,
  patchProbes,
  runCommand,
  seeAnswer,
  seeLog,
} from "./fixes.ts";
import { betterPort, listeningOf } from "./known-ports.ts";
import { declaredPorts } from "./probe.ts";
import type { ProbeFailure } from "./probe-failure.ts";
import { portNote } from "./words.ts";

/** A start may outgrow it: the program is not there yet, or says itself that it is not ready. */
const OUTGROWN: ReadonlySet<string> = new Set(["refused", "closed", "timeout", "command-failed", "unhealthy", "other"]);
/** For this long after its start nobody calls a container that is not ready stuck. */
const START_SECONDS = 30;

/** Whether the failure may be nothing but the start of a program that runs for a few seconds. */
export function isEarly(failure: ProbeFailure, input: PodInput): boolean {
  const { error, runningSeconds, probe, container, state } = failure;
  if (
    state !== "failing" ||
    probe.type === "liveness" ||
    (runningSeconds ?? START_SECONDS) >= START_SECONDS + probe.initialDelaySeconds
  )
    return false;
  if (!error) return true;
  if (error.cause === "refused") return betterPort(input, container, probe) === undefined;
  return OUTGROWN.has(error.cause) || (error.status ?? 0) >= 500;
}

/** How it follows from what came back. */
export function whyOf(failure: ProbeFailure, input: PodInput): Text {
  const { probe, error, container } = failure;
  switch (error?.cause) {
    case "status":
      return whyOfStatus(error.status ?? 0, probe.urlPath ?? "/", probe.scheme === "HTTP");
    case "refused": {
      const port = probe.portNumber;
      const heard = listeningOf(input, container);
      const here = heard.find((one) => one.port === port);
      if (here?.isLoopback)
        return text`The log says ${value(here.line)}: only the container itself can reach that address, and the kubelet asks the pod's address.`;
      const other = heard.find((one) => one.port !== port && !one.isLoopback);
      if (other && !here) return text`The program listens on another port: its log says ${value(other.line)}.`;
      return text`The pod was reached and no process had that port open on the pod's address. Either the program listens on another port, or on 127.0.0.1 only, or it has not come that far.`;
    }
    case "timeout":
      return probe.handler === "exec"
        ? text`The kubelet gives the command ${probe.timeoutSeconds} s (${path("timeoutSeconds")}, 1 where nothing is set) and counts a longer run as a failure.`
        : text`The connection stands, so something has the port open; the answer takes longer than ${path("timeoutSeconds")} (1 where nothing is set) allows. The program is slow, overloaded or stuck.`;
    case "unreachable":
      return text`The node does not get through to the pod's address: a network policy, a firewall between node and pod, or a pod network that is broken on this node.`;
    case "closed":
      return text`Something accepts the connection and hangs up. A server of another protocol does that, one that wants TLS, or one that falls over on this request.`;
    case "answers-http":
      return text`The probe speaks HTTPS and the server answers in plain HTTP.`;
    case "answers-https":
      return text`The probe speaks plain HTTP, and what comes back is none: a server for HTTPS, gRPC or another protocol.`;
    case "tls":
      return text`The kubelet does not check certificates, so it is not about trust: server and kubelet agree on no protocol version or cipher, or the server wants a client certificate.`;
    case "unknown-host":
      return text`The kubelet looks the name up in the node's DNS, which knows no cluster names. Without ${path("host")} it asks the pod itself.`;
    case "redirects":
      return text`The kubelet follows redirects on the same host, ten at most.`;
    case "port-name":
      return text`The kubelet looks the name up among the ports of the same container and finds none. Such a probe is never carried out: it neither fails nor succeeds.`;
    case "command-failed":
      return isShell(probe.command)
        ? text`The command ran and ended with a code other than 0, and that is all the kubelet looks at.`
        : text`The command ran and ended with a code other than 0. It runs without a shell: variables, pipes and && need ${path("sh -c")}.`;
    case "command-missing":
      return text`The container's image has no such program, so the command cannot be started. Such a probe neither fails nor succeeds, however often it is tried.`;
    case "command-not-executable":
      return text`The file is there, but the container's user may not execute it.`;
    case "no-health-service":
      return text`The server answers gRPC calls, but does not have the service ${path("grpc.health.v1.Health")} that the probe calls.`;
    case "unhealthy":
      return text`The program's own health service says that it is not serving.`;
    case "runtime":
      return text`The kubelet could not carry the probe out. Such a result counts neither as failure nor as success.`;
    case "other":
      return text`The kubelet took this for a failure.`;
    case undefined:
      return text`The kubelet tells of no attempt.`;
  }
}

function whyOfStatus(status: number, urlPath: string, isPlain: boolean): Text {
  if (status === 404)
    return text`The program answers, so the port is right: it has nothing at ${value(urlPath)}. A path that exists passes, and so does any answer from 200 to 399.`;
  if (status === 401 || status === 403)
    return text`The program answers, but wants to know who asks. The kubelet sends no credentials unless ${path("httpHeaders")} holds some.`;
  if (status === 405) return text`The program answers, but does not take GET there, and a probe can do nothing else.`;
  if (status === 400)
    return text`The program answers, but does not take the request${isPlain ? ": servers that want HTTPS do that to plain HTTP, and some do it to an unknown Host header" : ": some do that to an unknown Host header"}.`;
  if (status === 503)
    return text`The program answers, and says that it is not ready to serve. Port and path are right; what it waits for is in its log.`;
  if (status >= 500)
    return text`The program answers, and fails while it does. Port and path are right; why it fails is in its log.`;
  return text`The program answers, but only 200 to 399 counts as success.`;
}

/** The repairs of what came back, the surest first. */
export function fixesOf(failure: ProbeFailure, input: PodInput): readonly Fix[] {
  const { probe, error, container } = failure;
  const log = (title: Text) => seeLog(input, failure, title);
  switch (error?.cause) {
    case "status": {
      const status = error.status ?? 0;
      const answer = seeAnswer(input, failure, text`The whole answer, by way of the API server.`);
      if (status === 404 || status === 405) return [...answer, fixPath(input, failure)];
      if (status === 401 || status === 403)
        return [
          ...answer,
          fixPath(input, failure),
          patchProbes(
            input,
            failure,
            { [probe.field]: { httpGet: { httpHeaders: [{ name: "Authorization", value: "<value>" }] } } },
            text`Or send what the program wants; whoever may read the pod can read it too.`,
            "fill-in",
          ),
        ];
      if (status === 400)
        return [
          ...answer,
          ...(probe.scheme === "HTTP" ? [{ ...fixScheme(input, failure, "HTTPS"), applies: "maybe" as const }] : []),
          fixPath(input, failure),
        ];
      return [log(text`What the program says of it.`), ...answer];
    }
    case "refused": {
      const here = listeningOf(input, container).find(({ port }) => port === probe.portNumber);
      if (here?.isLoopback)
        return [
          adminTask(
            text`Let the program listen on 0.0.0.0 (or ::) instead of ${value(here.line)}; most programs have a flag or variable for it.`,
          ),
        ].map(asOwner);
      const more = probe.type === "readiness" ? [] : [fixStartTime(input, failure)];
      const ports = fixPort(input, failure);
      // A port that the container declares is more likely to be asked too early than to be wrong.
      const isDeclared = declaredPorts(container.spec).some(({ number }) => number === probe.portNumber);
      return [
        log(text`Where the program says it listens, and how far it got.`),
        ...(isDeclared ? [...more, ...ports] : [...ports, ...more]),
      ];
    }
    case "timeout":
      return [
        log(text`What the program is busy with.`),
        ...(probe.handler === "exec" ? runCommand(input, failure) : []),
        fixTimeout(input, failure),
        ...(probe.type === "readiness" ? [] : [fixStartTime(input, failure)]),
      ];
    case "unreachable":
      return [
        look(
          text`The network policies of the namespace.`,
          kubectl("reads", input.pod.metadata.namespace, "get", "networkpolicies"),
        ),
        adminTask(
          text`Other pods on the same node: do their probes get through?`,
          kubectl(
            "reads",
            undefined,
            "get",
            "pods",
            "--all-namespaces",
            "--field-selector",
            `spec.nodeName=${input.pod.spec.nodeName ?? ""}`,
          ),
        ),
      ];
    case "closed":
      return [
        log(text`What the program says of it.`),
        ...(probe.handler === "http" && probe.scheme === "HTTP"
          ? [{ ...fixScheme(input, failure, "HTTPS"), applies: "maybe" as const }]
          : []),
        ...fixPort(input, failure),
      ];
    case "answers-http":
      return [fixScheme(input, failure, "HTTP")];
    case "answers-https":
      return probe.handler === "http"
        ? [{ ...fixScheme(input, failure, "HTTPS"), applies: "maybe" as const }, ...fixPort(input, failure)]
        : fixPort(input, failure);
    case "unknown-host":
      return [
        patchProbes(
          input,
          failure,
          { [probe.field]: { [probe.handler === "tcp" ? "tcpSocket" : "httpGet"]: { host: null } } },
          text`Ask the pod itself.`,
          "as-is",
        ),
      ];
    case "port-name":
      return fixPort(input, failure);
    case "redirects":
      return [
        ...seeAnswer(input, failure, text`Where it redirects to, by way of the API server.`),
        fixPath(input, failure),
      ];
    case "command-failed":
      return [
        ...runCommand(input, failure),
        log(text`What the program itself says.`),
        setCommand(failure, input, text`If the command is wrong, set another one.`),
      ];
    case "command-missing":
    case "command-not-executable":
      return [setCommand(failure, input, text`Set a command that the image has.`)];
    case "no-health-service":
    case "unhealthy":
      return [
        log(text`What the program says of it.`),
        patchProbes(
          input,
          failure,
          { [probe.field]: { grpc: { service: "<service>" } } },
          text`Ask for the service that the program reports on.`,
          "fill-in",
        ),
      ];
    default:
      return [log(text`What the program itself says.`), ...runCommand(input, failure)];
  }
}

function setCommand(failure: ProbeFailure, input: PodInput, title: Text): Fix {
  return patchProbes(input, failure, { [failure.probe.field]: { exec: { command: ["<command>"] } } }, title, "fill-in");
}

const asOwner = (fix: Fix): Fix => ({ ...fix, by: "workload-owner" });

/** What else is worth knowing: the ports that the container declares, the network policies that select the pod. */
export function notesOf(failure: ProbeFailure, input: PodInput): readonly (Text | undefined | false)[] {
  const { error, container, probe } = failure;
  if (error?.cause === "refused" || error?.cause === "closed") return [portNote(input, failure), crashNote(failure)];
  if (error?.cause === "unreachable") return [policyNote(input)];
  if (error?.cause === "command-failed" && /[$|&;<>]/.test((probe.command ?? []).join(" ")) && !isShell(probe.command))
    return [text`The command holds signs that only a shell understands, and it is run without one.`];
  return [
    container.role === "sidecar" && probe.type === "startup" && text`The containers after this sidecar wait for it.`,
  ];
}

const isShell = (command: readonly string[] | undefined) => /(?:^|\/)(?:ba|da|a|z|k)?sh$/.test(command?.[0] ?? "");

function crashNote({ container }: ProbeFailure): Text | undefined {
  const ended = container.status?.lastState?.terminated;
  return ended && ended.exitCode !== 0 && ended.exitCode !== 137 && ended.exitCode !== 143
    ? text`The run before ended by itself with exit code ${ended.exitCode}: while the program is not up, nobody answers the probe.`
    : undefined;
}

function policyNote({ pod, snapshot }: PodInput): Text | undefined {
  const policies = snapshot.list("NetworkPolicy", pod.metadata.namespace).items.filter((policy) => {
    const { podSelector, policyTypes = ["Ingress"] } = ((policy as { spec?: unknown }).spec ?? {}) as {
      podSelector?: LabelSelector;
      policyTypes?: readonly string[];
    };
    return policyTypes.includes("Ingress") && matchesSelector(podSelector, pod.metadata.labels);
  });
  return policies.length > 0
    ? text`${list(policies.map(({ metadata }) => name(metadata.name)))} ${policies.length === 1 ? "limits" : "limit"} who may connect to the pod. Most network plugins let the kubelet of the pod's own node through all the same; not all do.`
    : undefined;
}
