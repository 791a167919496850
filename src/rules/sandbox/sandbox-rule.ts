import { groupBy } from "../../objects/group-by.ts";
import type { Node } from "../../objects/node.ts";
import { refTo } from "../../objects/object.ts";
import type { Pod } from "../../objects/pod.ts";
import type { Lookup } from "../../snapshot/lookup.ts";
import { kubectl } from "../../text/command.ts";
import { list, name, type Piece, type Text, text, value } from "../../text/text.ts";
import type { Confidence, Evidence, Fix, Impact, RuleId } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import { podsOfNode } from "../repair.ts";
import { defineRule, type Rule, type RuleDoc } from "../rule.ts";
import type { SandboxCause } from "./sandbox-error.ts";
import { type SandboxFailure, sandboxFailure } from "./sandbox-failure.ts";

/** What programs get to know about a sandbox that cannot be made. */
export interface SandboxFacts {
  readonly detail: string;
  readonly names: { readonly [what: string]: string };
  readonly tries: number;
}

export interface SandboxRuleSpec {
  readonly id: RuleId;
  readonly title: string;
  readonly causes: readonly SandboxCause[];
  readonly effect?: Impact;
  readonly needs?: readonly string[];
  fits?(failure: SandboxFailure, input: PodInput): boolean;
  confidence?(failure: SandboxFailure, input: PodInput): Confidence;
  evidence?(failure: SandboxFailure, input: PodInput): readonly Evidence[];
  headline(failure: SandboxFailure, input: PodInput): Text;
  why(failure: SandboxFailure, input: PodInput): Text;
  notes?(failure: SandboxFailure, input: PodInput): readonly Text[];
  fixes(failure: SandboxFailure, input: PodInput): readonly Fix[];
  readonly doc: RuleDoc;
}

/** A rule about a sandbox that cannot be made, told by the newest event about it. */
export function sandboxRule(spec: SandboxRuleSpec): Rule {
  const { id, title, causes, effect = "blocks", needs = ["Event", "Node", "Pod"], doc } = spec;
  const mine = (input: PodInput): SandboxFailure | undefined => {
    const failure = sandboxFailure(input);
    return failure && causes.includes(failure.error.cause) && (spec.fits?.(failure, input) ?? true)
      ? failure
      : undefined;
  };
  const again = (input: PodInput): SandboxFailure => {
    const failure = mine(input);
    if (!failure) throw new Error("the sandbox does not fail this way");
    return failure;
  };
  return defineRule<SandboxFacts>({
    id,
    title,
    effect,
    needs,
    check: (input) => {
      const failure = mine(input);
      if (!failure) return [];
      return [
        {
          subject: refTo(input.pod),
          confidence: spec.confidence?.(failure, input) ?? "certain",
          evidence: [...failure.evidence, ...(spec.evidence?.(failure, input) ?? [])],
          facts: { detail: failure.error.words, names: failure.error.names, tries: failure.tries },
        },
      ];
    },
    message: (_, input) => {
      const failure = again(input);
      return {
        headline: spec.headline(failure, input),
        why: spec.why(failure, input),
        notes: [...(spec.notes?.(failure, input) ?? []), ...reachNotes(input)],
        outlook: RETRIES,
      };
    },
    fixes: (_, input) => spec.fixes(again(input), input),
    // The cause sits on the node: pods of one node share it, whatever ids their messages hold.
    groupKey: ({ facts }) => `${id} ${JSON.stringify(facts.names)}`,
    doc,
  });
}

const RETRIES = text`The kubelet tries again every 10 to 15 s.`;

/** The node the pod is bound to. */
export const nodeName = ({ pod }: PodInput): Piece => name(pod.spec.nodeName ?? "");

/** The words, as long as a headline bears. */
export const shortWords = ({ error: { words } }: SandboxFailure, most = 100): Piece =>
  value(words.length > most ? `${words.slice(0, most - 1)}…` : words);

/** The node itself, where it was read. */
export const nodeOf = ({ node }: PodInput): Node | undefined => (node?.state === "found" ? node.object : undefined);

/** Who else fails on the node in the same way. */
function reachNotes({ pod, snapshot }: PodInput): readonly Text[] {
  const all = withoutSandbox.get(snapshot) ?? findWithoutSandbox(snapshot);
  withoutSandbox.set(snapshot, all);
  const here = all.get(pod.spec.nodeName) ?? [];
  const isOneOfThem = here.some((one) => one.metadata.name === pod.metadata.name);
  const total = here.length - (isOneOfThem ? 1 : 0);
  const others = here.slice(0, 4).filter((one) => one.metadata.name !== pod.metadata.name);
  return total > 0
    ? [
        text`On the same node ${list(
          others.map(({ metadata }) => name(metadata.name)),
          3,
          total,
        )} ${total > 1 ? "have" : "has"} no sandbox either: the trouble is the node's, not the pod's.`,
      ]
    : [];
}

const withoutSandbox = new WeakMap<Lookup, ReadonlyMap<string | undefined, readonly Pod[]>>();

/** By their nodes: once for all pods of a snapshot. */
const findWithoutSandbox = (snapshot: Lookup): ReadonlyMap<string | undefined, readonly Pod[]> =>
  groupBy(
    snapshot
      .list("Pod")
      .items.filter((one) =>
        snapshot
          .eventsOf(one)
          .some(({ reason }) => reason === "FailedCreatePodSandBox" || reason === "NetworkNotReady"),
      ),
    ({ spec }) => spec.nodeName,
  );

/** The pods on the node that belong to its network: known names, or the plugin's own. */
export function agentsOn({ pod, snapshot }: PodInput, plugin = ""): readonly Pod[] {
  const stem = plugin.replace(/-(?:cni|vnet|net|node|agent)$/, "").toLowerCase();
  const all = helpers.get(snapshot) ?? findHelpers(snapshot);
  helpers.set(snapshot, all);
  return (all.get(pod.spec.nodeName) ?? []).filter(
    ({ metadata }) =>
      metadata.name !== pod.metadata.name &&
      (AGENTS.test(metadata.name) ||
        (stem.length > 3 && isOfDaemonSet(metadata) && metadata.name.toLowerCase().includes(stem))),
  );
}

const AGENTS =
  /^(?:calico-node|cilium-(?!operator)|kube-flannel|aws-node|azure-(?:cni|cns|vnet)|weave-net|antrea-agent|kube-router|ovnkube-node|ovs-|kube-ovn-cni|kindnet|kube-multus|multus|canal|sdn-|cni-|genie)/;

const isOfDaemonSet = ({ ownerReferences }: Pod["metadata"]) =>
  ownerReferences?.some(({ kind }) => kind === "DaemonSet") === true;

const helpers = new WeakMap<Lookup, ReadonlyMap<string | undefined, readonly Pod[]>>();

/** The few pods of each node that can be such, once for all pods of a snapshot. */
const findHelpers = (snapshot: Lookup) =>
  groupBy(
    snapshot.list("Pod").items.filter(({ metadata }) => AGENTS.test(metadata.name) || isOfDaemonSet(metadata)),
    ({ spec }) => spec.nodeName,
  );

/** What the network's agents on the node are doing. */
export function agentNotes(input: PodInput, plugin?: string): readonly Text[] {
  const agents = agentsOn(input, plugin);
  const broken = agents.filter(isBroken);
  if (broken.length > 0)
    return broken.map(
      (one) =>
        text`Its agent on the node, pod ${name(`${one.metadata.namespace}/${one.metadata.name}`)}, is not well: ${value(stateOf(one))}.`,
    );
  return agents.length > 0
    ? [
        text`Its agent on the node, pod ${list(agents.map(({ metadata }) => name(`${metadata.namespace}/${metadata.name}`)))}, says it is ready.`,
      ]
    : [];
}

/** Evidence for the same. */
export const brokenAgents = (input: PodInput, plugin?: string): readonly Pod[] =>
  agentsOn(input, plugin).filter(isBroken);

const isBroken = ({ status }: Pod): boolean =>
  status?.phase !== "Running" || (status.containerStatuses ?? []).some(({ ready }) => ready !== true);

function stateOf({ status }: Pod): string {
  const waiting = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])].find(
    ({ state }) => state?.waiting?.reason,
  );
  return waiting?.state?.waiting?.reason ?? (status?.phase === "Running" ? "not ready" : (status?.phase ?? "unknown"));
}

/** Looks at the network's agent: its log where the pod is known, else all pods of the node. */
export function lookAtAgent(input: PodInput, plugin: string | undefined, title: Text): Fix {
  const [agent] = [...brokenAgents(input, plugin), ...agentsOn(input, plugin)];
  return {
    title,
    commands: agent
      ? [
          kubectl("reads", agent.metadata.namespace, "describe", "pod", agent.metadata.name),
          kubectl("reads", agent.metadata.namespace, "logs", agent.metadata.name, "--all-containers", "--tail=50"),
        ]
      : [podsOfNode(input)],
    applies: "as-is",
    by: "cluster-admin",
  };
}

/** Makes the agent on the node anew. */
export function restartAgent(input: PodInput, plugin: string | undefined, title: Text): readonly Fix[] {
  const [agent] = [...brokenAgents(input, plugin), ...agentsOn(input, plugin)];
  return agent
    ? [
        {
          title,
          commands: [kubectl("deletes", agent.metadata.namespace, "delete", "pod", agent.metadata.name)],
          applies: "maybe",
          by: "cluster-admin",
        },
      ]
    : [];
}

/** Looks at the node. */
export const describeNode = (input: PodInput, title: Text): Fix => ({
  title,
  commands: [kubectl("reads", undefined, "describe", "node", input.pod.spec.nodeName ?? "")],
  applies: "as-is",
  by: "cluster-admin",
});
