// Records scenarios on the running cluster, inside its network; record.mjs starts it there.
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { closeApi } from "./lib/api.mjs";
import { whyPending } from "./lib/diagnosis.mjs";
import { VERSION } from "./lib/machine.mjs";
import {
  addFakeNodes,
  cleanUp,
  hasRule,
  play,
  removeFakeNodes,
  scenarios,
  shownPath,
  targetOf,
} from "./lib/scenario.mjs";
import { root } from "./lib/session.mjs";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { near: { type: "string" }, plugin: { type: "string" }, "no-node": { type: "boolean" } },
});

/** Where the case of a scenario lives. Throws for a scenario that no rule is named by. */
function fileOf({ id, expect }) {
  const rule = values.near ?? expect.rule;
  if (!rule) throw new Error("a healthy scenario is a near case: name the rule with --near RULE");
  if (!hasRule(rule)) throw new Error(`there is no rule ${rule} yet`);
  const [family, name] = id.split("/");
  const called = rule.startsWith(`${family}/`) ? name : `${family}-${name}`;
  // What another release says is a case of its own.
  const release = VERSION ? `-${VERSION.replace(/\.\d+$/, "")}` : "";
  return join(root, "test/cases", rule, `${values.near ? "near" : "hit"}-${called}${release}`, "snapshot.json");
}

async function record(scenario) {
  const file = fileOf(scenario);
  try {
    await play(scenario);
    mkdirSync(dirname(file), { recursive: true });
    const target = await targetOf(scenario);
    const { code, stderr } = await whyPending(target, scenario.namespace, {
      ...values,
      args: ["--save-snapshot", file],
    });
    if (code !== 0 && code !== 1) {
      rmSync(dirname(file), { recursive: true });
      throw new Error(`exit code ${code}: ${stderr.trim()}`);
    }
    writeFileSync(file, `${JSON.stringify(trimmed(JSON.parse(readFileSync(file, "utf8"))), null, 1)}\n`);
    // The program keeps snapshots to their owner; a case is for everybody.
    chmodSync(file, 0o644);
    const expected = join(dirname(file), "expected.json");
    // What the scenario says, not what the program said: the next test run compares the two.
    const rootCause = values.near ? "any" : { rule: scenario.expect.rule };
    if (!existsSync(expected)) writeFileSync(expected, `${JSON.stringify({ rootCause }, null, 2)}\n`);
    console.log(shownPath(file));
  } finally {
    await cleanUp(scenario, Boolean(scenario.nodes));
  }
}

/** Without what only the API server's bookkeeping needs, and what kubectl repeats in an annotation. */
function trimmed(snapshot) {
  for (const { metadata } of snapshot.items) {
    delete metadata.managedFields;
    delete metadata.annotations?.["kubectl.kubernetes.io/last-applied-configuration"];
  }
  return snapshot;
}

const noNode = values["no-node"] ?? false;
const chosen = scenarios(positionals).filter(({ kubelet }) => !noNode || kubelet === false);
let failed = 0;
for (const scenario of chosen) {
  const onFakeNodes = noNode || scenario.nodes === "fake";
  try {
    if (onFakeNodes) await addFakeNodes(noNode);
    await record(scenario);
  } catch (error) {
    failed += 1;
    console.error(`${scenario.id}: ${error.message}`);
  }
  if (onFakeNodes) await removeFakeNodes();
}
closeApi();
process.exitCode = failed === 0 && chosen.length > 0 ? 0 : 1;
