import type { Unchecked } from "../../diagnosis/diagnose.ts";
import type { Json } from "../../objects/object.ts";
import type { Finding } from "../../rules/finding.ts";
import { type Command, withKubectlFlags } from "../../text/command.ts";
import { plain, type Text } from "../../text/text.ts";
import { listOf } from "../build.ts";
import {
  API_VERSION,
  type Group,
  type Report,
  type ReportList,
  type Scheduling,
  type SchedulingOutlook,
  type SchedulingRejection,
} from "../report.ts";
import type { FindingDocument, ItemDocument, ReportDocument, ReportListDocument } from "../schema.ts";
import { commandWithFlags } from "./layout.ts";

// The schema's arrays are mutable, the report's are not: what goes into a document is copied on the way.

/** What programs read: the report with sentences as plain strings. One named target is a Report, all else a ReportList. */
export function toDocument(
  result: Report | ReportList | readonly Report[],
  kubectlFlags: readonly string[],
): ReportDocument | ReportListDocument {
  if ("verdict" in result) return { apiVersion: API_VERSION, kind: "Report", ...itemOf(result, kubectlFlags) };
  const list: ReportList =
    "items" in result ? result : { takenAt: result[0]?.takenAt ?? "", ...listOf(result), skipped: [] };
  return {
    apiVersion: API_VERSION,
    kind: "ReportList",
    takenAt: list.takenAt,
    ...(list.podsSeen !== undefined && { podsSeen: list.podsSeen }),
    groups: list.groups.map((group) => groupOf(group, list.items, kubectlFlags)),
    unchecked: list.unchecked.map(uncheckedDocument),
    ...askedDocument(list.asked),
    skipped: [...list.skipped],
    items: list.items.map((item) => itemOf(item, kubectlFlags)),
  };
}

function itemOf(report: Report, flags: readonly string[]): ItemDocument {
  const { workload, progress, remarks, rootCause, consequences, others, raw, checks, ruledOut, unchecked } = report;
  const { timeline, steps, takenAt, target, verdict, summary, readyContainers, status, restarts, node, scheduling } =
    report;
  const words = (content: Text) => sentence(content, flags);
  return {
    takenAt,
    target: { ...target },
    verdict,
    summary: words(summary),
    readyContainers,
    status,
    restarts,
    ...(report.restartedSecondsAgo !== undefined && { restartedSecondsAgo: report.restartedSecondsAgo }),
    ...(report.ageSeconds !== undefined && { ageSeconds: report.ageSeconds }),
    ...(workload && { workload: { ...workload } }),
    ...(node !== undefined && { node }),
    progress: progress.map((one) => ({ ...one })),
    ...(scheduling && { scheduling: schedulingDocument(scheduling, words) }),
    remarks: remarks.map(words),
    ...(rootCause && { rootCause: findingOf(rootCause, flags) }),
    consequences: consequences.map((one) => findingOf(one, flags)),
    others: others.map((one) => findingOf(one, flags)),
    raw: raw.map((one) => ({ ...one, ref: { ...one.ref } })),
    checks: { ...checks, stages: [...checks.stages] },
    ruledOut: ruledOut.map(({ what, because }) => ({ what: words(what), because: words(because) })),
    unchecked: unchecked.map(uncheckedDocument),
    ...askedDocument(report.asked),
    timeline: timeline.map((one) => ({ ...one, what: words(one.what) })),
    steps: steps.map(({ command, title, placeholders, ...rest }) => ({
      ...rest,
      placeholders: [...placeholders],
      title: words(title),
      ...(command && { command: commandOf(command, flags) }),
    })),
  };
}

function schedulingDocument(
  { rebuiltMessage, schedulerMessage, agrees, difference, podRejections, nodes, outlook, smallestChange }: Scheduling,
  words: (content: Text) => string,
): NonNullable<ItemDocument["scheduling"]> {
  return {
    rebuiltMessage,
    schedulerMessage,
    agrees,
    ...(difference && { difference: words(difference) }),
    ...(podRejections.length > 0 && { podRejections: podRejections.map(rejectionOf) }),
    nodes: nodes.map(({ names, rejections, undecided }) => ({
      names: [...names],
      rejections: rejections.map(rejectionOf),
      ...(undecided.length > 0 && { undecided: undecided.map((one) => ({ ...one })) }),
    })),
    ...(outlook && {
      outlook: {
        ...outlook,
        pods: outlook.pods.map((one) => ({ ...one })),
        preemption: preemptionDocument(outlook.preemption),
        words: words(outlook.words),
      },
    }),
    ...(smallestChange && {
      smallestChange: {
        edits: smallestChange.edits.map((edit) => ({ ...edit })),
        accepts: [...smallestChange.accepts],
      },
    }),
  };
}

const rejectionOf = ({ lack, ...rest }: SchedulingRejection) => ({ ...rest, lack: asWritten(lack) });

/** Left out where nobody was asked: most runs do not. */
const askedDocument = (asked: Report["asked"]): Pick<ItemDocument, "asked"> =>
  asked.length > 0
    ? { asked: asked.map(({ logins, ...host }) => ({ ...host, logins: logins.map((login) => ({ ...login })) })) }
    : {};

const preemptionDocument = (preemption: SchedulingOutlook["preemption"]) =>
  preemption.state === "possible"
    ? { ...preemption, pods: preemption.pods.map((one) => ({ ...one })) }
    : { ...preemption };

function findingOf(finding: Finding, flags: readonly string[]): FindingDocument {
  const { rule, confidence, effect, stage, subject, container, headline, why, notes, outlook, surer } = finding;
  const words = (content: Text) => sentence(content, flags);
  return {
    rule,
    confidence,
    effect,
    stage,
    subject: { ...subject },
    ...(container !== undefined && { container }),
    headline: words(headline),
    why: words(why),
    notes: notes.map(words),
    ...(outlook && { outlook: words(outlook) }),
    ...(surer && { surer: words(surer) }),
    facts: asWritten(finding.facts),
    evidence: finding.evidence.map(({ ref, path, value, label }) => ({
      ref: { ...ref },
      path,
      value: asWritten(value),
      ...(label && { label }),
    })),
    fixes: finding.fixes.map(({ title, applies, by, commands }) => ({
      title: words(title),
      applies,
      by,
      commands: commands.map((one) => commandOf(one, flags)),
    })),
  };
}

/** Our Json is readonly, the schema's type is not. */
const asWritten = (value: Json) => value as FindingDocument["facts"];

const commandOf = ({ argv, into, does }: Command, flags: readonly string[]) => ({
  argv: [...withKubectlFlags(argv, flags)],
  ...(into && { into: [...withKubectlFlags(into, flags)] }),
  does,
});

const sentence = (content: Text, flags: readonly string[]) =>
  plain(
    content.map((piece) =>
      typeof piece !== "string" && piece.as === "command" ? commandWithFlags(piece.text, flags) : piece,
    ),
  );

const uncheckedDocument = ({ what, gap, rules }: Unchecked) => ({
  what,
  ...(gap && {
    state: gap.state,
    message: gap.message,
    ...(gap.namespace && { namespace: gap.namespace }),
    ...(gap.name && { name: gap.name }),
    ...(gap.right && { right: gap.right }),
  }),
  rules: [...rules],
});

function groupOf({ cause, raw, members }: Group, items: readonly Report[], flags: readonly string[]) {
  const targets = members.flatMap((index) => items[index] ?? []);
  return {
    ...(cause && { rule: cause.rule, confidence: cause.confidence }),
    headline: cause
      ? sentence(cause.headline, flags)
      : raw
        ? [raw.reason, raw.message].filter((part) => part !== "").join(": ")
        : (targets[0]?.status ?? ""),
    count: members.length,
    members: targets.map(({ target }) => ({ ...target })),
  };
}
