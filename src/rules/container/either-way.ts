import type { Rule } from "../rule.ts";

/** One cause that some runtimes report as a failed start, and others as a crash. */
export function eitherWay(asStart: Rule, asCrash: Rule): Rule {
  return {
    ...asCrash,
    needs: [...new Set([...asStart.needs, ...asCrash.needs])],
    evaluate: (input) => [...asStart.evaluate(input), ...asCrash.evaluate(input)],
  };
}
