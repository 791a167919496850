import { diagnose } from "../diagnosis/diagnose.ts";
import { buildReport, buildReportList } from "../report/build.ts";
import type { Report, ReportList } from "../report/report.ts";
import type { Snapshot } from "../snapshot/snapshot.ts";
import type { Options } from "./options.ts";

// Apart from run.ts, so that the rules, by far the largest part of the program, are loaded while it waits for the
// API server, and not at all where it fails before.

export { exitCodeFor } from "../report/build.ts";

/** One report where one thing was asked about, else a list. */
export function reportOn(snapshot: Snapshot, { targets }: Options): Report | ReportList {
  const diagnoses = diagnose(snapshot);
  const [only] = diagnoses;
  const isNamed = targets.length === 1 || (snapshot.podsSeen === undefined && targets.length === 0);
  if (!only || diagnoses.length !== 1 || !isNamed) return buildReportList(diagnoses, snapshot, snapshot.podsSeen);
  const report = buildReport(only, snapshot.takenAt);
  return { ...report, unchecked: [...report.unchecked, ...snapshot.skipped.map((what) => ({ what, rules: [] }))] };
}
