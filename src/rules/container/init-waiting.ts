import { refTo } from "../../objects/object.ts";
import type { LogObject } from "../../snapshot/log-object.ts";
import { kubectl } from "../../text/command.ts";
import { duration, list, name, type Text, text, value } from "../../text/text.ts";
import { hostInCommand } from "../../text/unreached-host.ts";
import type { Evidence } from "../finding.ts";
import { seen } from "../finding.ts";
import type { ContainerView, PodInput } from "../pod-input.ts";
import { look } from "../repair.ts";
import { defineRule } from "../rule.ts";
import { causeOf } from "./log-cause.ts";
import { hostFacts } from "./service-of-host.ts";
import { commandEvidence, commandLine } from "./words.ts";

interface Waiting {
  readonly seconds: number;
  readonly line?: string;
  readonly host?: string;
  /** By its command or its log it repeats one question; else it merely takes long. */
  readonly isLoop: boolean;
}

/** A wait shorter than this is no news. */
const PATIENCE_SECONDS = 15;
/** An init container of which nothing says that it waits may take this long. */
const LONG_SECONDS = 600;
const LOOP = /\b(?:until|while)\b[\s\S]*\b(?:sleep|do)\b|wait-?for|dockerize .{0,500}-wait|pg_isready|nc -z/;
const SAYS_SO =
  /wait|retry|not (?:yet )?(?:ready|available|found|up)|refused|can't resolve|can't find|unavailable|NXDOMAIN|timed out|sleeping|bad address|unreachable|not known/i;

/** An init container runs and waits for something that does not come. */
export default defineRule<Waiting>({
  id: "container/init-waiting",
  title: "An init container waits for something",
  effect: "delays",
  needs: ["Log", "Service"],
  check: (input) => {
    const { pod, containers, snapshot } = input;
    if (pod.metadata.deletionTimestamp || pod.status?.reason) return [];
    const view = containers.find(({ role, status }) => role === "init" && status?.state?.terminated?.exitCode !== 0);
    const seconds = snapshot.secondsSince(view?.status?.state?.running?.startedAt);
    if (!view?.statusPath || seconds === undefined || seconds < PATIENCE_SECONDS) return [];
    const said = lastLine(view, input);
    const command = [...(view.spec.command ?? []), ...(view.spec.args ?? [])].join(" ");
    const isLoop = LOOP.test(command) || (said?.repeats ?? false);
    if (!isLoop && seconds < LONG_SECONDS) return [];
    const host = hostIn(said?.line, command);
    const facts = host === undefined ? undefined : hostFacts(host, input);
    const isAbsent = facts?.kind === "service" && facts.found.state === "absent";
    return [
      {
        subject: refTo(pod),
        container: view.name,
        confidence: isAbsent ? ("certain" as const) : isLoop ? ("likely" as const) : ("possible" as const),
        // What is not there does not come by itself.
        effect: isAbsent ? ("blocks" as const) : ("delays" as const),
        facts: { seconds, ...(said && { line: said.line }), ...(host !== undefined && { host }), isLoop },
        evidence: [
          seen(pod, `${view.statusPath}.state.running.startedAt`, "runs since"),
          ...(said ? [said.evidence] : []),
          ...commandEvidence(view, input).slice(1),
        ] as [Evidence, ...Evidence[]],
      },
    ];
  },
  message: ({ facts, container = "" }, input) => {
    const { host, line, seconds, isLoop } = facts;
    const view = input.containers.find((one) => one.name === container);
    const about = host === undefined ? undefined : hostFacts(host, input);
    const service = about?.kind === "service" ? about : undefined;
    const why = isLoop
      ? text`By its ${line ? "log" : "command"} it asks again and again; until it gets its answer nothing after it starts.`
      : text`Nothing says what it does but its log. Until it ends nothing after it starts.`;
    return {
      headline:
        host === undefined
          ? text`Init container ${name(container)} runs for ${duration(seconds)} and has not ended${line && text`: ${value(line.slice(0, 120))}`}.`
          : text`Init container ${name(container)} waits for ${name(host)}${service && serviceState(service)}.`,
      why,
      notes: view && !line && view.spec.command ? [text`It runs ${commandLine(view.spec.command)}.`] : [],
      outlook: text`It has no time limit of its own: it goes on as soon as what it waits for is there.`,
    };
  },
  fixes: ({ facts, container = "" }, input) => {
    const { namespace, name: podName } = input.pod.metadata;
    const about = facts.host === undefined ? undefined : hostFacts(facts.host, input);
    const looks = [
      look(text`Read what it says.`, kubectl("reads", namespace, "logs", podName, "-c", container, "--tail=20")),
    ];
    if (about?.kind !== "service") return looks;
    if (about.found.state === "absent")
      return [
        look(
          text`See the Services of namespace ${name(about.namespace)}.`,
          kubectl("reads", about.namespace, "get", "services"),
        ),
        {
          title: text`Make the Service, in front of the workload that it is to lead to.`,
          commands: [
            kubectl(
              "changes",
              about.namespace,
              "expose",
              "deployment",
              "<deployment>",
              `--name=${about.name}`,
              "--port=<port>",
            ),
          ],
          applies: "fill-in",
          by: "workload-owner",
        },
      ];
    return [
      look(
        about.found.state === "unknown"
          ? text`See whether the Service exists, and which pods it selects.`
          : text`See which pods the Service selects, and why they are not ready.`,
        kubectl("reads", about.namespace, "describe", "service", about.name),
        kubectl("reads", about.namespace, "get", "endpointslices", "-l", `kubernetes.io/service-name=${about.name}`),
      ),
      ...looks,
    ];
  },
  doc: {
    means:
      "An init container that waits for another service (`until nslookup db; do sleep 2; done` and the like) runs until it gets its answer, and holds up all containers after it.",
    seenIn:
      "`Init:0/1`; initContainerStatuses running. No field says that it waits: its command, and the repetition in its log do.",
    repair: "Bring up what it waits for.",
    notToConfuseWith: "An init container that makes progress, such as a migration or a download.",
    catalogue: ["init-waiting"],
  },
});

function serviceState({
  name: service,
  namespace,
  found,
  readyEndpoints,
  like,
}: Extract<ReturnType<typeof hostFacts>, { kind: "service" }>): Text {
  if (found.state === "absent")
    return text`; there is no Service ${name(service)} in namespace ${name(namespace)}${like.length > 0 && text` (${list(like.map(name))} is)`}`;
  if (found.state === "found" && readyEndpoints === 0) return text`; Service ${name(service)} has no ready endpoint`;
  return [];
}

/** The last line of the running init container, and whether its end repeats itself. */
function lastLine(view: ContainerView, { pod, snapshot }: PodInput) {
  const found = snapshot.find("Log", pod.metadata.namespace, `${pod.metadata.name}/${view.name}`);
  const log = found.state === "found" ? (found.object as LogObject) : undefined;
  const lines = log?.current?.lines ?? [];
  const said = lines.flatMap((line, index) => (line.trim() ? [{ line: line.trim(), index }] : []));
  const end = said.slice(-24);
  // The line that says most: one that names what is missing, else the last.
  const best =
    end.findLast(({ line }) => causeOf(line) !== undefined) ??
    end.findLast(({ line }) => SAYS_SO.test(line)) ??
    end.at(-1);
  if (!log || !best) return undefined;
  const shape = (line: string) => line.replace(/\d+/g, "0");
  const times = end.filter(({ line }) => shape(line) === shape(best.line)).length;
  return {
    line: best.line,
    repeats: times >= 3 && SAYS_SO.test(best.line),
    evidence: seen(log, `current.lines[${best.index}]`, "last words"),
  };
}

function hostIn(line: string | undefined, command: string): string | undefined {
  const cause = line === undefined ? undefined : causeOf(line);
  if ((cause?.kind === "unknown-host" || cause?.kind === "unreachable") && cause.host) return cause.host;
  return hostInCommand(command)?.host;
}
