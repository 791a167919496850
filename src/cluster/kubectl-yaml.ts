import { tooLarge } from "../snapshot/bounded-value.ts";
import { parsePlainYaml } from "./plain-yaml.ts";

/** A kubeconfig of 1,000 clusters has 30,000 values; aliases can expand to any number. */
const MOST_VALUES = 1_000_000;

/** A document with too many values or levels; the message says why, as a sentence without its full stop. */
export class TooLargeDocument extends Error {}

/** The schema is made once; js-yaml is not loaded for JSON, nor for YAML as kubectl writes it. */
let schema: Promise<(content: string) => unknown> | undefined;

/**
 * YAML as kubectl's parser takes it (sigs.k8s.io/yaml v1.6 goyaml.v2/resolve.go): mostly YAML 1.1, so `on` is a boolean,
 * but `0o17` and `1e3` are numbers, `12:30` and dates are text. A key given twice counts as given last, and only the
 * first document is read. Throws where it is neither YAML nor JSON.
 */
export async function parseYaml(content: string): Promise<unknown> {
  if (/^\s*\{/.test(content)) {
    try {
      return checked(JSON.parse(content));
    } catch (error) {
      // YAML in braces is no JSON.
      if (error instanceof TooLargeDocument) throw error;
    }
  }
  return parsePlainYaml(content) ?? parseAnyYaml(content);
}

function checked(document: unknown): unknown {
  const problem = tooLarge(document, MOST_VALUES);
  if (problem) throw new TooLargeDocument(problem);
  return document;
}

/** The same, of any YAML. */
export async function parseAnyYaml(content: string): Promise<unknown> {
  schema ??= loader();
  return (await schema)(content);
}

async function loader(): Promise<(content: string) => unknown> {
  const yaml = await import("js-yaml");
  const numberTag = yaml.defineScalarTag<number>("tag:yaml.org,2002:float", {
    implicit: true,
    implicitFirstChars: ["-", "+", ".", ..."0123456789"],
    resolve: (source) => numberOf(source) ?? yaml.NOT_RESOLVED,
    identify: () => false,
  });
  const { boolYaml11Tag, FAILSAFE_SCHEMA, loadAll, mergeTag, nullYaml11Tag } = yaml;
  const kubectlSchema = FAILSAFE_SCHEMA.withTags(nullYaml11Tag, boolYaml11Tag, numberTag, mergeTag);
  return (content) => {
    const [document] = loadAll(content, { schema: kubectlSchema, json: true });
    return checked(document);
  };
}

const WHOLE = /^([-+]?)(0[xX][0-9a-fA-F]+|0[oO]?[0-7]+|0[bB][01]+)$/;
const DECIMAL = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const SPECIAL = /^(?:\.(?:nan|NaN|NAN)|[-+]?\.(?:inf|Inf|INF))$/;

function numberOf(source: string): number | undefined {
  if (SPECIAL.test(source)) return Number.NaN;
  const digits = source.replaceAll("_", "");
  const [, sign, whole] = WHOLE.exec(digits) ?? [];
  if (whole) return (sign === "-" ? -1 : 1) * Number(whole.replace(/^0([0-7])/, "0o$1"));
  return DECIMAL.test(digits) ? Number(digits) : undefined;
}
