import type { Report, ReportList } from "../report.ts";
import { toDocument } from "./document.ts";
import { escapeInJson } from "./escape.ts";

/** The report for programs, as docs/report.schema.json has it. */
export function renderJson(
  result: Report | ReportList | readonly Report[],
  kubectlFlags: readonly string[] = [],
): string {
  return jsonText(toDocument(result, kubectlFlags));
}

/** JSON that is safe to print, too: what could steer a terminal is written as an escape, which means the same. */
export const jsonText = (document: object): string => `${escapeInJson(JSON.stringify(document, null, 2))}\n`;
