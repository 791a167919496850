import { dump } from "js-yaml";
import type { Report, ReportList } from "../report.ts";
import { toDocument } from "./document.ts";
import { jsonText } from "./json.ts";

/** The same document as `renderJson` writes, in YAML. */
export function renderYaml(
  result: Report | ReportList | readonly Report[],
  kubectlFlags: readonly string[] = [],
): string {
  return yamlText(toDocument(result, kubectlFlags));
}

/**
 * YAML that is safe to print, too. YAML lets through what turns text around or is not seen; a document with such
 * characters is written in the JSON that every YAML parser reads.
 */
export function yamlText(document: object): string {
  const json = jsonText(document);
  const isPlain = json === `${JSON.stringify(document, null, 2)}\n` && !/\\u[0-9a-f]{4}/.test(json);
  // Two places that share an object are written out twice: an anchor is no help to a reader.
  return isPlain ? dump(JSON.parse(json), { noRefs: true, lineWidth: -1 }) : json;
}
