import { kubectl } from "../../text/command.ts";
import { count, name, path, text, value } from "../../text/text.ts";
import { refusalRule } from "./refusal-rule.ts";
import { argumentOf, look, ownerFix } from "./repair.ts";

/** One field that validation does not take. */
interface FieldError {
  readonly field: string;
  readonly says: string;
}

interface Facts {
  readonly kind: string;
  readonly errors: readonly FieldError[];
  /** A LimitRange fills in limits that the template does not state: they may be what does not fit. */
  readonly limitRanges: readonly string[];
}

/** The object that the controller makes of the template is not valid. */
export default refusalRule<Facts>({
  id: "creation/invalid-spec",
  title: "The pod that the template makes is not valid",
  needs: ["Event", "LimitRange"],
  read: (message, { snapshot, object }) => {
    const [, kind, words = ""] = /^([A-Z]\w+)(?:\.[\w.]{1,500})? "[^"]*" is invalid: ([\s\S]+)$/.exec(message) ?? [];
    if (!kind) return undefined;
    const errors = fieldErrorsIn(words);
    const isAboutAmounts = errors.some(({ field }) => /\.resources\b/.test(field));
    const ranges = isAboutAmounts ? snapshot.list("LimitRange", object.metadata.namespace).items : [];
    return { kind, errors, limitRanges: ranges.map(({ metadata }) => metadata.name) };
  },
  message: ({ kind, errors, limitRanges }, { object }) => {
    const [first, ...others] = errors;
    return {
      headline: first
        ? text`${kind === "Pod" ? "The pod template" : `The ${kind}`} is not valid: ${path(first.field)}: ${value(first.says)}.`
        : text`The ${kind} that ${object.kind} ${name(object.metadata.name)} makes is not valid.`,
      why: text`The ${object.kind} was accepted, the ${kind} that it makes is not: an admission plugin or webhook changes it on the way, or the ${object.kind} is older than the check.${others.length > 0 && ` ${count(others.length, "further field")} ${others.length === 1 ? "is" : "are"} wrong too.`}`,
      notes: [
        ...others.map(({ field, says }) => text`${path(field)}: ${value(says)}.`),
        ...(limitRanges.length
          ? [
              text`LimitRange ${name(limitRanges[0] ?? "")} fills in requests and limits that the template leaves out: compare with its defaults.`,
            ]
          : []),
      ],
    };
  },
  fixes: ({ limitRanges }, input) => [
    ...(limitRanges.length
      ? [look(text`What is filled in.`, kubectl("reads", input.object.metadata.namespace, "describe", "limitrange"))]
      : []),
    ownerFix(
      input,
      text`Correct the field that is named.`,
      [kubectl("changes", input.workload.namespace, "edit", argumentOf(input))],
      { applies: "maybe" },
    ),
  ],
  groupKey: ({ errors }) => errors.map(({ field, says }) => `${field} ${says}`).join(),
  doc: {
    means: "What the controller makes of the template breaks the API's own rules.",
    seenIn:
      '`Pod "NAME" is invalid: FIELD: Invalid value: …`, `Required value`, `Unsupported value` in FailedCreate; several in brackets (all versions).',
    repair: "Correct the field that is named. If the template looks right, see which LimitRange or webhook changes it.",
    notToConfuseWith: "creation/limitrange-violation: there a bound of the namespace is not kept.",
    catalogue: ["create-invalid-spec"],
  },
});

const TYPES =
  "Invalid value|Required value|Unsupported value|Forbidden|Duplicate value|Not found|Too long|Too many|Internal error|Too few";

/** `FIELD: Type: "value": detail`, one or several in brackets (apimachinery v0.36 pkg/util/validation/field/errors.go). */
export function fieldErrorsIn(words: string): readonly FieldError[] {
  const inner = /^\[([\s\S]*)\]$/.exec(words.trim())?.[1] ?? words.trim();
  const start = new RegExp(`(?:^|, )([A-Za-z<][\\w.[\\]()/<>-]*): (?=(?:${TYPES})\\b)`, "g");
  const heads = [...inner.matchAll(start)];
  return heads.map((head, index) => ({
    field: head[1] ?? "",
    says: inner.slice((head.index ?? 0) + head[0].length, heads[index + 1]?.index ?? inner.length).trim(),
  }));
}
