// Writes what is made from the code: `npm run docs`. With --check it only names what is stale.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { FLAG_GROUPS, FLAGS, type Flag } from "../src/cli/args.ts";
import { diagnose } from "../src/diagnosis/diagnose.ts";
import { allKnowledge } from "../src/diagnosis/knowledge.ts";
import { buildReport } from "../src/report/build.ts";
import { renderText } from "../src/report/render/terminal.ts";
import { reportSchemaText } from "../src/report/schema.ts";
import { STAGES } from "../src/rules/finding.ts";
import type { Rule } from "../src/rules/rule.ts";
import { readSnapshot } from "../src/snapshot/snapshot-file.ts";
import type { World } from "../src/world.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

/** A file that is made from the code, whole or in part. `make` gets what it holds now, empty where it is not there. */
interface GeneratedFile {
  readonly path: string;
  make(now: string): string | Promise<string>;
}

const FILES: readonly GeneratedFile[] = [
  { path: "docs/rules.md", make: rulesPage },
  { path: "docs/report.schema.json", make: reportSchemaText },
  { path: "plugin.yaml", make: withPluginFlags },
  { path: "README.md", make: async (now) => withScreens(withFlagTable(now)) },
];

/** The files that differ from what the code says, with their new content. */
export async function staleFiles(): Promise<ReadonlyMap<string, string>> {
  const stale = new Map<string, string>();
  for (const { path, make } of FILES) {
    const file = join(root, path);
    const now = existsSync(file) ? readFileSync(file, "utf8") : "";
    const wanted = await make(now);
    if (wanted !== now) stale.set(path, wanted);
  }
  return stale;
}

/** docs/rules.md: a chapter a family, a section a rule. */
async function rulesPage(): Promise<string> {
  const { rules } = await allKnowledge();
  const families = STAGES.map((stage) => ({ stage, members: rules.filter((rule) => rule.stage === stage) })).filter(
    ({ members }) => members.length > 0,
  );
  const contents = families.flatMap(({ stage, members }) => [
    `**${stage}**\n`,
    ...members.map(({ id, title }) => `- [${id}](#${id.replace(/[^a-z0-9-]/g, "")}): ${escaped(title)}`),
    "",
  ]);
  const sections: string[] = [];
  for (const { members } of families) for (const rule of members) sections.push(await section(rule));
  return [
    "# Rules",
    "",
    "Written by `npm run docs` from the rules themselves. `kubectl why-pending --explain RULE` prints one of these.",
    "",
    ...contents,
    ...sections,
  ].join("\n");
}

const EFFECTS = {
  blocks: "The pod cannot go on.",
  delays: "The pod waits, and may go on by itself.",
  risks: "The pod goes on; later it may not.",
};

async function section({ id, title, effect, needs, doc }: Rule): Promise<string> {
  const example = await exampleOf(id);
  return [
    `## ${id}`,
    "",
    `**${escaped(title)}.** ${escaped(doc.means)} ${EFFECTS[effect]}`,
    "",
    `- **How it is seen:** ${escaped(doc.seenIn)}`,
    `- **How to repair it:** ${escaped(doc.repair)}`,
    ...(doc.notToConfuseWith ? [`- **Not to be confused with:** ${escaped(doc.notToConfuseWith)}`] : []),
    ...(needs.length > 0 ? [`- **Reads beside the pod:** ${needs.join(", ")}`] : []),
    "",
    ...(example ? ["```text", example, "```", ""] : []),
  ].join("\n");
}

/** Markdown would take `<name>` for HTML, but not in code. */
const escaped = (sentence: string) =>
  sentence
    .split(/(`[^`]*`)/)
    .map((part) => (part.startsWith("`") ? part : part.replace(/[<*_|\\]/g, "\\$&")))
    .join("");

/** What the report says for the rule's first hit case; undefined where the rule has none. */
async function exampleOf(id: string): Promise<string | undefined> {
  const folder = join(root, "test/cases", id);
  const cases = existsSync(folder) ? readdirSync(folder).filter((name) => name.startsWith("hit-")) : [];
  const [first] = cases.sort();
  return first ? reportOf(join(folder, first, "snapshot.json"), id) : undefined;
}

/** The cause a report gives for the first pod whose root cause is the rule: the lines up to what was ruled out. */
async function reportOf(path: string, rule: string): Promise<string | undefined> {
  const snapshot = await readSnapshot(path, fileWorld());
  const diagnosis = diagnose(snapshot, await allKnowledge()).find(({ rootCause }) => rootCause?.rule === rule);
  if (!diagnosis) return undefined;
  const report = { ...buildReport(diagnosis, snapshot.takenAt), ruledOut: [], unchecked: [], timeline: [] };
  return renderText(report, { color: false, width: 96, wide: false, kubectlFlags: [] }).trimEnd();
}

function fileWorld(): World {
  const none = { write: () => true, isTTY: false, columns: undefined };
  return {
    stdin: process.stdin,
    stdout: none,
    stderr: none,
    env: {},
    homeDirectory: root,
    workingDirectory: root,
    isInteractive: false,
    now: () => new Date(0),
  };
}

const spelled = ({ name, alias, value }: Flag) =>
  `\`${alias ? `-${alias}, ` : ""}--${name}${value ? ` ${value}` : ""}\``;

function withFlagTable(readme: string): string {
  const rows = FLAG_GROUPS.flatMap((group) => [
    `| **${group}** | |`,
    ...FLAGS.filter((flag) => flag.group === group).map((flag) => `| ${spelled(flag)} | ${escaped(flag.describe)} |`),
  ]);
  return between(readme, "flags", ["| flag | |", "|---|---|", ...rows].join("\n"));
}

/** `<!-- screen image/not-found -->`: what the program prints for the demo's pod with that cause. */
async function withScreens(readme: string): Promise<string> {
  let result = readme;
  for (const [, rule = ""] of readme.matchAll(/<!-- screen ([a-z0-9/-]+) -->/g)) {
    const screen = await reportOf(join(root, "demo"), rule);
    if (!screen) throw new Error(`the demo has no pod whose root cause is ${rule}`);
    const [, namespace, pod] = /^Pod (\S+)\/(\S+)/.exec(screen) ?? [];
    const asked = `$ kubectl why-pending ${pod} -n ${namespace}`;
    result = between(result, `screen ${rule}`, ["```text", asked, "", screen, "```"].join("\n"));
  }
  return result;
}

/** Puts text between two comments, `<!-- NAME -->` and `<!-- /NAME -->`. */
function between(page: string, name: string, content: string): string {
  const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const from = page.indexOf(open);
  const to = page.indexOf(close, from);
  if (from < 0 || to < 0) throw new Error(`README.md lacks ${open} … ${close}`);
  return `${page.slice(0, from + open.length)}\n${content}\n${page.slice(to)}`;
}

const GENERATED_FLAGS = "# From here on written by npm run docs, from src/cli/args.ts.\n";

/** plugin.yaml: what a person wrote, and after it the list of flags. */
function withPluginFlags(now: string): string {
  const [written = ""] = now.split(GENERATED_FLAGS);
  const flags = FLAGS.flatMap(({ name, alias, describe }) => [
    `  - name: ${name}`,
    ...(alias ? [`    shorthand: ${alias}`] : []),
    `    desc: ${JSON.stringify(describe)}`,
  ]);
  return `${written}${GENERATED_FLAGS}flags:\n${flags.join("\n")}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const stale = await staleFiles();
  const isCheck = process.argv.includes("--check");
  for (const [path, content] of stale) {
    if (isCheck) console.error(`${path} is stale: npm run docs writes it anew`);
    else {
      writeFileSync(join(root, path), content);
      console.log(path);
    }
  }
  process.exitCode = isCheck && stale.size > 0 ? 1 : 0;
}
