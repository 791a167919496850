import { matchesSelector } from "../../objects/label-selector.ts";
import { allows, type NetworkPolicy, type OtherEnd, policiesOn, type Verdict } from "../../objects/network-policy.ts";
import { refTo } from "../../objects/object.ts";
import { isReady, type Pod } from "../../objects/pod.ts";
import { type Service, selectorOfService } from "../../objects/service.ts";
import { kubectl } from "../../text/command.ts";
import { list, name, path, type Text, text } from "../../text/text.ts";
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
} from "./connection.ts";
import { clusterDns, DNS_LABEL, DNS_NAMESPACE } from "./dns-of-cluster.ts";

interface Facts {
  /** What the policies keep the pod from: DNS, or the server itself. */
  readonly blocks: "dns" | "server";
  readonly direction: "Egress" | "Ingress";
  /** Policies that select the pod (Egress) or the pods it asks for (Ingress). */
  readonly policies: readonly string[];
  readonly policyNamespace: string;
  readonly host: string;
  readonly port?: number;
  /** `no`: by what they say they do not allow it. `maybe`: what could be seen does not decide it. */
  readonly allowed: "no" | "maybe";
}

/** A NetworkPolicy selects the pod, and what it asks for does not answer. */
export default defineRule<Facts>({
  id: "container/network-policy",
  title: "A NetworkPolicy may keep the pod from what it asks for",
  effect: "blocks",
  needs: ["Log", "NetworkPolicy"],
  explains: FOLLOWS_FROM_NO_CONNECTION,
  check: (input) =>
    limits(input).map(({ connection, facts, policies }) => ({
      subject: refTo(input.pod),
      container: connection.view.name,
      // Whether policies count at all is up to the network plugin.
      confidence: "possible" as const,
      ...(!isDecisive(connection) || facts.allowed === "maybe" || isRefused(connection)
        ? { effect: "risks" as const }
        : {}),
      evidence: [
        ...connection.evidence,
        ...policies.slice(0, 3).map((policy) => evidenceOf(policy, facts.direction)),
      ] as const,
      facts,
    })),
  message: (match, input) => {
    const { connection } = matching(match, input);
    const { blocks, direction, policies, policyNamespace, allowed, port } = match.facts;
    const who = text`NetworkPolicy ${list(policies.map((one) => name(`${policyNamespace}/${one}`)))}`;
    const verb = policies.length === 1 ? "does" : "do";
    const what =
      blocks === "dns"
        ? text`${who} ${verb} not let the pod ask DNS (port 53)`
        : direction === "Egress"
          ? text`${who} ${verb} not let the pod connect there`
          : text`${who} ${verb} not let this pod in there`;
    return {
      headline:
        allowed === "no"
          ? text`${askerWords(connection)} ${hostWords(connection)}: ${what}.`
          : text`${who} ${policies.length === 1 ? "limits" : "limit"} ${direction === "Egress" ? "what the pod may connect to" : "who may connect there"}, perhaps ${hostWords(connection)} too.`,
      why: text`A pod that a policy for ${path(direction)} selects may do only what some such policy allows; most network plugins drop the rest, so that nothing answers.`,
      notes: [
        text`Whether it is this depends on the network plugin; some do not look at policies at all.`,
        isRefused(connection) &&
          text`The connection was refused; packets that a policy stops are dropped by most plugins, and that ends in a time-out.`,
        port !== undefined && blocks === "server" && text`Policies are about ports of pods: here ${port}.`,
      ].filter((note): note is Text => note !== false),
    };
  },
  fixes: (match, input) => fixesOf(matching(match, input), input),
  groupKey: ({ facts }) => `${facts.policyNamespace}/${facts.policies.join(" ")} ${facts.direction} ${facts.blocks}`,
  doc: {
    means:
      "The program gets no answer from a server or from DNS, and a NetworkPolicy selects the pod, or the pods it asks for, and as far as can be seen does not allow the connection. That is never certain: the network plugin decides what policies mean.",
    seenIn:
      "A log line about a time-out (or a name that gets no answer), and spec.podSelector, policyTypes, egress and ingress of the NetworkPolicies of both namespaces, applied to the pods and ports behind the Service.",
    repair: "Allow the connection with a rule of its own, or DNS with one for port 53.",
    notToConfuseWith: "container/service-no-endpoints: there nothing would answer without the policy either.",
    catalogue: ["crash-app-error", "init-waiting"],
  },
});

interface Limit {
  readonly connection: Connection;
  readonly policies: readonly NetworkPolicy[];
  readonly ends: readonly OtherEnd[];
  readonly facts: Facts;
}

const isRefused = ({ trouble }: Connection) => trouble?.kind === "unreachable" && trouble.how === "refused";

function limits(input: PodInput): readonly Limit[] {
  return connections(input).flatMap((connection) => (connection.isGuess ? [] : (limitOf(connection, input) ?? [])));
}

function limitOf(connection: Connection, input: PodInput): Limit | undefined {
  const { trouble, peer, host, port } = connection;
  const { pod, snapshot } = input;
  const namespace = pod.metadata.namespace ?? "";
  // The kubelet gives pods on the node's network no policy.
  if (pod.spec.hostNetwork) return undefined;
  const own = policiesOn(pod, "Egress", snapshot.list("NetworkPolicy", namespace).items);
  const limit = (
    policies: readonly NetworkPolicy[],
    ends: readonly OtherEnd[],
    allowed: Verdict,
    facts: Pick<Facts, "blocks" | "direction" | "policyNamespace" | "port">,
  ): Limit | undefined =>
    policies.length === 0 || allowed === "yes"
      ? undefined
      : {
          connection,
          policies,
          ends,
          facts: { ...facts, host, allowed, policies: policies.map(({ metadata }) => metadata.name).sort() },
        };
  if (trouble?.kind === "unknown-host") {
    // Who answers that there is no such name was reached.
    if (trouble.answer === "no-such-name" || clusterDns(snapshot).readyEndpoints === 0) return undefined;
    const dns: OtherEnd = { namespace: DNS_NAMESPACE, labels: DNS_LABEL };
    const allowed = allows(own, "Egress", dns, { number: 53, protocol: "UDP" });
    return limit(own, [dns], allowed, { blocks: "dns", direction: "Egress", policyNamespace: namespace });
  }
  if (peer.kind === "self") return undefined;
  if (peer.kind === "service" && (peer.found.state === "absent" || peer.readyEndpoints === 0)) return undefined;
  const { ends, target, pods } = otherEnds(connection, input);
  const to = { ...(target !== undefined && { number: target }), protocol: "TCP" };
  const facts = {
    blocks: "server" as const,
    ...((target ?? port) !== undefined && { port: target ?? (port as number) }),
  };
  const out = limit(own, ends, worst(ends.map((end) => allows(own, "Egress", end, to))), {
    ...facts,
    direction: "Egress",
    policyNamespace: namespace,
  });
  if (out?.facts.allowed === "no") return out;
  const there = peer.kind === "service" ? peer.namespace : (pods[0]?.metadata.namespace ?? namespace);
  const from: OtherEnd = {
    namespace,
    ...(pod.metadata.labels && { labels: pod.metadata.labels }),
    ...namespaceLabels(namespace, input),
    ...podAddress(pod),
  };
  const theirs = pods.map((one) => policiesOn(one, "Ingress", snapshot.list("NetworkPolicy", there).items));
  const guards = [...new Set(theirs.flat())];
  const verdicts = theirs.map((some) => (some.length === 0 ? "yes" : allows(some, "Ingress", from, to)));
  return limit(guards, [from], worst(verdicts), { ...facts, direction: "Ingress", policyNamespace: there }) ?? out;
}

/** One that is open is enough for a Service to answer now and then, all that are shut make it silent. */
function worst(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.length > 0 && verdicts.every((one) => one === "no")) return "no";
  return verdicts.length > 0 && verdicts.every((one) => one === "yes") ? "yes" : "maybe";
}

/** The pods behind what is asked for, or what else is known of it, and the port there. */
function otherEnds(
  { peer, host, port }: Connection,
  input: PodInput,
): { readonly ends: readonly OtherEnd[]; readonly target?: number; readonly pods: readonly Pod[] } {
  const { snapshot } = input;
  if (peer.kind !== "service") {
    const at = peer.kind === "address" ? snapshot.list("Pod").items.filter(({ status }) => status?.podIP === host) : [];
    const ends = at.map((one) => endOf(one, input));
    if (ends.length > 0) return { ends, pods: at, ...(port !== undefined && { target: port }) };
    const outside = peer.kind === "address" ? { address: host, mayBePod: isPrivate(host) } : {};
    return { ends: [outside], pods: [], ...(port !== undefined && { target: port }) };
  }
  const service = peer.found.state === "found" ? peer.found.object : undefined;
  const selector = service && selectorOfService(service);
  const pods = selector
    ? snapshot
        .list("Pod", peer.namespace)
        .items.filter((one) => matchesSelector({ matchLabels: selector }, one.metadata.labels) && isReady(one))
    : [];
  const target = service && port !== undefined ? targetOf(service, port, pods) : undefined;
  // Without the pods their labels are known as far as the selector goes, and that decides nothing against it.
  const unseen: OtherEnd = { namespace: peer.namespace, ...namespaceLabels(peer.namespace, input) };
  return {
    ends: pods.length > 0 ? pods.map((one) => endOf(one, input)) : [unseen],
    pods,
    ...(target !== undefined && { target }),
  };
}

const endOf = (pod: Pod, input: PodInput): OtherEnd => ({
  namespace: pod.metadata.namespace ?? "",
  labels: pod.metadata.labels ?? {},
  ...namespaceLabels(pod.metadata.namespace ?? "", input),
  ...podAddress(pod),
});

const podAddress = ({ status }: Pod) => (status?.podIP ? { address: status.podIP } : {});

function namespaceLabels(namespace: string, { snapshot }: PodInput): Pick<OtherEnd, "namespaceLabels"> {
  const found = snapshot.get("Namespace", undefined, namespace);
  return found ? { namespaceLabels: found.metadata.labels ?? {} } : {};
}

/** Addresses that a cluster may give to its pods (RFC 1918, and what clouds take of RFC 6598). */
const isPrivate = (address: string) =>
  /^(?:10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.)/.test(address) ||
  address.includes(":");

/** The port of the pods that a port of a Service leads to. */
function targetOf({ spec }: Service, port: number, pods: readonly Pod[]): number | undefined {
  // Behind a headless Service the pods are asked at the very port.
  if (spec?.clusterIP === "None") return port;
  const served = spec?.ports?.find((one) => one.port === port);
  const target = served?.targetPort ?? served?.port;
  if (typeof target !== "string") return target;
  const declared = pods.flatMap(({ spec: { containers } }) =>
    containers.flatMap(({ ports = [] }) => ports),
  ) as readonly {
    readonly name?: string;
    readonly containerPort?: number;
  }[];
  return declared.find((one) => one.name === target)?.containerPort;
}

function matching({ container }: Match<Facts>, input: PodInput): Limit {
  const found = limits(input).find(({ connection }) => connection.view.name === container);
  if (!found) throw new Error(`no policy concerns container ${container}`);
  return found;
}

function evidenceOf(policy: NetworkPolicy, direction: Facts["direction"]): Evidence {
  const field = direction === "Egress" ? "egress" : "ingress";
  const { spec } = policy;
  if (spec?.[field]) return seen(policy, `spec.${field}`, `allows (${direction})`);
  return spec?.policyTypes
    ? seen(policy, "spec.policyTypes", "allows nothing of")
    : seen(policy, "spec.podSelector", "selects");
}

function fixesOf({ policies, facts, connection }: Limit, input: PodInput): readonly Fix[] {
  const { direction, blocks, policyNamespace, port } = facts;
  const [first] = policies;
  const field = direction === "Egress" ? "egress" : "ingress";
  const peer =
    blocks === "dns"
      ? inNamespace(DNS_NAMESPACE)
      : direction === "Egress"
        ? destination(connection, input)
        : inNamespace(input.pod.metadata.namespace ?? "", labelsOf(input));
  const ports =
    blocks === "dns"
      ? ["UDP", "TCP"].map((protocol) => ({ protocol, port: 53 }))
      : port !== undefined
        ? [{ protocol: "TCP", port }]
        : undefined;
  const rule = { ...(peer && { [direction === "Egress" ? "to" : "from"]: [peer] }), ...(ports && { ports }) };
  const isFirst = !first?.spec?.[field];
  const patch = [{ op: "add", path: isFirst ? `/spec/${field}` : `/spec/${field}/-`, value: isFirst ? [rule] : rule }];
  const looks = look(
    text`See what the policies allow.`,
    ...policies
      .slice(0, 3)
      .map(({ metadata }) => kubectl("reads", policyNamespace, "describe", "networkpolicy", metadata.name)),
  );
  // A rule without a peer and a port would allow everything.
  if (!first || Object.keys(rule).length === 0) return [looks];
  return [
    {
      title: text`Allow ${blocks === "dns" ? "DNS" : "the connection"} in NetworkPolicy ${name(first.metadata.name)}.`,
      commands: [
        kubectl(
          "changes",
          policyNamespace,
          "patch",
          "networkpolicy",
          first.metadata.name,
          "--type=json",
          "-p",
          JSON.stringify(patch),
        ),
      ],
      applies: "maybe",
      by: "cluster-admin",
    },
    looks,
  ];
}

const inNamespace = (namespace: string, labels?: Readonly<Record<string, string>>) => ({
  namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
  ...(labels && { podSelector: { matchLabels: labels } }),
});

function destination({ peer, host }: Connection, { pod }: PodInput) {
  if (peer.kind === "address" && !host.includes(":")) return { ipBlock: { cidr: `${host}/32` } };
  if (peer.kind !== "service") return undefined;
  const selector = peer.found.state === "found" ? selectorOfService(peer.found.object) : undefined;
  if (peer.namespace !== pod.metadata.namespace) return inNamespace(peer.namespace, selector);
  return { podSelector: selector ? { matchLabels: selector } : {} };
}

/** Labels of the pod that those of its kind share: without the hashes of its template. */
function labelsOf({ pod, owners, workload }: PodInput): Readonly<Record<string, string>> {
  const object = owners.find(({ ref }) => ref.kind === workload.kind && ref.name === workload.name)?.object;
  const { matchLabels } = ((
    object as { spec?: { selector?: { matchLabels?: Readonly<Record<string, string>> } } } | undefined
  )?.spec?.selector ?? {}) as { matchLabels?: Readonly<Record<string, string>> };
  const own = Object.entries(pod.metadata.labels ?? {}).filter(
    ([key]) => !/hash|pod-index|pod-name|generation/.test(key),
  );
  return matchLabels ?? Object.fromEntries(own);
}
