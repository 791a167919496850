import type { Json } from "../../objects/object.ts";
import { refTo } from "../../objects/object.ts";
import { showAmount } from "../../objects/quantity.ts";
import { taintText } from "../../objects/toleration.ts";
import type { Lack } from "../../scheduler/filter.ts";
import type { NodeFit } from "../../scheduler/fit.ts";
import { list, name, type Text, text, value } from "../../text/text.ts";
import { type Evidence, type Fix, type RuleId, resolvePath, seen } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import { defineRule, type Rule, type RuleDoc } from "../rule.ts";
import { changeFix, changesFor } from "./change-fixes.ts";
import { causes, nearestNodes, type Obstacle, obstacleOf, type Refusal, type Verdict, verdictOn } from "./verdict.ts";

/** One obstacle as the rules about it see it. */
export interface Obstruction {
  readonly verdict: Verdict;
  /** What the sentence says of it; several for resources. */
  readonly refusals: readonly Refusal[];
  /** The nodes that come nearest and have it, nearest first; empty where our own run does not serve. */
  readonly nearest: readonly NodeFit[];
  /** What the nearest of them lacks by it. */
  readonly lacks: readonly Lack[];
}

export interface RefusalRuleSpec {
  readonly id: RuleId;
  readonly title: string;
  readonly obstacles: readonly Obstacle[];
  /** Kinds beside nodes and pods without which it is less sure. */
  readonly needs?: readonly string[];
  /** A finer test than the obstacle alone: which resource, which taint. */
  fits?(obstruction: Obstruction): boolean;
  headline(obstruction: Obstruction, input: PodInput): Text;
  why(obstruction: Obstruction, input: PodInput): Text;
  notes?(obstruction: Obstruction, input: PodInput): readonly Text[];
  evidence?(obstruction: Obstruction, input: PodInput): readonly Evidence[];
  /** What to do where no change could be worked out: the nodes are not known, or nothing that was tried helps. */
  fixes(obstruction: Obstruction, input: PodInput): readonly Fix[];
  /** What to look at or to do besides the changes that were worked out. */
  beside?(obstruction: Obstruction, input: PodInput): readonly Fix[];
  readonly doc: RuleDoc;
}

/** A rule about one thing that keeps a pod from the nodes: the sentence decides, our own run of the filters adds names and numbers. */
export function refusalRule(spec: RefusalRuleSpec): Rule {
  const obstructionOf = (input: PodInput): Obstruction | undefined => {
    const verdict = verdictOn(input);
    if (!verdict || !causes(verdict).some((cause) => spec.obstacles.includes(cause))) return undefined;
    const isMine = (lack: Lack) => spec.obstacles.includes(obstacleOf(lack));
    const nearest = verdict.fit ? nearestNodes(verdict.fit) : [];
    const lacks = nearest[0]?.rejections.map(({ lack }) => lack).filter(isMine) ?? [];
    const refusals = verdict.refusals.filter(({ obstacle }) => spec.obstacles.includes(obstacle));
    const obstruction = { verdict, refusals, nearest, lacks };
    return (spec.fits?.(obstruction) ?? true) ? obstruction : undefined;
  };
  return defineRule<Json>({
    id: spec.id,
    title: spec.title,
    effect: "blocks",
    needs: ["Node", "Pod", ...(spec.needs ?? [])],
    check(input) {
      const obstruction = obstructionOf(input);
      if (!obstruction) return [];
      const { verdict } = obstruction;
      return [
        {
          subject: refTo(input.pod),
          // The scheduler itself says so; that nothing lighter stands in the way only our own run shows.
          confidence: verdict.fit || verdict.refusals.length === 1 ? "certain" : "likely",
          evidence: [verdict.source, ...(spec.evidence?.(obstruction, input) ?? []), ...nodeEvidence(obstruction)],
          facts: factsOf(obstruction),
        },
      ];
    },
    message(_, input) {
      const obstruction = obstructionOf(input);
      if (!obstruction) throw new Error("no obstruction");
      return {
        headline: spec.headline(obstruction, input),
        why: text`${spec.why(obstruction, input)}${otherNodes(obstruction, spec.obstacles)}`,
        notes: [
          ...(spec.notes?.(obstruction, input) ?? []),
          ...staleNote(verdictOn(input)),
          ...hopelessNote(obstruction, input, spec.beside?.(obstruction, input) ?? []),
        ],
      };
    },
    fixes(_, input) {
      const obstruction = obstructionOf(input);
      if (!obstruction) return [];
      const changes = changesFor(input, obstruction.verdict);
      if (changes.length === 0) return spec.fixes(obstruction, input);
      const beside = spec.beside?.(obstruction, input) ?? [];
      // Looks come first, then what the rule knows to be the usual repair; last what there is no command for.
      const [looks, repairs, tasks] = [
        beside.filter(({ commands }) => isLook(commands)),
        beside.filter(({ commands }) => commands.length > 0 && !isLook(commands)),
        beside.filter(({ commands }) => commands.length === 0),
      ];
      return [...looks, ...repairs, ...changes.map((change) => changeFix(change, input)), ...tasks];
    },
    doc: spec.doc,
  });
}

const isLook = (commands: Fix["commands"]) => commands.length > 0 && commands.every(({ does }) => does === "reads");

const factsOf = ({ verdict, lacks, nearest }: Obstruction): Json => ({
  nodes: verdict.parsed?.total ?? 0,
  reasons: verdict.refusals.map(({ reason, count: nodes }) => ({ reason, ...(nodes !== undefined && { nodes }) })),
  ...(nearest[0] && { nearestNode: nearest[0].node.name, lacks: lacks.map((lack) => jsonOf(lack)) }),
});

/** Amounts are too large for JSON numbers; programs get them as people write them. */
export function jsonOf(lack: Lack): Readonly<Record<string, Json>> {
  if (lack.of !== "resource") return { ...lack };
  const show = (amount: bigint) => showAmount(lack.resource, amount);
  return {
    of: lack.of,
    resource: lack.resource,
    wanted: show(lack.wanted),
    requested: show(lack.requested),
    allocatable: show(lack.allocatable),
  };
}

/** The nearest node's own numbers. */
function nodeEvidence({ nearest, lacks }: Obstruction): readonly Evidence[] {
  const node = nearest[0]?.node;
  if (!node) return [];
  return lacks.flatMap((lack): Evidence[] => {
    if (lack.of === "resource") {
      const path = `status.allocatable['${lack.resource}']`;
      const left = lack.allocatable - lack.requested;
      const show = (amount: bigint) => showAmount(lack.resource, amount);
      if (resolvePath(node.node, path) === undefined) return [];
      return [
        seen(
          node.node,
          path,
          node.name,
          text`allocatable ${show(lack.allocatable)} − requested ${show(lack.requested)} = ${show(left < 0n ? 0n : left)} left`,
        ),
      ];
    }
    if (lack.of === "toleration") {
      const index =
        node.node.spec?.taints?.findIndex(({ key, effect }) => key === lack.key && effect === lack.effect) ?? -1;
      return index < 0
        ? []
        : [seen(node.node, `spec.taints[${index}]`, node.name, text`taint ${value(taintText(lack))}`)];
    }
    return [];
  });
}

/** What other nodes say, where the report has no table of them: nobody asks twice then why they do not help. */
function otherNodes({ verdict }: Obstruction, mine: readonly Obstacle[]): Text {
  const rest = verdict.refusals.filter(({ obstacle }) => !mine.includes(obstacle));
  if (verdict.fit || rest.length === 0) return [];
  return text` Other nodes refuse it for other reasons: ${list(
    rest.map(({ reason, count: nodes }) => value(`${nodes === undefined ? "" : `${nodes} × `}${reason}`)),
    6,
  )}.`;
}

/** That the reader's own means do not help, where that is so. */
function hopelessNote({ verdict }: Obstruction, input: PodInput, beside: readonly Fix[]): readonly Text[] {
  const isMeans = ({ by, commands }: Fix) => by === "workload-owner" && commands.length > 0 && !isLook(commands);
  if (!verdict.fit || beside.some(isMeans)) return [];
  if (changesFor(input, verdict).some(({ by }) => by === "workload-owner")) return [];
  return [
    text`No usual change of the pod makes it fit: not other requests, selectors, tolerations, ports or affinity.`,
  ];
}

function staleNote(verdict: Verdict | undefined): readonly Text[] {
  if (!verdict?.acceptsNow.length || verdict.fit) return [];
  return [
    text`Run again on what the nodes have now, the same checks find room on ${list(verdict.acceptsNow.map(name))}: the scheduler may take it at its next try, or sees something that I may not read.`,
  ];
}

/** What a node lacks, in a few words. */
export function lackText(lack: Lack): string {
  switch (lack.of) {
    case "schedulable":
      return "cordoned";
    case "name":
      return `not ${lack.wanted}`;
    case "toleration":
      return `taint ${taintText({ key: lack.key, effect: lack.effect, ...(lack.value !== undefined && { value: lack.value }) })}`;
    case "labels":
      return lack.requirements.some((one) => /^!|!=| not in /.test(one))
        ? `does not fit ${lack.requirements.join(", ")}`
        : `lacks ${lack.requirements.join(", ")}`;
    case "port":
      return `port ${lack.port} held by ${lack.heldBy}`;
    case "resource": {
      const left = lack.allocatable - lack.requested;
      return lack.resource === "pods"
        ? `has its ${lack.allocatable} pods`
        : `${lack.resource}: ${showAmount(lack.resource, left < 0n ? 0n : left)} left of ${showAmount(lack.resource, lack.wanted)} asked`;
    }
    case "volume":
      return `cannot reach volume ${lack.volume}`;
    case "features":
      return `its kubelet does not declare ${lack.missing.join(", ")}`;
    case "devices":
      return `${lack.free} free ${lack.free === 1 ? "device" : "devices"} of class ${lack.deviceClass}, ${lack.wanted} asked`;
    case "claim-place":
      return `cannot use the devices of claim ${lack.claim}`;
    case "volume-zone":
      return `volume ${lack.volume} is in ${lack.values.join(" or ")}`;
    case "disk":
      return `the disk of volume ${lack.volume} is held by ${lack.heldBy}`;
    case "single-pod-claim":
      return `claim ${lack.claim} is held by ${lack.heldBy}`;
    case "volume-limit":
      return `has ${lack.attached} of ${lack.limit} volumes of ${lack.driver}`;
    case "new-volume":
      return newVolumeText(lack);
    case "storage":
      return `less than ${lack.size} free in class ${lack.class}`;
    case "claim":
      return `claim ${lack.claim}: ${CLAIM_WORDS[lack.is]}`;
    case "resource-claim":
      return lack.is === "classless"
        ? `DeviceClass ${lack.deviceClass} of claim ${lack.claim} does not exist`
        : `claim ${lack.claim} for devices is ${lack.is}`;
    case "topology-label":
      return `lacks the label ${lack.key}`;
    case "spread":
      return `${lack.key}=${lack.value} would have ${lack.skew} more than the emptiest, ${lack.maxSkew} allowed`;
    case "affinity":
      return `no pod with ${lack.selector} in its ${lack.key}`;
    case "anti-affinity":
      return `${lack.with} is there`;
  }
}

function newVolumeText({ claim, class: name, because, requirements }: Extract<Lack, { of: "new-volume" }>): string {
  switch (because) {
    case "none-fits":
      return `no volume of class ${name} for claim ${claim}`;
    case "topology":
      return `class ${name} makes volumes only for ${requirements.join(", ")}`;
    case "begun-elsewhere":
      return `the volume of claim ${claim} is being made for another node`;
  }
}

const CLAIM_WORDS: Readonly<Record<Extract<Lack, { of: "claim" }>["is"], string>> = {
  missing: "does not exist",
  awaited: "not made yet",
  lost: "its volume is gone",
  deleted: "is being deleted",
  foreign: "belongs to something else",
  unbound: "not bound",
};
