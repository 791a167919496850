import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { diagnose } from "../../src/diagnosis/diagnose.ts";
import { allKnowledge } from "../../src/diagnosis/knowledge.ts";
import type { Json } from "../../src/objects/object.ts";
import { buildReport } from "../../src/report/build.ts";
import { escapeText } from "../../src/report/render/escape.ts";
import { parseSnapshot } from "../../src/snapshot/snapshot-file.ts";
import { type Command, pasted } from "../../src/text/command.ts";
import { HOSTILE, mutated, type Place, seeded, textFields } from "./hostile.ts";
import { paste, REAL_SHELLS } from "./shells.ts";

// Hostile words in all fields of all cases: what is printed for them is pasted into real shells, in which a program in
// the place of kubectl records its words. PASTE=all takes every document, PASTE=N about so many; both take PASTE_SEED.

const DOCUMENTS = process.env.PASTE === "all" ? Number.POSITIVE_INFINITY : Number(process.env.PASTE ?? 1000);
const SEED = Number(process.env.PASTE_SEED ?? 1);
/** As many commands as are pasted in a short run. */
const COMMANDS = process.env.PASTE ? Number.POSITIVE_INFINITY : 300;

/** Words with a hyphen in front that the program itself writes; those behind `--` are no options of kubectl's. */
const OPTION =
  /^(?:-[AcLlnopf]|-it|-z|-|--(?:all-containers|all-namespaces|containers|copy-to|external-name|field-selector|force|overwrite|previous|raw|show-labels|show-managed-fields|watch)|--(?:as|clusterrole|container|description|docker-password|docker-server|docker-username|dry-run|field-selector|for|from|from-file|from-literal|grace-period|image|keys|limits|name|port|profile|replicas|requests|resource|resource-name|role|serviceaccount|subresource|tail|target-port|tcp|timeout|to-revision|type|value|verb)=.*)$/s;

const CASES = join(import.meta.dirname, "../cases");
const knowledge = await allKnowledge();

interface Target {
  readonly document: Json;
  readonly places: readonly Place[];
}

async function commandsFor(document: Json): Promise<readonly Command[]> {
  let snapshot: Awaited<ReturnType<typeof parseSnapshot>>;
  try {
    snapshot = await parseSnapshot([{ path: "case", content: JSON.stringify(document) }]);
  } catch {
    // A file without one usable object; a header that is none is the reader's concern.
    return [];
  }
  const commands: Command[] = [];
  for (const diagnosis of diagnosesOf(snapshot)) {
    const { steps, rootCause, others, consequences } = diagnosis;
    commands.push(...steps.flatMap(({ command }) => command ?? []));
    for (const finding of [...(rootCause ? [rootCause] : []), ...others, ...consequences])
      commands.push(...finding.fixes.flatMap((fix) => fix.commands));
  }
  return commands;
}

/** Reports; a document that the program cannot report on at all prints no commands. */
function diagnosesOf(snapshot: Awaited<ReturnType<typeof parseSnapshot>>) {
  try {
    return diagnose(snapshot, knowledge).map((diagnosis) => buildReport(diagnosis, snapshot.takenAt));
  } catch {
    return [];
  }
}

/** Every case, with the places whose content its own commands hold, and every field. */
async function targets(): Promise<readonly Target[]> {
  const files = readdirSync(CASES, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith("snapshot.json"))
    .sort();
  const all: Target[] = [];
  for (const file of files) {
    const content = readFileSync(join(CASES, relative(CASES, join(CASES, file))), "utf8");
    const document = JSON.parse(content) as Json;
    const words = (await commandsFor(document)).flatMap(({ argv }) => argv);
    const tokens = new Set(words.flatMap((word) => [word, ...word.split(/[/=,:@"]/)]));
    const used = [...tokens].filter((token) => token.length > 2 && content.includes(token)).sort();
    all.push({
      document,
      places: [
        ...used.flatMap((token) => [true, false].map((keepsIdentity): Place => ({ token, keepsIdentity }))),
        ...textFields(document).flatMap((field) => [true, false].map((isAppended): Place => ({ field, isAppended }))),
      ],
    });
  }
  return all;
}

/** All distinct commands for a number of hostile documents. */
async function hostileCommands(): Promise<{ commands: readonly Command[]; documents: number }> {
  const random = seeded(SEED);
  const all = (await targets()).flatMap(({ document, places }) => places.map((place) => ({ document, place })));
  const share = Math.min(1, DOCUMENTS / (all.length * HOSTILE.length));
  const found = new Map<string, Command>();
  let documents = 0;
  for (const { document, place } of all) {
    for (const word of HOSTILE) {
      if (random() >= share) continue;
      documents++;
      for (const command of await commandsFor(mutated(document, place, word)))
        found.set(JSON.stringify([command.argv, command.into]), command);
    }
  }
  const commands = [...found.values()];
  const part = Math.min(1, COMMANDS / commands.length);
  return { commands: commands.filter(() => random() < part), documents };
}

const { commands, documents } = await hostileCommands();
const partsOf = ({ argv, into }: Command) => [argv, ...(into ? [into] : [])];

describe(`commands for ${documents} hostile documents`, () => {
  test(`none of the ${commands.length} has an option that the program does not write`, () => {
    expect(commands.length).toBeGreaterThan(100);
    const injected = commands.flatMap(partsOf).filter((words) => {
      const end = words.indexOf("--");
      return (end < 0 ? words : words.slice(0, end)).some(
        (word, index) => word.startsWith("-") && !OPTION.test(word) && words[index - 1] !== "-p",
      );
    });
    expect(injected).toEqual([]);
  });

  test("a step that only looks runs a command that only reads", () => {
    const reads = new Set(["get", "describe", "logs", "top", "wait", "rollout", "auth", "why-pending"]);
    const others = commands.filter(
      ({ does, argv }) => does === "reads" && !argv.slice(1, 4).some((one) => reads.has(one)),
    );
    expect(others).toEqual([]);
    expect(commands.filter(({ does, argv }) => does === "reads" && argv.includes("exec"))).toEqual([]);
  });

  for (const one of REAL_SHELLS) {
    const check = one.isThere ? test : test.skip;
    check(
      `${one.shell}${one.isThere ? "" : ` (skipped: ${one.program} is not installed)`}: each word arrives as it is in JSON`,
      () => {
        const usable = commands.flatMap((command) => {
          const shown = pasted(command, [], one.shell);
          return "odd" in shown ? [] : [{ command, line: shown.line }];
        });
        expect(usable.length).toBeGreaterThan(commands.length * 0.9);
        for (const { line } of usable) expect(escapeText(line)).toBe(line);
        const { runs, files, errors } = paste(
          one,
          usable.map(({ line }) => line),
        );
        const expected = usable.flatMap(({ command }) => partsOf(command));
        const different = expected.findIndex((words, index) => JSON.stringify(words) !== JSON.stringify(runs[index]));
        if (different >= 0)
          expect({ words: runs[different], errors: errors.slice(-2000) }).toEqual({
            words: expected[different],
            errors: "",
          });
        expect(runs.length).toBe(expected.length);
        expect(files).toEqual([]);
      },
      3_600_000,
    );
  }
});
