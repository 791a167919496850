import type { Evidence, Finding } from "../../rules/finding.ts";
import { count, plain, type Text, text } from "../../text/text.ts";
import { EXPECTED_WHILE_STARTING } from "../group.ts";
import type { RawReason, Report, ReportList, Step } from "../report.ts";
import { isLook, placeholdersIn } from "../steps.ts";
import { cutMiddle, escapeText } from "./escape.ts";
import {
  columns,
  commandLines,
  type Line,
  padded,
  paragraph,
  printed,
  type RenderOptions,
  span,
  spansOf,
} from "./layout.ts";
import { listLines } from "./terminal-list.ts";
import {
  askedWords,
  caveatsOf,
  checksWords,
  clock,
  evidencePlace,
  evidenceValue,
  firstAndLast,
  marksOf,
  mergedRaw,
  nodeNames,
  stopsTitle,
  tagOf,
  timesWords,
  titleOf,
  uncheckedWords,
} from "./words.ts";

/** Where the text behind `seen`, `why` and `do` begins. */
const INDENT = 8;
const LONGEST_TIMELINE = 12;
/** Messages of events are shown whole as evidence; in the timeline their two ends do. */
const LONGEST_MOMENT = 160;
const LONGEST_LABEL = 16;
/** The names of the nodes of a row beside what stops the pod there. */
const LONGEST_HEAD = 36;
/** A screenful of rows for nodes; the nearest come first. */
const MOST_NODE_ROWS = 8;
/** The most telling come first. */
const MOST_REASONS = 10;

/** The report as people read it in a terminal. */
export function renderText(result: Report | ReportList | readonly Report[], options: RenderOptions): string {
  return printed(linesOf(result, options), options.color);
}

function linesOf(result: Report | ReportList | readonly Report[], options: RenderOptions): Line[] {
  if ("verdict" in result) return reportLines(result, options);
  if ("items" in result) return listLines(result, options, reportLines);
  return result.flatMap((report, index) => [
    ...(index ? [[], [span("─".repeat(Math.min(options.width, 80)), "quiet")], []] : []),
    ...reportLines(report, options),
  ]);
}

/** There is nothing to show of it but what to do. */
const isUnseen = (verdict: Report["verdict"]) => verdict === "not-found" || verdict === "not-analysed";

/** The parts of one report, an empty line between them. */
export function reportLines(report: Report, options: RenderOptions): Line[] {
  const { rootCause, others, verdict } = report;
  const isFine = verdict === "ready" || verdict === "completed";
  const causes = others.filter(({ effect }) => effect !== "risks");
  const risks = others.filter(({ effect }) => effect === "risks");
  const parts: Line[][] = [
    paragraph([], 0, spansOf(report.summary, options, "strong"), options.width),
    isFine || isUnseen(verdict) ? [] : progressLines(report, options),
    report.remarks.flatMap((remark) => paragraph([], 2, spansOf(remark, options), options.width)),
    rootCause ? causeLines(report, rootCause, options) : unexplainedLines(report, options),
    ...causes.map((cause) => lesserLines("ALSO   ", cause, options)),
    ...risks.map((risk) => lesserLines("RISK   ", risk, options)),
    nodeLines(report, options),
    footLines(report, options),
    isFine && !options.wide && !rootCause ? [] : timelineLines(report, options),
  ];
  return parts.filter((part) => part.length > 0).flatMap((part, index) => (index ? [[], ...part] : part));
}

/** `created ✔   scheduled ✔   image ✘   started ·`, with times where they fit. */
function progressLines({ progress, verdict, takenAt }: Report, { width, wide }: RenderOptions): Line[] {
  if (progress.length === 0) return [];
  const current = verdict === "progressing" ? "…" : "✘";
  const parts = (hasTimes: boolean) =>
    progress.map(({ name: step, state, at }) => ({
      words: `${step} ${state === "done" ? "✔" : state === "current" ? current : "·"}${hasTimes && at ? ` ${clock(at, takenAt)}` : ""}`,
      isTrouble: state === "current" && verdict !== "progressing",
    }));
  const lengthOf = (some: ReturnType<typeof parts>, gap: number) =>
    2 + some.reduce((sum, { words }) => sum + words.length + gap, -gap);
  const timed = parts(true);
  const isTimed = wide || lengthOf(timed, 3) <= width;
  const shown = isTimed ? timed : parts(false);
  const gap = lengthOf(shown, 3) <= width ? 3 : 2;
  const lines: Line[] = [];
  let line: Line = [];
  for (const { words, isTrouble } of shown) {
    const piece = span(words, isTrouble ? "trouble" : undefined);
    if (line.length && columns(line) + gap + words.length > width) {
      lines.push(line);
      line = [];
    }
    line = [...line, span(" ".repeat(line.length ? gap : 2)), piece];
  }
  return [...lines, line];
}

/** A heading, with the rule at the right of it where it fits, else below. */
function headingLines(label: string, headline: Text, tag: string, options: RenderOptions, isTrouble: boolean): Line[] {
  const lines = paragraph(
    [span(label.trimEnd(), isTrouble ? "trouble" : "strong")],
    label.length,
    spansOf(headline, options, "strong"),
    options.width,
  );
  const [first] = lines;
  // On a very wide screen a tag at the far right would be lost.
  const right = Math.min(options.width, 120);
  if (lines.length === 1 && first && columns(first) + 2 + tag.length <= right)
    return [[...first, span(" ".repeat(right - columns(first) - tag.length)), span(tag, "quiet")]];
  return [...lines, [span(" ".repeat(label.length)), span(tag, "quiet")]];
}

const label = (word: string): Line => [span("  "), span(padded(word, INDENT - 3), "quiet")];

function causeLines(report: Report, cause: Finding, options: RenderOptions): Line[] {
  const { width } = options;
  const isBlocking = cause.effect === "blocks" && report.verdict !== "ready" && report.verdict !== "completed";
  const said = (word: string, content: Text) => paragraph(label(word), INDENT, spansOf(content, options), width);
  return [
    ...headingLines("CAUSE  ", cause.headline, tagOf(cause), options, isBlocking),
    ...evidenceLines(cause, report, options),
    ...said("why", cause.why),
    ...cause.notes.flatMap((note) => said("note", note)),
    ...stepLines(report.steps, options),
    ...(cause.surer ? said("sure?", cause.surer) : []),
    ...(cause.outlook ? said("wait", cause.outlook) : []),
  ];
}

function evidenceLines({ container, evidence }: Finding, { target }: Report, options: RenderOptions): Line[] {
  const rows: { name: string; shown: Line; place: Text }[] = [
    ...(container ? [{ name: "container", shown: [span(escapeText(container))], place: [] }] : []),
    ...evidence.map((one: Evidence) => ({
      name: escapeText(one.label ?? one.path.split(".").at(-1) ?? ""),
      shown: spansOf(evidenceValue(one), options),
      place: evidencePlace(one, target),
    })),
  ];
  const room = Math.min(LONGEST_LABEL, Math.max(...rows.map(({ name }) => name.length)));
  return rows.flatMap(({ name, shown, place }, index) => {
    const head = [...(index ? [span(" ".repeat(INDENT - 1))] : label("seen")), span(` ${padded(name, room)} `)];
    const indent = INDENT + room + 2;
    const lines = paragraph(head, indent, shown, options.width);
    if (place.length === 0) return lines;
    // The path is for those who doubt: it takes no line of its own unless they ask for all.
    const where = spansOf(text` (${place})`, options, "quiet");
    const isRoom = columns(lines.at(-1) ?? []) + columns(where) <= options.width;
    return isRoom || options.wide ? paragraph(head, indent, [...shown, ...where], options.width) : lines;
  });
}

/** The steps, numbered; what may be done instead stands behind `or`. Each command has a line of its own. */
function stepLines(steps: readonly Step[], options: RenderOptions): Line[] {
  const marks = marksOf(steps);
  return steps.flatMap((step, index) => {
    const head: Line = [
      ...(index ? [span(" ".repeat(INDENT))] : [...label("do"), span(" ")]),
      span(padded(marks[index] ?? "", 3)),
      span(padded(step.act, 7), step.act === "delete" || step.act === "restart" ? "strong" : undefined),
    ];
    const caveats = caveatsOf(step);
    const words: Line = [
      ...spansOf(titleOf(step), options),
      ...(caveats && step.title.length ? [span(` ${escapeText(caveats)}`, "quiet")] : []),
    ];
    const indent = INDENT + 11;
    if (!step.command) return paragraph(head, indent, words, options.width);
    const whole = commandLines(step.command, options).map((text): Line => [{ text, isWhole: true }]);
    // A step that only goes on needs no words of its own: the command stands right behind its mark.
    const [first = [], ...others] = step.title.length === 0 ? whole : [words, ...whole];
    return [
      ...paragraph(head, indent, first, options.width),
      ...others.map((line): Line => [span(" ".repeat(indent)), ...line]),
    ];
  });
}

/** A further cause or a risk: the headline, why, and the commands that repair it. */
function lesserLines(heading: string, finding: Finding, options: RenderOptions): Line[] {
  const isRisk = finding.effect === "risks";
  const fix = finding.fixes.find((one) => !isLook(one)) ?? finding.fixes[0];
  const lines = [
    ...headingLines(heading, finding.headline, tagOf(finding), options, false),
    ...(isRisk && !options.wide ? [] : paragraph(label("why"), INDENT, spansOf(finding.why, options), options.width)),
  ];
  if (!fix) return lines;
  const caveats = caveatsOf({ ...fix, placeholders: placeholdersIn(fix.commands) });
  return [
    ...lines,
    ...paragraph(
      label("do"),
      INDENT,
      [...spansOf(fix.title, options), ...(caveats ? [span(` ${escapeText(caveats)}`, "quiet")] : [])],
      options.width,
    ),
    ...fix.commands
      .flatMap((one) => commandLines(one, options))
      .map((text): Line => [span(" ".repeat(INDENT)), { text, isWhole: true }]),
  ];
}

/** No rule knows the cause: every reason that some object gives, word for word, and how to look further. */
function unexplainedLines(report: Report, options: RenderOptions): Line[] {
  const { raw, verdict, checks, steps } = report;
  const { width } = options;
  if (verdict === "ready" || verdict === "completed") return [];
  if (isUnseen(verdict)) return stepLines(steps, options);
  if (verdict === "progressing") {
    // That a starting pod is starting needs no proof.
    const telling = raw.filter(({ reason }) => !EXPECTED_WHILE_STARTING.has(reason));
    return [...rawLines(telling, options), ...stepLines(steps, options)];
  }
  const headline = raw.length
    ? "No rule knows this cause. What the objects say:"
    : "No rule knows this cause, and no object gives a reason.";
  return [
    ...paragraph([span("CAUSE", "trouble")], 7, [span(headline, "strong")], width),
    ...rawLines(raw, options),
    ...paragraph(label("tried"), INDENT, [span(checksWords(checks))], width),
    ...stepLines(steps, options),
  ];
}

function rawLines(raw: readonly RawReason[], options: RenderOptions): Line[] {
  const { width, wide } = options;
  const merged = mergedRaw(raw);
  const shown = wide ? merged : merged.slice(0, MOST_REASONS);
  const left = merged.length - shown.length;
  const headOf = (index: number) => (index ? [span(" ".repeat(INDENT - 1))] : label("seen"));
  return [
    ...shown.flatMap(({ words, abouts }, index) =>
      paragraph(
        headOf(index),
        INDENT,
        [...spansOf([{ as: "value", text: words }], options), span(` (${escapeText(abouts.join(", "))})`, "quiet")],
        width,
      ),
    ),
    ...(left ? [[span(" ".repeat(INDENT)), span(`… ${count(left, "more reason")}; --wide shows all`, "quiet")]] : []),
  ];
}

/** What stops the pod on each node, one row for nodes of a sort, the nearest miss first. */
function nodeLines({ scheduling }: Report, options: RenderOptions): Line[] {
  if (!scheduling) return [];
  const { rows, agrees, difference, outlook } = scheduling;
  const { width, wide } = options;
  const shown = wide || rows.length <= MOST_NODE_ROWS ? rows : rows.slice(0, MOST_NODE_ROWS - 1);
  const left = rows.slice(shown.length).reduce((sum, { names }) => sum + names.length, 0);
  const total = rows.reduce((sum, { names }) => sum + names.length, 0);
  const heads = shown.map(({ names }) => escapeText(cutMiddle(nodeNames(names, false), LONGEST_HEAD)));
  const title = `Nodes (${total})`;
  const room = Math.max(title.length - 2, ...heads.map((head) => [...head].length));
  return [
    [span(padded(title, room + 4), "quiet"), span(scheduling.rows.length ? stopsTitle(scheduling) : "", "quiet")],
    ...shown.flatMap(({ names, stops }, index) => [
      ...paragraph(
        [span(`  ${padded(heads[index] ?? "", room)} `)],
        room + 4,
        [span(escapeText(stops.join("; ")) || "nothing: it takes the pod", stops.length ? undefined : "strong")],
        width,
      ),
      // Beside their reasons hundreds of names would leave no room for these.
      ...(wide && names.length > 2
        ? paragraph([span("   ")], 4, [span(escapeText(names.join(", ")), "quiet")], width)
        : []),
    ]),
    ...(left ? [[span(`  … ${count(left, "more node")}; --wide shows all`, "quiet")]] : []),
    ...(outlook ? paragraph([], 2, spansOf(outlook.words, options), width) : []),
    ...(agrees || !difference
      ? []
      : paragraph([span("  The scheduler says otherwise.")], 2, spansOf(difference, options), width)),
  ];
}

/** What goes away with the cause, what it is not, and what could not be looked at. */
function footLines({ consequences, ruledOut, unchecked, asked }: Report, options: RenderOptions): Line[] {
  const sections: [string, readonly Text[]][] = [
    ["Goes with it", consequences.map(({ headline, rule }) => text`${headline} (${rule})`)],
    ["Ruled out", ruledOut.map(({ what, because }) => text`${what}: ${because}`)],
    ["Not checked", unchecked.map(uncheckedWords)],
    ["Asked", asked.length ? [askedWords(asked)] : []],
  ];
  return sections.flatMap(([title, items]) =>
    items.flatMap((item, index) =>
      paragraph([span(padded(index ? "" : title, 12), "quiet")], 13, spansOf(item, options), options.width),
    ),
  );
}

function timelineLines({ timeline, takenAt }: Report, options: RenderOptions): Line[] {
  if (timeline.length === 0) return [];
  const { wide, width } = options;
  const { head, left, tail } = firstAndLast(timeline, wide ? Number.POSITIVE_INFINITY : LONGEST_TIMELINE);
  const room = Math.max(...timeline.map(({ at }) => clock(at, takenAt).length));
  const row = ({ at, what, isTrouble, ...rest }: Report["timeline"][number]): Line[] => {
    const often = timesWords({ at, what, isTrouble, ...rest }, takenAt);
    const words = escapeText(plain(what));
    const shown = wide ? words : cutMiddle(words, LONGEST_MOMENT);
    return paragraph(
      [span(`  ${padded(clock(at, takenAt), room)} `, "quiet")],
      room + 4,
      [span(shown, isTrouble ? "strong" : undefined), ...(often ? [span(` (${often})`)] : [])],
      width,
    );
  };
  return [
    [span("Timeline (UTC)", "quiet")],
    ...head.flatMap(row),
    ...(left ? [[span(`  … ${count(left, "more line")}; --wide shows all`, "quiet")]] : []),
    ...tail.flatMap(row),
  ];
}
