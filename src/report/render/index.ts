import { mistakeWords } from "../../text/failure.ts";
import { listOf, notAnalysed } from "../build.ts";
import type { Report, ReportList } from "../report.ts";
import type { RenderOptions } from "./layout.ts";

export type { RenderOptions } from "./layout.ts";

type Format = "text" | "json" | "yaml" | "markdown";
type Result = Report | ReportList | readonly Report[];
type Write = (result: Result) => string;

/**
 * The report in one of the formats; each is loaded when it is asked for. Where a report cannot be written, the others are,
 * and in its place stands that it could not be analysed.
 */
export async function render(result: Result, format: Format, options: RenderOptions): Promise<string> {
  const write = await writer(format, options);
  try {
    return write(result);
  } catch (error) {
    const writable = withoutFailing(result, write);
    if (writable === undefined) throw error;
    return write(writable);
  }
}

async function writer(format: Format, options: RenderOptions): Promise<Write> {
  switch (format) {
    case "json": {
      const { renderJson } = await import("./json.ts");
      return (result) => renderJson(result, options.kubectlFlags);
    }
    case "yaml": {
      const { renderYaml } = await import("./yaml.ts");
      return (result) => renderYaml(result, options.kubectlFlags);
    }
    case "markdown": {
      const { renderMarkdown } = await import("./markdown.ts");
      return (result) => renderMarkdown(result, options);
    }
    case "text": {
      const { renderText } = await import("./terminal.ts");
      return (result) => renderText(result, options);
    }
  }
}

/** The result with other reports in place of those that cannot be written; undefined where each of them can. */
function withoutFailing(result: Result, write: Write): Result | undefined {
  const items: readonly Report[] = "verdict" in result ? [result] : "items" in result ? result.items : result;
  const written = items.map((report) => {
    try {
      write(report);
      return report;
    } catch (error) {
      return notAnalysed(report.target, report.takenAt, { isMistake: true, because: mistakeWords(error) });
    }
  });
  const [only] = written;
  if (written.every((report, index) => report === items[index])) return undefined;
  if ("verdict" in result) return only;
  return "items" in result ? { ...result, ...listOf(written) } : written;
}
