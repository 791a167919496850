import type { Command } from "../text/command.ts";
import { type BadWord, badWordOf } from "../text/kubectl-grammar.ts";
import { type Text, text, value } from "../text/text.ts";
import type { Fix } from "./finding.ts";

const LONGEST_WORD = 60;

/** Says why a command is left out: `"--all" is not a valid object name`. */
export function leftOut({ word, what }: BadWord): Text {
  const shown = word.length > LONGEST_WORD ? `${word.slice(0, LONGEST_WORD)}…` : word;
  return text`A command is left out: ${value(`"${shown}"`)} is not a valid ${what}.`;
}

/**
 * A fix with only such commands as may be printed. Looks stand each for itself; of a repair no part is left, as half of
 * it may do harm.
 */
export function checkedFix(fix: Fix): Fix {
  const bad = fix.commands.map((one) => badWordOf(one));
  const [first] = bad.filter((one) => one !== undefined);
  if (!first) return fix;
  const isLook = fix.commands.every(({ does }) => does === "reads");
  const commands: readonly Command[] = isLook ? fix.commands.filter((_, index) => !bad[index]) : [];
  return {
    ...fix,
    title: [...fix.title, " ", ...leftOut(first)],
    commands,
    applies: commands.length ? fix.applies : "maybe",
  };
}
