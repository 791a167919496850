import { fullName } from "../../objects/object.ts";
import { compare } from "../../snapshot/lookup.ts";
import { count, duration, plain, type Text, text, value } from "../../text/text.ts";
import { isFine } from "../build.ts";
import { withoutPreemption } from "../group.ts";
import type { Group, RawReason, Report, ReportList } from "../report.ts";
import { isTrial } from "../steps.ts";
import { cutMiddle, escapeText } from "./escape.ts";
import {
  columns,
  commandLines,
  type Line,
  padded,
  paragraph,
  type RenderOptions,
  span,
  spansOf,
  table,
} from "./layout.ts";
import {
  askedWords,
  caveatsOf,
  isWorkload,
  ownCommand,
  restartsWords,
  tagOf,
  targetArgument,
  thousands,
  titleOf,
  uncheckedWords,
} from "./words.ts";

/** More pods than this are told by their causes only: the list of them would push the causes off the screen. */
const LONGEST_TABLE = 15;
/** Names of members shown before "… 7 more". */
const MOST_MEMBERS = 3;

const LONGEST_REASON = 240;

/** The report on many pods: how many there are, then what they share. */
export function listLines(
  list: ReportList,
  options: RenderOptions,
  inFull: (report: Report, options: RenderOptions) => Line[],
): Line[] {
  const { items, groups } = list;
  const { width, wide } = options;
  const bad = items.filter((report) => !isFine(report));
  const headline = paragraph([], 0, [span(headlineOf(list, bad), "strong")], width);
  const [only] = bad;
  if (only && bad.length === 1) return spaced([headline, inFull(only, options), skippedLines(list, options)]);
  const rows = tableLines(bad, options);
  const isTableFirst = bad.length <= LONGEST_TABLE && namespacesOf(bad).length === 1;
  const room =
    Math.max(...groups.map(({ members }) => countWords(members.flatMap((at) => items[at] ?? [])).length), 0) + 2;
  const shown = isTableFirst || wide;
  return spaced([
    headline,
    isTableFirst ? rows : [],
    ...groups.map((group) => groupLines(group, items, room, isTableFirst, options)),
    footLines(list, bad, options),
    shown && !isTableFirst ? rows : [],
  ]);
}

const spaced = (parts: readonly (readonly Line[])[]): Line[] =>
  parts.filter((part) => part.length > 0).flatMap((part, index) => (index ? [[], ...part] : [...part]));

/** `3 pods`, `1 workload`: what a group is made of. */
const countWords = (members: readonly Report[]) => {
  const what = members.length > 0 && members.every(isWorkload) ? "workload" : "pod";
  return `${thousands(members.length)} ${members.length === 1 ? what : `${what}s`}`;
};

const namespacesOf = (items: readonly Report[]) => [...new Set(items.map(({ target }) => target.namespace ?? ""))];

function headlineOf({ items, groups, podsSeen }: ReportList, bad: readonly Report[]): string {
  const seen = podsSeen ?? items.length;
  if (bad.length === 0) {
    if (seen === 0) return "There are no pods here.";
    return podsSeen === undefined
      ? `${count(items.length, "pod")} looked at: ready or completed.`
      : `All ${thousands(seen)} pods are ready or completed.`;
  }
  const causes = groups.filter(
    ({ cause, members }) => cause && members.some((at) => items[at] && !isWorkload(items[at])),
  ).length;
  const workloads = bad.filter((report) => isWorkload(report) && report.verdict !== "not-found");
  const pods = bad.filter((report) => !workloads.includes(report));
  const has = (test: (report: Report) => boolean) => pods.filter(test).length;
  const caused = has(({ rootCause }) => rootCause !== undefined);
  const progressing = has(({ verdict, rootCause }) => verdict === "progressing" && !rootCause);
  const missing = has(({ verdict }) => verdict === "not-found");
  const failed = has(({ verdict }) => verdict === "not-analysed");
  const troubled = pods.length - missing - failed;
  const unexplained = troubled - caused - progressing;
  const details = [
    caused > 0 && `${thousands(caused)} for ${count(causes, "cause")}`,
    unexplained > 0 && `${thousands(unexplained)} for reasons that no rule knows`,
    progressing > 0 && `${thousands(progressing)} on the way`,
  ].filter((detail) => detail !== false);
  const whole =
    podsSeen === undefined ? count(troubled, "pod") : `${thousands(troubled)} of ${thousands(podsSeen)} pods`;
  // A pod that is restarted again and again is Ready at times.
  const state = bad.some(({ verdict }) => verdict === "ready") ? "in trouble" : "not ready";
  const sentences = [
    troubled > 0 &&
      `${whole} ${troubled === 1 ? "is" : "are"} ${state}${troubled > 1 ? `: ${details.join(", ")}` : ""}.`,
    workloads.length > 0 && workloadsWords(workloads.length, troubled === 0 && podsSeen ? podsSeen : undefined),
    missing > 0 &&
      `${thousands(missing)} that ${missing === 1 ? "was" : "were"} asked for ${missing === 1 ? "is" : "are"} not there.`,
    failed > 0 && `${thousands(failed)} could not be analysed.`,
  ];
  return sentences.filter((sentence) => sentence !== false).join(" ");
}

/** Workloads whose pods are missing are no pods that are not ready: they are counted by themselves. */
function workloadsWords(n: number, healthyPods: number | undefined): string {
  const lack = `${count(n, "workload")} ${n === 1 ? "lacks" : "lack"} pods or cannot run`;
  if (healthyPods === undefined) return `${lack}.`;
  return `${lack}; the ${count(healthyPods, "pod")} there ${healthyPods === 1 ? "is" : "are"} ready or completed.`;
}

const WITHOUT_CAUSE: { readonly [Verdict in Report["verdict"]]?: string } = {
  progressing: "on its way",
  "not-found": "not there",
  "not-analysed": "not analysed",
};

/** Groups that no cause and no reason heads. */
const IN_WORDS: { readonly [Verdict in Report["verdict"]]?: string } = {
  "not-found": "not in what was read",
  "not-analysed": "could not be analysed",
};
const TAG: { readonly [Verdict in Report["verdict"]]?: string } = {
  "not-found": "not found",
  "not-analysed": "not analysed",
};

/** As `kubectl get pods` prints them, with the rule at the end; columns that tell least go first where it is narrow. */
function tableLines(items: readonly Report[], { width }: RenderOptions): Line[] {
  if (items.length === 0) return [];
  const severalNamespaces = namespacesOf(items).length > 1;
  const cells = items.map((report) => {
    const { target, readyContainers, status, ageSeconds, rootCause, verdict } = report;
    return [
      ...(severalNamespaces ? [target.namespace ?? ""] : []),
      targetArgument(target),
      readyContainers,
      status,
      restartsWords(report),
      ageSeconds === undefined ? "<unknown>" : duration(ageSeconds),
      rootCause?.rule ?? WITHOUT_CAUSE[verdict] ?? "not known",
    ].map(escapeText);
  });
  const heads = [...(severalNamespaces ? ["NAMESPACE"] : []), "NAME", "READY", "STATUS", "RESTARTS", "AGE", "CAUSE"];
  for (const dropped of [[], ["RESTARTS"], ["RESTARTS", "READY"], ["RESTARTS", "READY", "AGE"]]) {
    const kept = heads.flatMap((head, index) => (dropped.includes(head) ? [] : [index]));
    const lines = table([heads, ...cells].map((row) => kept.map((index) => row[index] ?? "")));
    if (dropped.length === 3 || lines.every((line) => [...line].length <= width))
      return lines.map((line, index) => [span(line, index ? undefined : "quiet")]);
  }
  return [];
}

/** How many, why, which, and the first thing to do. */
function groupLines(
  { cause, raw, members }: Group,
  items: readonly Report[],
  room: number,
  hasTable: boolean,
  options: RenderOptions,
): Line[] {
  const reports = members.flatMap((index) => items[index] ?? []);
  const [first] = reports;
  if (!first) return [];
  const differ = new Set(reports.flatMap(({ rootCause }) => (rootCause ? plain(rootCause.headline) : []))).size > 1;
  const headline: Text = cause
    ? cause.headline
    : raw
      ? text`${value(rawWords(raw, first.status, options.wide))}`
      : text`${IN_WORDS[first.verdict] ?? first.status}`;
  const tag = cause ? tagOf(cause) : (TAG[first.verdict] ?? "no rule knows this");
  const lead = [span(padded(countWords(reports), room - 1), "strong")];
  const top = paragraph(lead, room, spansOf(headline, { ...options, wide: false }, "strong"), options.width);
  const [line] = top;
  const right = Math.min(options.width, 120);
  const isOneLine = top.length === 1 && line && columns(line) + 2 + tag.length <= right;
  const below = (content: Line) => paragraph([], room, content, options.width);
  const repair = firstRepair(first);
  // One command repairs one workload: where the members belong to several, each needs its own.
  const repairs = cause ? new Set(reports.map((report) => firstRepair(report)?.lines(options)[0]?.text)).size : 1;
  return [
    ...(isOneLine && line
      ? [[...line, span(" ".repeat(right - columns(line) - tag.length)), span(tag, "quiet")]]
      : [...top, [span(" ".repeat(room)), span(tag, "quiet")]]),
    ...(differ
      ? below([span(`This is what ${escapeText(fullName(first.target))} says; the others differ in details.`)])
      : []),
    ...(hasTable && members.length === 1 ? [] : below([span(membersWords(reports, options.wide))])),
    ...(repair
      ? [
          ...below([...repair.words(options), ...(repairs > 1 ? [span(` (one of ${repairs} alike)`, "quiet")] : [])]),
          ...repair.lines(options).map((line) => [span(" ".repeat(room)), line]),
        ]
      : []),
    // Where the pods are only counted, one of them is named here.
    ...(first.verdict === "not-found" || namespacesOf(reports).length === 1
      ? []
      : [
          [
            span(" ".repeat(room)),
            span("full   ", "quiet"),
            ...commandLines(ownCommand(first.target), options).map((text) => ({ text, isWhole: true })),
          ],
        ]),
  ];
}

/** The first repair of the first member's steps, with all its commands; without a cause the look that tells most. */
function firstRepair({ steps, rootCause }: Report) {
  const isRepair = ({ act, command }: Report["steps"][number]) =>
    act !== "see" && act !== "verify" && !(command && isTrial(command));
  const step = rootCause
    ? (steps.find(isRepair) ?? steps.find(({ command, act }) => command && act !== "verify"))
    : steps.find(({ command }) => command?.argv.includes("logs"));
  if (!step) return undefined;
  const following = steps.slice(steps.indexOf(step) + 1);
  const end = following.findIndex(({ title, act }) => title.length > 0 || act === "verify");
  const all = [step, ...following.slice(0, end < 0 ? following.length : end)];
  const caveats = caveatsOf(step);
  return {
    words: (options: RenderOptions): Line => [
      ...spansOf(titleOf(step), options),
      ...(caveats ? [span(` ${escapeText(caveats)}`, "quiet")] : []),
    ],
    // A task on a node or at a registry has no command of kubectl's.
    lines: (options: RenderOptions) =>
      all.flatMap(({ act, command }) =>
        (command ? commandLines(command, options) : []).map((line, index) => ({
          text: `${padded(index ? "" : act, 7)}${act.length < 7 ? "" : " "}${line}`,
          isWhole: true,
        })),
      ),
  };
}

/** What the scheduler says of preemption is left out of an overview. */
function rawWords({ reason, message, path }: RawReason, status: string, wide: boolean): string {
  const shown = wide ? message : cutMiddle(withoutPreemption(message), LONGEST_REASON);
  // How a container ended before does not say what is the matter now.
  const now = path.endsWith(".lastState.terminated") ? status : "";
  return [now, reason, shown].filter((part) => part !== "").join(": ");
}

/** Several namespaces: how many in each. One: the first names, and how many more. */
function membersWords(reports: readonly Report[], wide: boolean): string {
  const byNamespace = new Map<string, string[]>();
  for (const { target } of reports) {
    const names = byNamespace.get(target.namespace ?? "") ?? [];
    byNamespace.set(target.namespace ?? "", [...names, targetArgument(target)]);
  }
  const namesOf = (names: readonly string[]) => {
    const most = wide || names.length === MOST_MEMBERS + 1 ? names.length : MOST_MEMBERS;
    const left = names.length - most;
    return [...names.slice(0, most), ...(left > 0 ? [`… ${left} more`] : [])].join(", ");
  };
  const spaces = [...byNamespace].sort(([a, m], [b, n]) => n.length - m.length || compare(a, b));
  const words =
    spaces.length === 1 || wide
      ? spaces.map(([space, names]) => `${space ? `${space}: ` : ""}${namesOf(names)}`).join(" · ")
      : spaces.map(([space, names]) => `${space} ${names.length}`).join(" · ");
  return escapeText(words);
}

function footLines(list: ReportList, bad: readonly Report[], options: RenderOptions): Line[] {
  const progressing = bad.filter(({ verdict, rootCause }) => verdict === "progressing" && !rootCause);
  const isOneNamed = list.groups.some(
    ({ members }) => namespacesOf(members.flatMap((index) => list.items[index] ?? [])).length > 1,
  );
  const example = list.groups.flatMap(({ members }) => members.flatMap((index) => list.items[index] ?? []))[0];
  const unchecked = list.unchecked.map((one) => uncheckedWords({ ...one, rules: [] }));
  return [
    ...(progressing.length
      ? paragraph(
          [span(padded("On the way", 12), "quiet")],
          13,
          [span(membersWords(progressing, options.wide))],
          options.width,
        )
      : []),
    ...unchecked.flatMap((words, index) =>
      paragraph([span(padded(index ? "" : "Not checked", 12), "quiet")], 13, spansOf(words, options), options.width),
    ),
    ...(list.asked.length
      ? paragraph([span(padded("Asked", 12), "quiet")], 13, spansOf(askedWords(list.asked), options), options.width)
      : []),
    ...skippedLines(list, options),
    ...(example && example.verdict !== "not-found" && !isOneNamed
      ? paragraph(
          [span("In full", "quiet")],
          13,
          [...commandLines(ownCommand(example.target), options).map((text) => ({ text, isWhole: true }))],
          options.width,
        )
      : []),
  ];
}

/** Objects that could not be used: the rest was diagnosed without them. */
function skippedLines({ skipped }: ReportList, { width, wide }: RenderOptions): Line[] {
  const shown = skipped.slice(0, wide ? skipped.length : 3);
  const left = skipped.length - shown.length;
  return [...shown, ...(left ? [`… ${left} more`] : [])].flatMap((one, index) =>
    paragraph([span(padded(index ? "" : "Unusable", 12), "quiet")], 13, [span(escapeText(one))], width),
  );
}
