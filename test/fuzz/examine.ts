import { loadAll } from "js-yaml";
import { failureText } from "../../src/cli/failure.ts";
import { toOptions } from "../../src/cli/options.ts";
import { exitCodeFor, reportOn } from "../../src/cli/report-on.ts";
import { pickTargets } from "../../src/cli/saved-targets.ts";
import { render } from "../../src/report/render/index.ts";
import type { Report, ReportList } from "../../src/report/report.ts";
import { documentSchema } from "../../src/report/schema.ts";
import { redact } from "../../src/snapshot/redact.ts";
import { parseSnapshot, snapshotText } from "../../src/snapshot/snapshot-file.ts";
import { Failure } from "../../src/text/failure.ts";

/** Longer than this a run may not take, whatever it reads. */
export const MOST_MS = 2000;

/** What no output may hold besides line breaks: controls, bidi marks, invisible characters, halves of pairs. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;

/** One run over a saved document. */
export interface Examined {
  /** What is wrong with it; empty where nothing is. */
  readonly faults: readonly string[];
  readonly milliseconds: number;
  /** The document was refused with a Failure: one sentence, no report. */
  readonly isRefused: boolean;
  readonly targets: number;
}

/** Reports on a document in every format, twice, and looks for what may never happen. */
export async function examine(content: string, { isRedacted = false } = {}): Promise<Examined> {
  const begin = performance.now();
  const first = await outputsOf(content, isRedacted);
  const milliseconds = performance.now() - begin;
  const faults = [...first.faults];
  if (milliseconds > MOST_MS) faults.push(`took ${Math.round(milliseconds)} ms`);
  const second = await outputsOf(content, isRedacted);
  for (const [format, written] of first.outputs) {
    const shown = format === "snapshot" ? "" : written.replaceAll("\n", "");
    const unseen = UNSEEN.exec(shown);
    if (unseen) faults.push(`${format} holds U+${unseen[0].codePointAt(0)?.toString(16)}`);
    if (second.outputs.get(format) !== written) faults.push(`${format} differs between two runs`);
  }
  return { faults, milliseconds, isRefused: first.isRefused, targets: first.targets };
}

interface Outputs {
  readonly outputs: ReadonlyMap<string, string>;
  readonly faults: readonly string[];
  readonly isRefused: boolean;
  readonly targets: number;
}

async function outputsOf(content: string, isRedacted: boolean): Promise<Outputs> {
  const outputs = new Map<string, string>();
  const faults: string[] = [];
  let isRefused = false;
  let targets = 0;
  try {
    const options = toOptions({ positionals: [], values: { from: "case.json" } });
    const { snapshot: read } = pickTargets(await parseSnapshot([{ path: "case.json", content }]), options);
    const snapshot = isRedacted ? redact(read) : read;
    outputs.set("snapshot", snapshotText(snapshot));
    const result = await reportOn(snapshot, options);
    const reports = "items" in result ? result.items : [result];
    targets = reports.length;
    exitCodeFor(reports);
    faults.push(...reports.flatMap(mistakesIn));
    await renderAll(result, outputs);
  } catch (error) {
    if (error instanceof Failure) isRefused = true;
    else faults.push(error instanceof Error ? (error.stack ?? error.message) : `threw ${String(error)}`);
    for (const output of ["text", "json"] as const)
      outputs.set(`failure ${output}`, await failureText(error, output, { color: false, width: 100 }));
  }
  faults.push(...[...outputs].flatMap(([format, written]) => schemaFaults(format, written)));
  return { outputs, faults, isRefused, targets };
}

async function renderAll(result: Report | ReportList, outputs: Map<string, string>): Promise<void> {
  for (const format of ["text", "json", "yaml", "markdown"] as const) {
    const options = { color: false, width: 100, wide: false, kubectlFlags: ["--context=shop"] };
    outputs.set(format, await render(result, format, options));
    if (format === "text") outputs.set("wide", await render(result, format, { ...options, wide: true }));
  }
}

/** Exceptions that were caught on the way and told instead of a result. */
function mistakesIn({ unchecked, verdict, remarks }: Report): readonly string[] {
  return [
    ...unchecked.flatMap(({ what }) => (/^rule \S+ failed/.test(what) ? what : [])),
    ...(verdict === "not-analysed" && /mistake in kubectl why-pending/.test(JSON.stringify(remarks))
      ? [`not analysed: ${JSON.stringify(remarks)}`]
      : []),
  ];
}

function schemaFaults(format: string, written: string): readonly string[] {
  if (format !== "json" && format !== "yaml" && format !== "failure json") return [];
  const document = format === "yaml" ? loadAll(written, { maxDepth: 1000 })[0] : JSON.parse(written);
  const { success, error } = documentSchema.safeParse(document);
  return success ? [] : [`${format} is not as the schema has it: ${JSON.stringify(error.issues[0])}`];
}
