import { matchesSelector } from "../../objects/label-selector.ts";
import { refTo } from "../../objects/object.ts";
import { isReady, type Pod } from "../../objects/pod.ts";
import { type Service, type ServicePort, selectorOfService } from "../../objects/service.ts";
import { kubectl } from "../../text/command.ts";
import { list, name, type Piece, type Text, text } from "../../text/text.ts";
import { type Evidence, type Fix, seen } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import { look } from "../repair.ts";
import { defineRule, type Match } from "../rule.ts";
import {
  askerWords,
  type Connection,
  connections,
  FOLLOWS_FROM_NO_CONNECTION,
  hostWords,
  isDecisive,
  setHost,
} from "./connection.ts";

type Reason =
  /** The Service has no port of that number. */
  | "no-such-port"
  /** Its targetPort is a name that no container of its pods has. */
  | "target-name"
  /** Its targetPort is a number that its pods do not declare, and they declare others. */
  | "target-number";

interface Facts {
  readonly service: string;
  readonly namespace: string;
  readonly port: number;
  readonly reason: Reason;
  /** What the Service sends the connection to. */
  readonly targetPort?: number | string;
  /** Ports of the Service. */
  readonly ports: readonly number[];
  /** Ports that the pods behind it declare. */
  readonly declared: readonly number[];
}

/** A container asks for a Service at a port that it does not serve. */
export default defineRule<Facts>({
  id: "container/service-port",
  title: "A Service does not serve the port that a container asks for",
  effect: "blocks",
  needs: ["Log", "Service", "EndpointSlice", "Pod"],
  explains: FOLLOWS_FROM_NO_CONNECTION,
  check: (input) =>
    mismatches(input).map(({ connection, service, index, facts }) => ({
      subject: refTo(input.pod),
      container: connection.view.name,
      confidence: facts.reason === "target-number" ? ("possible" as const) : ("likely" as const),
      ...(!isDecisive(connection) && { effect: "risks" as const }),
      evidence: [...connection.evidence, ...evidenceOf(service, index)] as const,
      facts,
    })),
  message: (match, input) => {
    const { connection, facts } = matching(match, input);
    const { reason, port, targetPort, ports, declared } = facts;
    const service = text`Service ${name(`${facts.namespace}/${facts.service}`)}`;
    const target = name(String(targetPort));
    const what =
      reason === "no-such-port"
        ? text`${service} has no port ${port}, but ${numbers(ports)}`
        : reason === "target-name"
          ? text`${service} sends port ${port} to a port named ${target}, which no container of its pods has`
          : text`${service} sends port ${port} to ${target}, which its pods do not declare`;
    return {
      headline: text`${askerWords(connection)} ${hostWords(connection)}: ${what}.`,
      why:
        reason === "no-such-port"
          ? text`A Service forwards its own ports only: at any other its address answers nobody.`
          : reason === "target-name"
            ? text`Pods without a port of that name are no endpoints for it, so nothing is behind port ${port}.`
            : text`The connection arrives at the pods, at a port where perhaps nothing listens: ports are declared for people only, so this is a hint.`,
      notes: [declared.length > 0 && text`The pods behind it declare ${numbers(declared)}.`].filter(
        (note): note is Text => note !== false,
      ),
    };
  },
  fixes: (match, input) => {
    const { connection, facts, index } = matching(match, input);
    const { reason, ports, declared, namespace, service, port } = facts;
    const describe = look(
      text`See the Service's ports and endpoints.`,
      kubectl("reads", namespace, "describe", "service", service),
    );
    if (reason === "no-such-port") return [...askAt(connection, ports, input), addPort(facts), describe];
    const [only] = declared;
    const target = declared.length === 1 && only !== undefined ? only : "<port>";
    return [
      {
        title: text`Send port ${port} to ${target === "<port>" ? "the port where the pods listen" : text`port ${target}, the one that the pods declare`}.`,
        commands: [
          kubectl(
            "changes",
            namespace,
            "patch",
            "service",
            service,
            "--type=json",
            "-p",
            JSON.stringify([{ op: "replace", path: `/spec/ports/${index}/targetPort`, value: target }]),
          ),
        ],
        applies: target === "<port>" ? "fill-in" : reason === "target-name" ? "as-is" : "maybe",
        by: "workload-owner",
      },
      describe,
    ];
  },
  groupKey: ({ facts }) => `${facts.namespace}/${facts.service}:${facts.port} ${facts.reason}`,
  doc: {
    means:
      "The Service is there, with pods behind it, and the port is wrong: the program asks for one that the Service does not have, or the Service sends it to one that its pods do not have.",
    seenIn:
      "A refused connection or a time-out at a port of a Service; spec.ports of the Service, ports of the containers behind it.",
    repair: "Ask for a port that the Service has, or correct its port or targetPort.",
    notToConfuseWith: "container/service-no-endpoints: there nothing is behind any port.",
    catalogue: ["crash-app-error"],
  },
});

const numbers = (ports: readonly number[]): Text => list(ports.map((port): Piece => name(String(port))));

interface Mismatch {
  readonly connection: Connection;
  readonly service: Service;
  /** Of the Service's port; -1 where it has none. */
  readonly index: number;
  readonly facts: Facts;
}

function mismatches(input: PodInput): readonly Mismatch[] {
  return connections(input).flatMap((connection): readonly Mismatch[] => {
    const { peer, trouble } = connection;
    if (trouble?.kind === "unknown-host") return [];
    if (peer.kind !== "service" || peer.found.state !== "found") return [];
    const service = peer.found.object;
    const { spec, metadata } = service;
    const ports = spec?.ports ?? [];
    // A headless Service leads straight to its pods, whatever its ports.
    if (ports.length === 0 || spec?.clusterIP === "None" || spec?.type === "ExternalName") return [];
    // Some tools do not say at which port they were refused.
    const port = connection.port ?? (ports.length === 1 ? ports[0]?.port : undefined);
    if (port === undefined) return [];
    const base = { service: metadata.name, namespace: peer.namespace, port, ports: peer.ports };
    const index = ports.findIndex((one) => one.port === port);
    const served = ports[index];
    const pods = podsBehind(service, peer.namespace, input);
    const declared = declaredBy(pods);
    if (!served) return [{ connection, service, index, facts: { ...base, reason: "no-such-port", declared } }];
    const reason = targetReason(served, pods, declared, trouble?.how);
    return reason
      ? [{ connection, service, index, facts: { ...base, reason, targetPort: served.targetPort ?? port, declared } }]
      : [];
  });
}

/** What is wrong with where a port leads, as far as the pods behind it show. */
function targetReason(
  { targetPort, port }: ServicePort,
  pods: readonly Pod[],
  declared: readonly number[],
  how: string | undefined,
): Reason | undefined {
  const ready = pods.filter(isReady);
  if (ready.length === 0) return undefined;
  if (typeof targetPort === "string")
    return ready.every((pod) => portsOf(pod).every((one) => one.name !== targetPort)) ? "target-name" : undefined;
  // Nothing has to be declared; only a refusal from ready pods that declare other ports speaks against the number.
  return how === "refused" && declared.length > 0 && !declared.includes(targetPort ?? port)
    ? "target-number"
    : undefined;
}

function podsBehind(service: Service, namespace: string, { snapshot }: PodInput): readonly Pod[] {
  const selector = selectorOfService(service);
  if (!selector) return [];
  return snapshot
    .list("Pod", namespace)
    .items.filter(({ metadata }) => matchesSelector({ matchLabels: selector }, metadata.labels));
}

/** Named ports are looked for in containers and sidecars (endpointslice v0.36 utils.go FindPort). */
const portsOf = ({ spec }: Pod) =>
  [
    ...spec.containers,
    ...(spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === "Always"),
  ].flatMap(({ ports = [] }) => ports as readonly { readonly name?: string; readonly containerPort?: number }[]);

const declaredBy = (pods: readonly Pod[]): readonly number[] =>
  [...new Set(pods.flatMap(portsOf).flatMap(({ containerPort }) => containerPort ?? []))].sort((a, b) => a - b);

function matching({ container }: Match<Facts>, input: PodInput): Mismatch {
  const found = mismatches(input).find(({ connection }) => connection.view.name === container);
  if (!found) throw new Error(`container ${container} asks for no port that is wrong`);
  return found;
}

function evidenceOf(service: Service, index: number): readonly Evidence[] {
  const ports = service.spec?.ports ?? [];
  if (index < 0) return ports.map((_, at) => seen(service, `spec.ports[${at}].port`, "port"));
  return ports[index]?.targetPort === undefined
    ? [seen(service, `spec.ports[${index}].port`, "port")]
    : [seen(service, `spec.ports[${index}].targetPort`, "targetPort")];
}

/** The program's own setting with the port that the Service has, where it has one only. */
function askAt(connection: Connection, ports: readonly number[], input: PodInput): readonly Fix[] {
  const [only] = ports;
  if (only === undefined || ports.length > 1) return [];
  return setHost(connection, { port: only }, text`Ask at port ${only}, which the Service has.`, input);
}

/** Lets the Service serve the port that is asked for: one port is moved, beside several a further one is made. */
function addPort({ namespace, service, port, ports, declared }: Facts): Fix {
  const target = declared.includes(port) ? port : declared.length === 1 ? declared[0] : "<port>";
  const isMoved = ports.length === 1;
  const change = isMoved
    ? { op: "replace", path: "/spec/ports/0/port", value: port }
    : { op: "add", path: "/spec/ports/-", value: { name: `port-${port}`, port, targetPort: target } };
  return {
    title: isMoved
      ? text`Or let the Service serve port ${port} instead of ${numbers(ports)}; whoever else asks for it has to follow.`
      : text`Or let the Service serve port ${port} too.`,
    commands: [
      kubectl("changes", namespace, "patch", "service", service, "--type=json", "-p", JSON.stringify([change])),
    ],
    applies: target === "<port>" && !isMoved ? "fill-in" : "maybe",
    by: "workload-owner",
  };
}
