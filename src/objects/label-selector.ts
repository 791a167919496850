import * as z from "zod/mini";
import { optionalTextMap } from "./object.ts";

const requirementSchema = z.looseObject({
  key: z.string(),
  operator: z.string(),
  values: z.optional(z.array(z.string())),
});
const requirements = z.optional(z.array(requirementSchema));
/** metav1.LabelSelector */
export const labelSelectorSchema = z.looseObject({ matchLabels: optionalTextMap, matchExpressions: requirements });
/** One term of a node selector: requirements on labels and on fields. */
export const nodeSelectorTermSchema = z.looseObject({ matchExpressions: requirements, matchFields: requirements });

/** A label selector as API objects carry it. */
export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly Requirement[];
}

export interface Requirement {
  readonly key: string;
  /** In, NotIn, Exists, DoesNotExist; node selectors also know Gt and Lt. */
  readonly operator: string;
  readonly values?: readonly string[];
}

type Labels = Readonly<Record<string, string>> | undefined;

/**
 * Whether labels fit a selector. An absent selector fits nothing, an empty one everything
 * (apimachinery v0.36 pkg/apis/meta/v1/helpers.go LabelSelectorAsSelector).
 */
export function matchesSelector(selector: LabelSelector | undefined, labels: Labels): boolean {
  if (!selector) return false;
  const { matchLabels = {}, matchExpressions = [] } = selector;
  return (
    Object.entries(matchLabels).every(([key, value]) => labels?.[key] === value) &&
    matchExpressions.every((requirement) => matchesRequirement(requirement, labels))
  );
}

/** Whether a selector has no requirement at all. */
export function isEmptySelector({ matchLabels, matchExpressions }: LabelSelector): boolean {
  return Object.keys(matchLabels ?? {}).length === 0 && (matchExpressions ?? []).length === 0;
}

/** One requirement on labels (apimachinery v0.36 pkg/labels/selector.go Requirement.Matches). */
export function matchesRequirement({ key, operator, values = [] }: Requirement, labels: Labels): boolean {
  // A label may be called like what every object of JavaScript has: constructor.
  const value = labels && Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (operator) {
    case "In":
      return value !== undefined && values.includes(value);
    case "NotIn":
      return value === undefined || !values.includes(value);
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
    case "Gt":
    case "Lt": {
      const [actual, bound] = [wholeNumber(value), wholeNumber(values[0])];
      if (actual === undefined || bound === undefined || values.length !== 1) return false;
      return operator === "Gt" ? actual > bound : actual < bound;
    }
    default:
      return false;
  }
}

/** As strconv.ParseInt(text, 10, 64) reads it: undefined for what is not a number or has more than 64 bits. */
export function wholeNumber(text: string | undefined): bigint | undefined {
  if (text === undefined || text.length > MOST_NUMBER_LENGTH || !/^[+-]?\d+$/.test(text)) return undefined;
  const number = BigInt(text);
  return BigInt.asIntN(64, number) === number ? number : undefined;
}

/** The value of a label has at most 63 characters. */
const MOST_NUMBER_LENGTH = 63;

/** A requirement as people write it: `zone in (a, b)`, `disk = ssd`, `!gpu`. */
export function requirementText({ key, operator, values = [] }: Requirement): string {
  switch (operator) {
    case "In":
      return values.length === 1 ? `${key}=${values[0]}` : `${key} in (${values.join(", ")})`;
    case "NotIn":
      return values.length === 1 ? `${key}!=${values[0]}` : `${key} not in (${values.join(", ")})`;
    case "Exists":
      return key;
    case "DoesNotExist":
      return `!${key}`;
    case "Gt":
      return `${key} > ${values[0]}`;
    case "Lt":
      return `${key} < ${values[0]}`;
    default:
      return `${key} ${operator} ${values.join(", ")}`;
  }
}
