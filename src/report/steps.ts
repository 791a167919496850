import { leftOut } from "../rules/checked-fix.ts";
import type { Fix } from "../rules/finding.ts";
import type { Command, Effect } from "../text/command.ts";
import { badWordOf } from "../text/kubectl-grammar.ts";
import type { Text } from "../text/text.ts";
import type { Act, Step } from "./report.ts";

const ACTS: Readonly<Record<Effect, Act>> = { reads: "see", changes: "change", restarts: "restart", deletes: "delete" };

/** One step; as-is and by the owner of the workload unless told otherwise. A command that may not be printed is left out. */
export function step(act: Act, title: Text, command: Step["command"], more: Partial<Step> = {}): Step {
  const bad = command && badWordOf(command);
  return {
    act,
    title: bad ? [...title, ...(title.length ? [" "] : []), ...leftOut(bad)] : title,
    ...(command && !bad && { command }),
    applies: "as-is",
    by: "workload-owner",
    placeholders: [],
    isAlternative: false,
    ...more,
  };
}

/** The fixes one after the other, then the look that verifies. */
export function repairSteps(fixes: readonly Fix[], verification: Command): readonly Step[] {
  let hasRepair = false;
  const steps: Step[] = [];
  for (const one of fixes) {
    const { title, commands, applies, by } = one;
    // A look comes before a repair and is no alternative to it; two repairs are alternatives.
    const isRepair = !isLook(one) && !(commands[0] && commands.every(isTrial));
    const isAlternative = hasRepair && isRepair;
    hasRepair ||= isRepair;
    if (commands.length === 0) steps.push(step("task", title, undefined, { applies, by, isAlternative }));
    for (const [place, command] of commands.entries()) {
      const placeholders = placeholdersIn(place === 0 ? commands : [command]);
      steps.push(
        step(ACTS[command.does], place === 0 ? title : [], command, {
          applies,
          by,
          placeholders,
          isAlternative: isAlternative && place === 0,
        }),
      );
    }
  }
  return [...steps, step("verify", [], verification)];
}

/** Whether a fix only looks, and repairs nothing. */
export const isLook = ({ commands }: Fix): boolean =>
  commands.length > 0 && commands.every(({ does }) => does === "reads");

/** Whether a command runs in a container what the pod itself runs there: it may change something and repairs nothing. */
export const isTrial = ({ argv }: Command): boolean => argv.includes("exec");

/** `<tag>`, `<host/repository:tag>`: each once. */
export const placeholdersIn = (commands: readonly Command[]): readonly string[] => [
  ...new Set(commands.flatMap(({ argv }) => argv.flatMap((word) => word.match(/<[A-Za-z][^<>]*>/g) ?? []))),
];
