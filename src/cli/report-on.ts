import { diagnose } from "../diagnosis/diagnose.ts";
import { knowledgeFor } from "../diagnosis/knowledge.ts";
import { fullName } from "../objects/object.ts";
import { buildReport, buildReportList } from "../report/build.ts";
import type { Report, ReportList } from "../report/report.ts";
import type { Snapshot } from "../snapshot/snapshot.ts";
import type { Options } from "./options.ts";

// Apart from run.ts, so that the diagnosis is loaded while the program waits for the API server, and not at all where it
// fails before.

export { knowledgeFor } from "../diagnosis/knowledge.ts";
export { exitCodeFor } from "../report/build.ts";

/** One report where one thing was asked about, else a list. */
export async function reportOn(snapshot: Snapshot, { targets }: Options): Promise<Report | ReportList> {
  const wanted = new Set(snapshot.targets.map((target) => `${target.kind} ${fullName(target)}`));
  const objects = snapshot.objects.filter(({ kind, metadata }) => wanted.has(`${kind} ${fullName(metadata)}`));
  const diagnoses = diagnose(snapshot, await knowledgeFor(objects));
  const [only] = diagnoses;
  const isNamed = targets.length === 1 || (snapshot.podsSeen === undefined && targets.length === 0);
  if (!only || diagnoses.length !== 1 || !isNamed) return buildReportList(diagnoses, snapshot, snapshot.podsSeen);
  const report = buildReport(only, snapshot.takenAt);
  return { ...report, unchecked: [...report.unchecked, ...snapshot.skipped.map((what) => ({ what, rules: [] }))] };
}
