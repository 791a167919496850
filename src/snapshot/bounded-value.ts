/** How deep objects and lists may be nested. Kubernetes' own objects have about 20 levels, a CustomResourceDefinition 60. */
const MOST_LEVELS = 500;
/** How many values a document may have once its aliases are expanded: some 30,000 pods, which have about 150 each. */
const MOST_VALUES = 5_000_000;

/**
 * In words why a parsed document is too large to be walked through: it is nested too deep, refers to itself, or its
 * aliases expand to too many values. Undefined for all others.
 */
export function tooLarge(document: unknown, mostValues: number = MOST_VALUES): string | undefined {
  const waiting: { readonly value: object; readonly level: number }[] = [];
  let values = 0;
  const add = (value: unknown, level: number) => {
    if (typeof value === "object" && value !== null) waiting.push({ value, level });
  };
  add(document, 1);
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    if (next.level > MOST_LEVELS) return `it is nested more than ${MOST_LEVELS} levels deep, or refers to itself`;
    const content = Object.values(next.value);
    values += content.length;
    if (values > mostValues) return `it has more than ${mostValues.toLocaleString("en-US")} values`;
    for (const value of content) add(value, next.level + 1);
  }
  return undefined;
}
