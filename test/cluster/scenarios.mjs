// Plays the scenarios on the running cluster, inside its network: run.mjs starts it there. Prints a table, the fixes that
// were accepted, the audit and in the end `N passed, N failed`. --rights: each is seen by users with fewer rights too;
// --no-repair: what the reports advise is not done.
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { pasteLine } from "../../src/text/command.ts";
import { closeApi, environment, runProgram } from "./lib/api.mjs";
import { auditSummary } from "./lib/audit.mjs";
import { conclude } from "./lib/counts.mjs";
import { diagnose, problemsOf } from "./lib/diagnosis.mjs";
import { repair } from "./lib/repair.mjs";
import { examineRights, revokeAll, rightsTable } from "./lib/rights.mjs";
import { addFakeNodes, cleanUp, hasRule, play, removeFakeNodes, scenarios, targetOf } from "./lib/scenario.mjs";

/** Two cores: most of a scenario is waiting, for the kubelet's back-off above all. */
const AT_ONCE = 6;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    plugin: { type: "string" },
    summary: { type: "string" },
    "no-node": { type: "boolean" },
    rights: { type: "boolean" },
    "no-repair": { type: "boolean" },
  },
});
const options = { plugin: values.plugin };
const begin = Date.now();

async function examine(scenario, isAlone) {
  const started = Date.now();
  const result = { id: scenario.id, title: scenario.title, expected: expectation(scenario), problems: [] };
  try {
    await play(scenario);
    const target = await targetOf(scenario);
    const diagnosis = { target, ...(await diagnose(target, scenario.namespace, options)) };
    result.diagnosisMs = diagnosis.ms;
    result.rule = diagnosis.report?.rootCause?.rule ?? diagnosis.report?.verdict ?? "no report";
    result.confidence = diagnosis.report?.rootCause?.confidence;
    result.fixes = changesOf(diagnosis.report);
    result.problems.push(...problemsOf(diagnosis, scenario));
    if (values.rights) {
      result.rights = await examineRights(scenario, target, options.plugin);
      result.problems.push(...result.rights.problems);
    }
    if (!values["no-repair"] && wantsRepair(scenario, diagnosis)) {
      const repairing = Date.now();
      result.repair = await repair(scenario, diagnosis, options);
      result.repairMs = Date.now() - repairing;
      if (result.repair.problem) result.problems.push(`repair: ${result.repair.problem}`);
    }
  } catch (error) {
    result.problems.push(error.message);
  } finally {
    await cleanUp(scenario, isAlone);
  }
  result.seconds = (Date.now() - started) / 1000;
  printRow(result);
  return result;
}

/** `raw` where the program has no rule for the cause yet. */
function expectation({ expect }) {
  if (expect.healthy) return "healthy";
  return [expect.rule, ...(expect.also ?? [])].some(hasRule) ? expect.rule : `raw (${expect.rule})`;
}

/** The commands that the report advises, without those that only look: for the summary. */
const changesOf = (report) =>
  (report?.rootCause?.fixes ?? []).flatMap(({ commands }) =>
    commands.filter(({ does }) => does !== "reads").map((command) => pasteLine(command)),
  );

/** A repair is expected of each cause that has a rule, unless the scenario says that no command can repair it. */
const wantsRepair = ({ expect, repair: how }, { report }) =>
  !expect.healthy && !how?.none && Boolean(report?.rootCause) && hasRule(expect.rule);

function printRow({ id, seconds, rule, confidence, rights, repair: repaired, problems, expected }) {
  const outcome = problems.length === 0 ? "ok    " : "FAILED";
  const fix = repaired
    ? repaired.problem
      ? "fix failed"
      : repaired.isPartial
        ? "fixed as far as there are rules"
        : "fixed"
    : "";
  const said = [rule ?? "", confidence].filter(Boolean).join(", ");
  const seenBy = rights ? `${Object.values(rights.words).join(" · ")} · ${rights.grants}`.padEnd(32) : "";
  console.log(
    `${outcome} ${seconds.toFixed(0).padStart(4)} s  ${id.padEnd(48)} ${(expected.startsWith("raw") ? `${said}, ${expected}` : said).padEnd(44)} ${seenBy} ${fix}`.trimEnd(),
  );
  for (const problem of problems) console.log(`         ${problem}`);
}

async function examineAll(chosen, atOnce) {
  const queue = [...chosen];
  const results = [];
  const worker = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) results.push(await examine(next, atOnce === 1));
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
}

const secondTries = [];

/**
 * A machine of two cores at full load breaks what waits for something: what failed is played once more, with nothing
 * beside it, and both tries are told. What fails again has failed.
 */
async function playFailedAgain() {
  for (const [index, { id, problems }] of results.entries()) {
    const scenario = chosen.find((one) => one.id === id);
    if (problems.length === 0 || !scenario || secondTries.some((one) => one.id === id)) continue;
    console.log(`${id} once more, alone`);
    secondTries.push({ id, first: problems });
    results[index] = await examine(scenario, true);
  }
}

const noNode = values["no-node"] ?? false;
const chosen = scenarios(positionals).filter(({ kubelet }) => !noNode || kubelet === false);
if (chosen.length === 0) {
  console.error(`There is no scenario ${positionals.join(", ")}.`);
  process.exit(1);
}
const version = await runProgram("kubectl", ["why-pending", "--version"], {
  env: environment("reader", options.plugin),
});
if (version.code !== 0) {
  console.error(`kubectl does not run the plugin: ${version.stderr.trim()}`);
  process.exit(1);
}
console.log(`${chosen.length} scenarios with ${version.stdout.trim()}, ${AT_ONCE} at once`);
if (values.rights)
  console.log(
    "Seen by a user with rights to pods and events only · view · nothing · how many named rights were granted.",
  );

/** The first run of the program, and where commands repair it, all until the pods are ready. */
const timeOf = ({ id, diagnosisMs = 0, repairMs }) =>
  `${id.slice("tasks/".length)} ${((diagnosisMs + (repairMs ?? 0)) / 1000).toFixed(1)} s${repairMs === undefined ? " (named, for the program to be repaired)" : ""}`;

const needsFakeNodes = ({ nodes }) => noNode || nodes === "fake";
const withFakeNodes = chosen.filter(needsFakeNodes);
const results = await examineAll(
  chosen.filter((one) => !needsFakeNodes(one)),
  AT_ONCE,
);
await playFailedAgain();
if (withFakeNodes.length > 0) {
  await addFakeNodes(noNode);
  results.push(
    ...(await examineAll(
      withFakeNodes.filter(({ alone }) => !alone),
      AT_ONCE,
    )),
  );
  results.push(
    ...(await examineAll(
      withFakeNodes.filter(({ alone }) => alone),
      1,
    )),
  );
}
await playFailedAgain();
if (withFakeNodes.length > 0) await removeFakeNodes();

await revokeAll();
const audit = auditSummary();
const failed = results.filter(({ problems }) => problems.length > 0);
const repairs = results.filter(({ repair: one }) => one);
const healthy = results.filter(({ expected }) => expected === "healthy");
const several = results.filter(({ id }) => id.startsWith("multi/"));
const tasks = results.filter(({ id }) => id.startsWith("tasks/"));
const good = (some) => `${some.filter(({ problems }) => problems.length === 0).length}/${some.length}`;
const summary = {
  plugin: version.stdout.trim(),
  seconds: Math.round((Date.now() - begin) / 1000),
  scenarios: good(results),
  raw: results.filter(({ expected }) => expected.startsWith("raw")).length,
  healthyLeftAlone: good(healthy),
  severalFaults: good(several),
  tasks: good(tasks),
  fixesAccepted: `${repairs.filter(({ repair: one }) => !one.problem).length}/${repairs.length}`,
  secondTries,
  audit,
  results: results.sort((a, b) => (a.id < b.id ? -1 : 1)),
};
const rights = results.filter(({ rights: one }) => one).map(({ rights: one }) => one);
if (rights.length > 0) console.log(`\nfewer rights:\n${rightsTable(rights)}`);
console.log(`
scenarios as expected ${summary.scenarios} (${summary.raw} raw: no rule yet; ${secondTries.length} played twice${secondTries.length > 0 ? `: ${secondTries.map(({ id }) => id).join(", ")}` : ""})
healthy ones left alone ${summary.healthyLeftAlone}
several faults ${summary.severalFaults}
tasks of LLM agents ${summary.tasks}, from the first run of the program until all is well: ${tasks.map(timeOf).join(", ")}
fixes accepted ${summary.fixesAccepted}
audit: ${audit.requests} requests of the plugin, ${audit.violations.length} that do more than read or read Secrets other than by name; ${audit.secretMetadataLists} lists of Secrets' metadata
${Object.entries(audit.counts)
  .sort()
  .map(([what, times]) => `  ${String(times).padStart(6)}  ${what}`)
  .join("\n")}`);
for (const violation of audit.violations) console.log(`  NOT ALLOWED  ${violation}`);
// Without a single request the log proves nothing.
const auditFailed = audit.violations.length > 0 || audit.requests === 0;
if (audit.requests === 0) console.log("  the audit log is empty: nothing is proved");
if (values.summary) writeFileSync(values.summary, `${JSON.stringify(summary, null, 1)}\n`);
closeApi();
const bad = failed.length + (auditFailed ? 1 : 0);
conclude("scenarios", results.length + 1 - bad, bad);
