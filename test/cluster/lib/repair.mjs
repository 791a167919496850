// Takes the commands that the report prints, and runs them as printed.
import { pasteLine } from "../../../src/text/command.ts";
import { environment, runProgram } from "./api.mjs";
import { diagnose, findingsOf, whyPending } from "./diagnosis.mjs";
import { hasRule, targetOf, untilRepaired } from "./scenario.mjs";

const PATIENCE_S = 90;
/** With several faults the next one shows after this time at the latest. */
const ROUND_S = 25;
/** Families whose scenarios may take more than one repair. */
const IN_ROUNDS = ["multi", "tasks"];
const MAX_ROUNDS = 5;

/**
 * Repairs by the report alone. One fault: one fix. Several: diagnose again after each, until the pod is fine. Resolves to
 * the commands that were run, and why it did not work where it did not.
 */
export async function repair(scenario, first, options) {
  const rounds = IN_ROUNDS.includes(scenario.id.split("/")[0]) ? MAX_ROUNDS : 1;
  const commands = [];
  const repaired = new Set();
  let diagnosis = first;
  for (let round = 1; round <= rounds; round++) {
    const choice = await choose(diagnosis, scenario, commands, options);
    if (choice.problem && round > 1 && isRestWithoutRule(scenario, diagnosis.report))
      return { commands, isPartial: true };
    const cause = diagnosis.report?.rootCause?.rule;
    // What has been repaired may need a while: the kubelet tries again in its own time.
    const isUnderWay = repaired.has(cause) && round < rounds;
    if (choice.problem && !isUnderWay) return { commands, problem: choice.problem };
    repaired.add(cause);
    for (const line of choice.lines ?? []) {
      commands.push(line);
      const { code, stderr } = await runProgram("bash", ["-c", line], { env: environment("admin") });
      if (code !== 0) return { commands, problem: `${line}: exit code ${code}, ${stderr.trim()}` };
    }
    if (await untilRepaired(scenario, round < rounds ? ROUND_S : PATIENCE_S)) return { commands };
    if (round === rounds) break;
    const target = await targetOf(scenario);
    diagnosis = { target, ...(await diagnose(target, scenario.namespace, options)) };
  }
  return { commands, problem: `not repaired ${PATIENCE_S} s after the commands` };
}

/** The choice from what both reports say. They are made one after the other, and the cluster may change in between. */
async function choose({ target, report }, scenario, done, options) {
  let data = report;
  for (let tries = 3; ; tries--) {
    const printed = await whyPending(target, scenario.namespace, options);
    const choice = chooseFix(data, scenario, printed.stdout, done);
    if (!choice.isUnprinted || tries === 1) return choice;
    data = (await diagnose(target, scenario.namespace, options)).report;
  }
}

/** Of several faults those with a rule are repaired: what is left has none yet, and none that was named before remains. */
function isRestWithoutRule({ expect }, report) {
  const all = [expect.rule, ...(expect.also ?? [])];
  return !all.every(hasRule) && findingsOf(report).length === 0;
}

/**
 * The first fix that changes something and can be run: as it is, with the scenario's values for its placeholders, or,
 * where there is none of these, one that only the reader knows to be right. The text report has to print each command
 * as the JSON holds it.
 */
function chooseFix(report, scenario, printed, done) {
  const words = printed.replace(/\s+/g, " ");
  for (const { container, fixes } of findingsOf(report)) {
    const values = { ...scenario.repair?.fill, ...scenario.repair?.fillFor?.[container] };
    for (const { commands } of [...fixes].sort(lastIfUnsure)) {
      const changing = commands.filter(({ does }) => does !== "reads");
      if (changing.length === 0) continue;
      const raw = changing.map((command) => pasteLine(command));
      const lines = raw.map((line) => filled(line, values));
      if (lines.some((line) => line === undefined) || lines.every((line) => done.includes(line))) continue;
      const missing = raw.find((line) => !words.includes(line.replace(/\s+/g, " ")));
      if (missing) return { isUnprinted: true, problem: `the text report does not print the command ${missing}` };
      return { lines };
    }
  }
  return { problem: "no fix with a command that changes something and can be run" };
}

const lastIfUnsure = (a, b) => Number(a.applies === "maybe") - Number(b.applies === "maybe");

/** The line with its <placeholders> replaced; undefined where the scenario has no value for one. */
function filled(line, values) {
  let isComplete = true;
  const text = line.replace(/<([a-z][^<>]*)>/gi, (_, name) => {
    if (values[name] === undefined) isComplete = false;
    return values[name] ?? "";
  });
  return isComplete ? text : undefined;
}
