// npm run coverage -- PATH/TO/catalog.md: compares the catalogue of causes with what the rules say they cover
// (`doc.catalogue`), by stage and likelihood. Ends with 1 where a rule covers an entry that the catalogue does not have.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { allKnowledge } from "../src/diagnosis/knowledge.ts";
import type { Rule } from "../src/rules/rule.ts";

const LIKELIHOODS = ["H", "M", "L"] as const;
type Likelihood = (typeof LIKELIHOODS)[number];

/** An id of the catalogue: where it stands, and how often people meet it (daily, weekly, rarely). */
export interface Entry {
  readonly id: string;
  /** "0" to "7"; "1b" and "1c" are chapters of stage 1 of their own. */
  readonly stage: string;
  readonly likelihood: Likelihood;
}

/** Entries that the program answers without a rule, and how. */
const WITHOUT_RULE: Readonly<Record<string, string>> = {
  "pod-completed": 'the verdict "completed": a pod that has done its work has no cause to be found',
  "pods-are-fine-service-isnt": 'the verdict "ready": a Service that reaches no pod is no trouble of the pod',
  "container-waiting-restart-count-zero": "findings are made for each container; the one that waits is named",
};

/** The stages of the daily causes over a pod's life, beside scheduling and images. */
const DAILY_STAGES = ["0", "2", "3", "5", "6", "7"];

/**
 * The entries of a catalogue, in its order: headings of the form "#### `id` / `id` · X/H", where H is the likelihood, below
 * "# Stage N" or "## Nb.". Throws where such a heading cannot be read, or stands twice.
 */
export function entriesOf(catalogue: string): readonly Entry[] {
  const entries: Entry[] = [];
  let stage: string | undefined;
  for (const line of catalogue.split("\n")) {
    if (/^# /.test(line)) stage = /^# Stage (\d+)/.exec(line)?.[1];
    stage = /^## (\d[a-z])\. /.exec(line)?.[1] ?? stage;
    if (!line.startsWith("#### ")) continue;
    const [, names = "", likelihood] = /^#### (.*?) · [A-Z]\/([HML])\b/.exec(line) ?? [];
    const ids = [...names.matchAll(/`([^`]+)`/g)].map(([, id = ""]) => id);
    if (stage === undefined || ids.length === 0) throw new Error(`This heading is no entry of a stage: ${line}`);
    for (const id of ids) {
      if (entries.some((one) => one.id === id)) throw new Error(`The catalogue has ${id} twice.`);
      entries.push({ id, stage, likelihood: likelihood as Likelihood });
    }
  }
  return entries;
}

/** What the rules cover of a catalogue. */
export interface Coverage {
  readonly covered: readonly Entry[];
  readonly left: readonly Entry[];
  /** Answered without a rule. */
  readonly answered: readonly { readonly entry: Entry; readonly how: string }[];
  /** What a rule covers and the catalogue does not have: a misspelt id, or an entry since renamed. */
  readonly unknown: readonly { readonly rule: string; readonly id: string }[];
}

/** Compares them. `withoutRule` tells of entries that need no rule how they are answered. */
export function coverageOf(
  entries: readonly Entry[],
  rules: readonly Pick<Rule, "id" | "doc">[],
  withoutRule: Readonly<Record<string, string>> = WITHOUT_RULE,
): Coverage {
  const claimed = new Set(rules.flatMap(({ doc }) => doc.catalogue));
  const known = new Set(entries.map(({ id }) => id));
  const without = entries.filter(({ id }) => !claimed.has(id));
  return {
    covered: entries.filter(({ id }) => claimed.has(id)),
    left: without.filter(({ id }) => withoutRule[id] === undefined),
    answered: without.flatMap((entry) => {
      const how = withoutRule[entry.id];
      return how === undefined ? [] : [{ entry, how }];
    }),
    unknown: rules.flatMap(({ id: rule, doc }) =>
      doc.catalogue.filter((id) => !known.has(id)).map((id) => ({ rule, id })),
    ),
  };
}

/** The comparison in words: a table of covered/all, then what is left. */
export function coverageText({ covered, left, answered, unknown }: Coverage): string {
  const done = [...covered, ...answered.map(({ entry }) => entry)];
  const stages = [...new Set([...done, ...left].map(({ stage }) => stage))].sort();
  const ratio = (isMeant: (entry: Entry) => boolean) => {
    const some = done.filter(isMeant).length;
    return `${some}/${some + left.filter(isMeant).length}`;
  };
  const row = (title: string, cells: readonly string[]) =>
    [title.padEnd(8), ...cells.map((cell) => cell.padStart(8))].join("");
  const counts = (isMeant: (entry: Entry) => boolean) => [
    ...LIKELIHOODS.map((likelihood) => ratio((entry) => isMeant(entry) && entry.likelihood === likelihood)),
    ratio(isMeant),
  ];
  const leftIn = (stage: string, likelihood: Likelihood) =>
    left.filter((entry) => entry.stage === stage && entry.likelihood === likelihood).map(({ id }) => id);
  const leftLines = stages.flatMap((stage) =>
    LIKELIHOODS.flatMap((likelihood) => {
      const ids = leftIn(stage, likelihood);
      return ids.length > 0 ? [`  ${stage.padEnd(2)} ${likelihood}  ${ids.join(" ")}`] : [];
    }),
  );
  return [
    row("stage", [...LIKELIHOODS, "all"]),
    ...stages.map((one) =>
      row(
        one,
        counts(({ stage }) => stage === one),
      ),
    ),
    row(
      "all",
      counts(() => true),
    ),
    "",
    `daily causes (H) of the stages ${DAILY_STAGES.join(", ")}: ${ratio(({ stage, likelihood }) => likelihood === "H" && DAILY_STAGES.includes(stage))}`,
    ...(answered.length > 0 ? ["", "answered without a rule:"] : []),
    ...answered.map(({ entry, how }) => `  ${entry.id}: ${how}`),
    ...(leftLines.length > 0 ? ["", "left:", ...leftLines] : []),
    ...(unknown.length > 0 ? ["", "not in the catalogue:"] : []),
    ...unknown.map(({ rule, id }) => `  ${id} (${rule})`),
    "",
  ].join("\n");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [path] = process.argv.slice(2);
  try {
    if (path === undefined) throw new Error("usage: npm run coverage -- PATH/TO/catalog.md");
    const coverage = coverageOf(entriesOf(readFileSync(path, "utf8")), (await allKnowledge()).rules);
    process.stdout.write(coverageText(coverage));
    process.exitCode = coverage.unknown.length > 0 ? 1 : 0;
  } catch (error) {
    console.error((error as Error).message);
    process.exitCode = 2;
  }
}
