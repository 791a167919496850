// node scripts/expressions.ts: finds regular expressions of src whose time grows faster than their text does. recheck looks
// for an attack on each; the attack is then run here, in the size that the program lets through, and may not take long.
// Answers of recheck are kept in expressions/known.json, as it needs minutes for all of them; `--write` asks for what is
// new and keeps that.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { runInNewContext } from "node:vm";
import recheck from "recheck";
import { type Expression, expressionsIn } from "./expressions/find.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const KNOWN = join(root, "scripts/expressions/known.json");

/** MOST_MESSAGE_LENGTH of src/snapshot/bounded-text.ts: no longer text gets to an expression. */
const MOST_LENGTH = 16 * 1024;
/** Processor time that one expression may take for the worst text of that length; a quadratic one takes ten times as much. */
const MOST_MS = 100;

/**
 * Expressions that may take longer, each with the reason. Their texts are short in the program.
 */
const EXCEPTIONS: Readonly<Record<string, string>> = {};

/** An attack in parts: a text and how often it is repeated relative to the others, or null where recheck found none. */
type Attack = readonly (readonly [text: string, isRepeated: boolean])[];
type Answer = Attack | null | "unknown";

const keyOf = ({ source, flags }: Expression) =>
  createHash("sha256").update(`/${source}/${flags}`).digest("hex").slice(0, 16);

async function attackOn({ source, flags }: Expression): Promise<Answer> {
  const { status, ...found } = await recheck.check(source, flags, { timeout: 20_000, accelerationMode: "off" });
  if (status === "safe") return null;
  if (status !== "vulnerable" || !("attack" in found)) return "unknown";
  const { pumps, suffix } = found.attack;
  return [...pumps.flatMap(({ prefix, pump }) => [[prefix, false] as const, [pump, true] as const]), [suffix, false]];
}

function textOf(attack: Attack): string {
  const lengthOf = (isRepeated: boolean) =>
    attack.reduce((sum, [text, is]) => sum + (is === isRepeated ? text.length : 0), 0);
  const times = Math.floor((MOST_LENGTH - lengthOf(false)) / Math.max(1, lengthOf(true)));
  return attack.map(([text, isRepeated]) => (isRepeated ? text.repeat(Math.max(1, times)) : text)).join("");
}

/** Milliseconds of processor time that an expression takes for a text, the best of six: machines have slow moments. */
function timeOf({ source, flags }: Expression, text: string): number {
  let least = Number.POSITIVE_INFINITY;
  for (let tries = 0; tries < 6 && least > MOST_MS; tries++) {
    const begin = process.cpuUsage();
    try {
      runInNewContext(
        'text.replace(new RegExp(source, flags), "")',
        { text, source, flags },
        { timeout: 20 * MOST_MS },
      );
    } catch {
      return Number.POSITIVE_INFINITY;
    }
    least = Math.min(least, process.cpuUsage(begin).user / 1000);
  }
  return least;
}

const shown = (attack: Attack) =>
  attack
    .filter(([text]) => text !== "")
    .map(([text, isRepeated]) => JSON.stringify(text) + (isRepeated ? " many times" : ""))
    .join(", ");

const files = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts"))
  .sort()
  .map((file) => join(root, "src", file));
const expressions = files.flatMap(expressionsIn);
const known = JSON.parse(readFileSync(KNOWN, "utf8")) as Record<string, Answer>;
const answers: Record<string, Answer> = {};
const problems: string[] = [];
let asked = 0;
for (const expression of expressions) {
  const key = keyOf(expression);
  if (answers[key] === undefined) {
    asked += known[key] === undefined ? 1 : 0;
    answers[key] = known[key] === undefined ? await attackOn(expression) : known[key];
  }
  const answer = answers[key];
  const written = `/${expression.source}/${expression.flags}`;
  if (answer === null || answer === "unknown" || answer === undefined || EXCEPTIONS[written]) continue;
  const ms = timeOf(expression, textOf(answer));
  if (ms <= MOST_MS) continue;
  problems.push(`${relative(root, expression.file)}:${expression.line}  ${written}\n    slow for ${shown(answer)}`);
}
if (process.argv.includes("--write")) {
  const sorted = Object.fromEntries(Object.entries(answers).sort(([a], [b]) => (a < b ? -1 : 1)));
  const lines = Object.entries(sorted).map(([key, answer]) => `${JSON.stringify(key)}: ${JSON.stringify(answer)}`);
  writeFileSync(KNOWN, `{\n${lines.join(",\n")}\n}\n`);
}
const all = Object.values(answers);
const unknown = all.filter((answer) => answer === "unknown").length;
console.log(
  `${expressions.length} expressions; ${all.filter((answer) => Array.isArray(answer)).length} with an attack, each run; ${unknown} that recheck cannot judge; ${asked} were new; ${problems.length} too slow`,
);
for (const problem of problems) console.log(problem);
process.exitCode = problems.length > 0 ? 1 : 0;
