import type { Report, ReportList } from "../report.ts";
import type { RenderOptions } from "./layout.ts";

export type { RenderOptions } from "./layout.ts";

/** The report in one of the formats; each is loaded when it is asked for. */
export async function render(
  result: Report | ReportList | readonly Report[],
  format: "text" | "json" | "yaml" | "markdown",
  options: RenderOptions,
): Promise<string> {
  switch (format) {
    case "json":
      return (await import("./json.ts")).renderJson(result, options.kubectlFlags);
    case "yaml":
      return (await import("./yaml.ts")).renderYaml(result, options.kubectlFlags);
    case "markdown":
      return (await import("./markdown.ts")).renderMarkdown(result, options);
    case "text":
      return (await import("./terminal.ts")).renderText(result, options);
  }
}
