import { lastSeen } from "../../objects/event.ts";
import { isReady } from "../../objects/pod.ts";
import { serviceNameOf } from "../../objects/service.ts";
import type { LogObject } from "../../snapshot/log-object.ts";
import { name, type Text, text, value } from "../../text/text.ts";
import { hostInCommand, hostInValue, type UnreachedHost, unreachedHost } from "../../text/unreached-host.ts";
import { type Evidence, type Fix, seen } from "../finding.ts";
import type { ContainerView, PodInput } from "../pod-input.ts";
import { crashes } from "./crash.ts";
import { patchContainer, setVariable } from "./edit.ts";
import { type HostFacts, hostFacts } from "./service-of-host.ts";
import { containerWords } from "./words.ts";

/** A server that a container asks for and does not reach, by its own words or by what it is told to wait for. */
export interface Connection {
  readonly view: ContainerView;
  /** `ended`: it crashed over it. `waits`: an init container that asks again and again. `runs`: not ready, and says so. */
  readonly phase: "ended" | "waits" | "runs";
  readonly host: string;
  readonly port?: number;
  /** What its log says of it; absent where only its command or a variable names the host. */
  readonly trouble?: UnreachedHost;
  readonly peer: HostFacts;
  /** Where the pod's own spec names the host. */
  readonly setting?: Setting;
  /** Nothing but a variable names the host: the log does not say which server it is about. */
  readonly isGuess: boolean;
  readonly evidence: readonly [Evidence, ...Evidence[]];
}

/** A value of the container's spec that holds a host name. */
export interface Setting {
  readonly field: "env" | "command" | "args";
  /** The variable's name; of a command, nothing. */
  readonly variable?: string;
  readonly index: number;
  readonly content: string;
  /** The host as it stands there: `db` where a log names the address of Service db. */
  readonly host: string;
  /** `spec.containers[0].env[2].value` */
  readonly path: string;
}

const known = new WeakMap<PodInput, readonly Connection[]>();

/** The servers that containers of a pod do not reach, in the containers' order; at most one of each container. */
export function connections(input: PodInput): readonly Connection[] {
  const computed = known.get(input) ?? input.containers.flatMap((view) => connectionOf(view, input) ?? []);
  known.set(input, computed);
  return computed;
}

/** Ends that a program chose itself: one that was killed may have had other words last. */
const OWN_ENDS: ReadonlySet<string> = new Set(["app-error", "completed", "terminated"]);

function connectionOf(view: ContainerView, input: PodInput): Connection | undefined {
  const crash = crashes(input).find((one) => one.view === view);
  if (crash) {
    if (!OWN_ENDS.has(crash.kind)) return undefined;
    const { words, evidence } = crash;
    const { cause } = words;
    if (cause && cause.kind !== "unknown-host" && cause.kind !== "unreachable") return undefined;
    if (cause?.host !== undefined)
      return connectionTo(cause.host, cause.port, { view, phase: "ended", trouble: cause, evidence }, input);
    return guessed(view, cause, evidence, input);
  }
  const { pod } = input;
  if (pod.metadata.deletionTimestamp || pod.status?.reason || isReady(pod) || view.role === "ephemeral")
    return undefined;
  const isInit = view.role === "init";
  if (!view.statusPath || !view.status?.state?.running || (!isInit && view.status.ready)) return undefined;
  const said = lastTrouble(view, input);
  if (view.status.state.running.startedAt === undefined) return undefined;
  const began = seen(pod, `${view.statusPath}.state.running.startedAt`, "runs since");
  if (said) {
    const { trouble, evidence } = said;
    if (trouble.host === undefined) return undefined;
    const phase = isInit ? "waits" : "runs";
    return connectionTo(trouble.host, trouble.port, { view, phase, trouble, evidence: [evidence, began] }, input);
  }
  const asked = isInit ? hostInCommand([...(view.spec.command ?? []), ...(view.spec.args ?? [])].join(" ")) : undefined;
  return asked && connectionTo(asked.host, asked.port, { view, phase: "waits", evidence: [began] }, input);
}

function connectionTo(
  host: string,
  port: number | undefined,
  rest: Pick<Connection, "view" | "phase" | "trouble" | "evidence">,
  input: PodInput,
): Connection {
  const peer = hostFacts(host, input);
  // Tools that name the address only were given a name.
  const names = peer.kind === "service" ? [host, `${peer.name}.${peer.namespace}`, peer.name] : [host];
  const setting = names.map((name) => settingOf(name, rest.view)).find(Boolean);
  const asked = port ?? (setting ? portBehind(setting) : undefined);
  return {
    ...rest,
    host,
    ...(asked && { port: asked }),
    peer,
    ...(setting && { setting }),
    isGuess: false,
    evidence: withSetting(rest.evidence, setting, input),
  };
}

/** Variables that hold where a server is. */
const SERVER_VARIABLE = /(?:^|_)(?:HOST|ADDR|ADDRESS|URL|URI|DSN|ENDPOINT|SERVER|SERVERS|BROKER|BROKERS|UPSTREAM)$/i;

/** The Services that variables of a container name, of which a crash without a host may be about one that is missing. */
function guessed(
  view: ContainerView,
  trouble: UnreachedHost | undefined,
  evidence: Connection["evidence"],
  input: PodInput,
): Connection | undefined {
  for (const [index, entry] of (view.spec.env ?? []).entries()) {
    const { name: variable, value: content } = entry as { name: string; value?: unknown };
    const named = typeof content === "string" && SERVER_VARIABLE.test(variable) ? hostInValue(content) : undefined;
    if (!named || typeof content !== "string" || !serviceNameOf(named.host, "")) continue;
    const peer = hostFacts(named.host, input);
    if (peer.kind !== "service" || peer.found.state !== "absent") continue;
    const path = `${view.specPath}.env[${index}].value`;
    const setting: Setting = { field: "env", variable, index, content, host: named.host, path };
    return {
      view,
      phase: "ended",
      host: named.host,
      ...(named.port && { port: named.port }),
      ...(trouble && { trouble }),
      peer,
      setting,
      isGuess: true,
      evidence: withSetting(evidence, setting, input),
    };
  }
  return undefined;
}

/** Lines above the end that still tell how it is now. */
const LATEST_LINES = 12;

/** What a running container said last of a server that it does not reach. */
function lastTrouble(view: ContainerView, { pod, snapshot }: PodInput) {
  const found = snapshot.find("Log", pod.metadata.namespace, `${pod.metadata.name}/${view.name}`);
  const log = found.state === "found" ? (found.object as LogObject) : undefined;
  const lines = (log?.current?.lines ?? []).flatMap((line, index) => (line.trim() ? [{ line, index }] : []));
  for (const { line, index } of lines.slice(-LATEST_LINES).reverse()) {
    const trouble = unreachedHost(line);
    if (log && trouble?.host !== undefined)
      return {
        trouble,
        evidence: seen(log, `current.lines[${index}]`, "last words", text`${value(line.trim().slice(0, 300))}`),
      };
  }
  return undefined;
}

/** The first value of the container's spec that holds the host as a word of its own. */
function settingOf(host: string, { spec, specPath }: ContainerView): Setting | undefined {
  const word = wordOf(host);
  for (const [index, entry] of (spec.env ?? []).entries()) {
    const { name: variable, value: content } = entry as { name: string; value?: unknown };
    if (typeof content === "string" && word.test(content))
      return { field: "env", variable, index, content, host, path: `${specPath}.env[${index}].value` };
  }
  for (const field of ["args", "command"] as const) {
    const index = (spec[field] ?? []).findIndex((one) => word.test(one));
    const content = spec[field]?.[index];
    if (content !== undefined) return { field, index, content, host, path: `${specPath}.${field}[${index}]` };
  }
  return undefined;
}

const wordOf = (host: string) => new RegExp(`(?<![\\w.-])${host.replace(/[^\w-]/g, "\\$&")}(?![\\w-]|\\.\\w)`);

function portBehind({ host, content }: Setting): number | undefined {
  const port = Number(new RegExp(`${wordOf(host).source}(?::| +)(\\d{2,5})\\b`).exec(content)?.[1]);
  return port > 0 && port <= 65535 ? port : undefined;
}

/** Whether a value holds a password that is nobody's business: `postgres://shop:secret@db/shop`. */
/** Whether a text has a URL with a password. */
export const holdsPassword = (content: string) => /:\/\/[^/@\s]{0,500}:[^/@\s]{0,500}@/.test(content);

function withSetting(
  evidence: Connection["evidence"],
  setting: Setting | undefined,
  { pod }: PodInput,
): Connection["evidence"] {
  // A command is among the evidence of most crashes already.
  if (!setting?.variable || holdsPassword(setting.content)) return evidence;
  return [...evidence, seen(pod, setting.path, setting.variable)];
}

/** Puts another host where the container's spec names it, or another port with it. Empty where it does not. */
export function setHost(
  { view, setting }: Connection,
  better: { readonly host?: string; readonly port?: number },
  title: Text,
  input: PodInput,
  applies: Fix["applies"] = "maybe",
): readonly Fix[] {
  if (!setting) return [];
  const { host: old, content, variable, field, index } = setting;
  const { host = old, port } = better;
  const place = port === undefined ? wordOf(old).source : `${wordOf(old).source}(?::\\d+)`;
  const changed = content.replaceAll(new RegExp(place, "g"), port === undefined ? host : `${host}:${port}`);
  if (changed === content) return [];
  if (variable !== undefined) {
    // The password in a URL is left for the reader to fill in.
    const shown = changed.replace(/(:\/\/[^/@\s:]*:)[^/@\s]*@/, "$1<password>@");
    return [setVariable(input, view, variable, shown, title, { applies })];
  }
  const words = view.spec[field as "command" | "args"] ?? [];
  return [patchContainer(input, view, { [field]: words.with(index, changed) }, title, { applies })];
}

/** `Container app cannot reach`: the beginning of a headline, before the host. */
export const askerWords = ({ view, phase }: Connection): Text =>
  text`${containerWords(view)} ${phase === "waits" ? "waits for" : "cannot reach"}`;

/** `db:5432` */
export const hostWords = ({ host, port }: Connection): Text => text`${name(port ? `${host}:${port}` : host)}`;

/** Rules whose findings follow where a container does not reach what it asks for. */
export const FOLLOWS_FROM_NO_CONNECTION = [
  "container/app-error",
  "container/init-crash",
  "container/sidecar-crash",
  "container/completed-loop",
  "container/exit-143",
  "container/init-waiting",
  "container/sidecar-not-started",
  "readiness/http-status",
  "readiness/http-connect",
  "readiness/tcp",
  "readiness/exec",
  "readiness/grpc",
  "readiness/timeout",
  "readiness/probe-failed",
  "readiness/not-seen",
  "readiness/starting",
  "readiness/startup-stuck",
] as const;

/** Answers of a probe that a program gives, or does not give, while it waits for another. */
const WAITING_ANSWER =
  /statuscode: 5\d\d|refused|deadline exceeded|timeout|timed out|NOT_SERVING|not serving|unhealthy/i;

/**
 * Whether the server that is not reached can be what is wrong with the pod: surely where the container ended over it or
 * waits for it; for one that runs, only where its probe gets what a program answers that lacks something.
 */
export function isDecisive({ phase, view, isGuess }: Connection): boolean {
  if (isGuess) return false;
  if (phase !== "runs") return true;
  const failed = view.events.filter(({ reason }) => reason === "Unhealthy");
  const newest = failed.sort((a, b) => (lastSeen(a) < lastSeen(b) ? 1 : -1))[0]?.message;
  return newest === undefined || WAITING_ANSWER.test(newest);
}
