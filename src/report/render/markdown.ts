import type { Finding } from "../../rules/finding.ts";
import type { Command } from "../../text/command.ts";
import type { Shell } from "../../text/shell.ts";
import { count, plain, type Text } from "../../text/text.ts";
import { askedOf } from "../asked.ts";
import { isFine } from "../build.ts";
import { groupsOf } from "../group.ts";
import type { Report, ReportList } from "../report.ts";
import { cutMiddle, escapeMarkdown, markdownBlock, markdownCode } from "./escape.ts";
import { commandFor, commandWithFlags, LONGEST_VALUE, type RenderOptions } from "./layout.ts";
import {
  askedWords,
  caveatsOf,
  checksWords,
  clock,
  evidencePlace,
  evidenceValue,
  firstAndLast,
  isWorkload,
  marksOf,
  mergedRaw,
  nodeNames,
  objectName,
  ownCommand,
  stopsTitle,
  tagOf,
  thousands,
  timesWords,
  titleOf,
  uncheckedWords,
} from "./words.ts";

const LONGEST_TIMELINE = 30;
const MOST_NODE_ROWS = 12;

/** The report for a GitHub issue, a merge request or a chat that knows Markdown. */
export function renderMarkdown(result: Report | ReportList | readonly Report[], options: RenderOptions): string {
  if ("verdict" in result) return `${reportParts(result, options, "###").join("\n\n")}\n`;
  const items = "items" in result ? result.items : result;
  const bad = items.filter((report) => !isFine(report));
  const groups = "items" in result ? result.groups : groupsOf(items);
  const podsSeen = "items" in result ? result.podsSeen : undefined;
  const pods = bad.filter((report) => !isWorkload(report)).length;
  const whole = podsSeen === undefined ? count(pods, "pod") : `${thousands(pods)} of ${thousands(podsSeen)} pods`;
  const workloads = bad.length - pods;
  const heading = [
    (pods > 0 || workloads === 0) && `${whole} ${pods === 1 ? "is" : "are"} not ready`,
    workloads > 0 && `${count(workloads, "workload")} ${workloads === 1 ? "lacks" : "lack"} pods`,
  ];
  const parts = [`### ${heading.filter(Boolean).join(", ")}`];
  for (const { cause, raw, members } of groups) {
    const [first] = members.flatMap((index) => items[index] ?? []);
    if (!first) continue;
    const reason = raw
      ? markdownCode([raw.reason, raw.message].filter(Boolean).join(": "))
      : escapeMarkdown(first.verdict === "not-analysed" ? "could not be analysed" : first.status);
    const names = firstAndLast(
      members.flatMap((index) => items[index] ?? []),
      options.wide ? Number.POSITIVE_INFINITY : 7,
    );
    const shown = [
      ...names.head.map(({ target }) => markdownCode(objectName(target))),
      ...(names.left ? [`… ${names.left} more`] : []),
      ...names.tail.map(({ target }) => markdownCode(objectName(target))),
    ].join(", ");
    parts.push(
      `#### ${count(members.length, members.every((at) => items[at] && isWorkload(items[at])) ? "workload" : "pod")}: ${cause ? inline(cause.headline, options) : `${reason} (no rule knows this cause)`}`,
      cause ? `${markdownCode(cause.rule)} · ${cause.confidence} — ${shown}` : shown,
    );
    const step = first.steps.find(({ command }) => command);
    const commands = [
      ...(cause && step?.command ? [step.command] : []),
      ...(first.verdict === "not-found" ? [] : [ownCommand(first.target)]),
    ];
    if (commands.length) parts.push(commandBlocks(commands, options));
  }
  const asked = askedOf(items);
  if (asked.length) parts.push(`**Asked**: ${inline(askedWords(asked), options)}`);
  const full = "items" in result ? (options.wide || bad.length === 1 ? bad : []) : items;
  for (const report of full) parts.push("---", ...reportParts(report, options, "###"));
  return `${parts.join("\n\n")}\n`;
}

const LANGUAGES: Readonly<Partial<Record<Shell, string>>> = { fish: "fish", powershell: "powershell", cmd: "bat" };

/** The commands as a block to paste, after a block for each file that they need. */
function commandBlocks(commands: readonly Command[], options: RenderOptions, indent = ""): string {
  const all = commands.map((command) => commandFor(command, options));
  const files = all.flatMap(({ file }) =>
    file ? [`${indent}Save as ${markdownCode(file.name)}:`, markdownBlock([file.content], "json", indent)] : [],
  );
  const language = LANGUAGES[options.shell ?? "bash"] ?? "sh";
  return [
    ...files,
    markdownBlock(
      all.map(({ line }) => line),
      language,
      indent,
    ),
  ].join("\n");
}

/** A sentence: prose escaped, everything from the cluster as code. */
function inline(content: Text, { wide, kubectlFlags, shell }: RenderOptions): string {
  return content
    .map((piece) => {
      if (typeof piece === "string") return escapeMarkdown(piece);
      if (piece.as === "command") return markdownCode(commandWithFlags(piece.text, kubectlFlags, shell));
      return piece.text === "" ? "" : markdownCode(wide ? piece.text : cutMiddle(piece.text, LONGEST_VALUE));
    })
    .join("");
}

function reportParts(report: Report, options: RenderOptions, heading: string): string[] {
  const { summary, progress, verdict, rootCause, remarks, others, consequences, ruledOut, unchecked, asked } = report;
  const words = (content: Text) => inline(content, options);
  const isWell = verdict === "ready" || verdict === "completed";
  const current = verdict === "progressing" ? "…" : "✘";
  const parts = [`${heading} ${words(summary)}`];
  if (progress.length && !isWell)
    parts.push(
      progress
        .map(({ name, state }) =>
          state === "done" ? `${name} ✔` : state === "current" ? `**${name} ${current}**` : `${name} ·`,
        )
        .join(" → "),
    );
  parts.push(...remarks.map(words));
  if (rootCause) parts.push(...findingParts("Cause", rootCause, report, options));
  else if (!isWell) parts.push(...unexplainedParts(report, options));
  const steps = stepsPart(report, options);
  if (steps) parts.push("**Do**", steps);
  if (rootCause?.surer) parts.push(words(rootCause.surer));
  if (rootCause?.outlook) parts.push(words(rootCause.outlook));
  for (const one of others)
    parts.push(
      `**${one.effect === "risks" ? "Risk" : "Also"}** (${markdownCode(one.rule)}, ${one.confidence}): ${words(one.headline)} ${words(one.why)}`,
    );
  parts.push(...nodesPart(report, options));
  const bullets: [string, readonly string[]][] = [
    ["Goes away with it", consequences.map(({ headline, rule }) => `${words(headline)} (${markdownCode(rule)})`)],
    ["Ruled out", ruledOut.map(({ what, because }) => `${words(what)}: ${words(because)}`)],
    ["Not checked", unchecked.map((one) => words(uncheckedWords(one)))],
    ["Asked", asked.length ? [words(askedWords(asked))] : []],
  ];
  for (const [title, items] of bullets)
    if (items.length) parts.push([`**${title}**`, "", ...items.map((item) => `- ${item}`)].join("\n"));
  const timeline = timelinePart(report, options);
  if (timeline && !(isWell && !rootCause)) parts.push(timeline);
  return parts;
}

/** What stops the pod on each node, as a list. */
function nodesPart({ scheduling }: Report, options: RenderOptions): string[] {
  if (!scheduling) return [];
  const { rows, agrees, difference, outlook } = scheduling;
  const shown = options.wide ? rows : rows.slice(0, MOST_NODE_ROWS);
  const left = rows.slice(shown.length).reduce((sum, { names }) => sum + names.length, 0);
  return [
    [
      scheduling.podRejections.length > 0 ? `**Nodes**: ${stopsTitle(scheduling)}` : "**Nodes**",
      "",
      ...shown.map(
        ({ names, stops }) =>
          `- ${markdownCode(nodeNames(names, options.wide))}: ${stops.length ? escapeMarkdown(stops.join("; ")) : "takes the pod"}`,
      ),
      ...(left ? [`- … ${count(left, "more node")}`] : []),
    ].join("\n"),
    ...(outlook ? [inline(outlook.words, options)] : []),
    ...(agrees || !difference ? [] : [`The scheduler says otherwise. ${inline(difference, options)}`]),
  ];
}

function findingParts(title: string, finding: Finding, { target }: Report, options: RenderOptions): string[] {
  const words = (content: Text) => inline(content, options);
  const { container, evidence, headline, why, notes } = finding;
  const seen = [
    ...(container ? [`- container: ${markdownCode(container)}`] : []),
    ...evidence.map((one) => {
      const label = escapeMarkdown(one.label ?? one.path.split(".").at(-1) ?? "");
      return `- ${label}: ${words(evidenceValue(one))} — ${words(evidencePlace(one, target))}`;
    }),
  ];
  return [
    `**${title}** (${escapeMarkdown(tagOf(finding))}): ${words(headline)}`,
    seen.join("\n"),
    words(why),
    ...notes.map(words),
  ];
}

function unexplainedParts({ raw, verdict, checks }: Report, options: RenderOptions): string[] {
  if (verdict === "not-found" || verdict === "not-analysed") return [];
  if (verdict === "progressing") return [];
  const lines = mergedRaw(raw).map(({ words, abouts }) => {
    const shown = options.wide ? words : cutMiddle(words, LONGEST_VALUE);
    return `- ${markdownCode(shown)} (${escapeMarkdown(abouts.join(", "))})`;
  });
  const said = lines.length ? [lines.join("\n")] : [];
  return ["**Cause**: no rule knows it. What the objects say:", ...said, escapeMarkdown(checksWords(checks))];
}

/** The steps as a list; the number of a step and "or" stand as in the terminal. */
function stepsPart({ steps }: Report, options: RenderOptions): string {
  const marks = marksOf(steps);
  return steps
    .map((step, index) => {
      const mark = marks[index] === "or" ? "- or " : marks[index] ? `${marks[index]} ` : "  ";
      const indent = " ".repeat(/^\d/.test(mark) ? mark.length : 2);
      const caveats = caveatsOf(step);
      const words = [
        `**${step.act}**`,
        inline(titleOf(step), options),
        step.title.length ? escapeMarkdown(caveats) : "",
      ];
      const line = `${mark}${words.filter(Boolean).join(" ")}`;
      return step.command ? `${line}\n${commandBlocks([step.command], options, indent)}` : line;
    })
    .join("\n");
}

function timelinePart({ timeline, takenAt }: Report, { wide }: RenderOptions): string {
  if (timeline.length === 0) return "";
  const { head, left, tail } = firstAndLast(timeline, wide ? Number.POSITIVE_INFINITY : LONGEST_TIMELINE);
  const row = (moment: Report["timeline"][number]) => {
    const often = timesWords(moment, takenAt);
    const words = plain(moment.what);
    return `${clock(moment.at, takenAt)}  ${wide ? words : cutMiddle(words, LONGEST_VALUE)}${often && ` (${often})`}`;
  };
  const lines = [...head.map(row), ...(left ? [`… ${left} more`] : []), ...tail.map(row)];
  return `<details><summary>Timeline (UTC)</summary>\n\n${markdownBlock(lines, "")}\n\n</details>`;
}
