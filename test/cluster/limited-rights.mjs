// The scenarios with fewer rights, on the running cluster and inside its network; rights.mjs starts it there.
import { parseArgs } from "node:util";
import { closeApi, kubectl } from "./lib/api.mjs";
import { auditSummary } from "./lib/audit.mjs";
import { diagnose, findingsOf, whyPending } from "./lib/diagnosis.mjs";
import { addFakeNodes, cleanUp, play, removeFakeNodes, scenarios, targetOf } from "./lib/scenario.mjs";
import { certify, writeKubeconfig } from "./lib/user.mjs";

const AT_ONCE = 4;
const CONFIDENCE = ["possible", "likely", "certain"];
const MODES = {
  "pods and events": (user, namespace) => grant(user, namespace, ["get", "list"], "pods,events"),
  view: (user, namespace) =>
    kubectl(["create", "rolebinding", `${user}-view`, "-n", namespace, "--clusterrole=view", `--user=${user}`]),
  nothing: async () => {},
};

const { values, positionals } = parseArgs({ allowPositionals: true, options: { plugin: { type: "string" } } });

/** Gives a user verbs on resources: in a namespace, or everywhere. Removed with the namespace, or by `revokeAll`. */
async function grant(user, namespace, verbs, resources) {
  const role = `${user}-${verbs.join("-")}-${resources.replace(/[^a-z]+/g, "-")}`.slice(0, 60);
  const [where, kind] = namespace ? [["-n", namespace], "role"] : [[], "clusterrole"];
  await kubectl(["create", kind, role, ...where, `--verb=${verbs.join(",")}`, `--resource=${resources}`]);
  await kubectl(["create", `${kind}binding`, role, ...where, `--${kind}=${role}`, `--user=${user}`]);
  if (!namespace) everywhere.push(role);
}
const everywhere = [];

async function revokeAll() {
  if (everywhere.length === 0) return;
  await kubectl(["delete", "clusterrole,clusterrolebinding", ...everywhere, "--ignore-not-found"]);
}

/** One run with few rights; a failure's words are kept for the comparison. */
async function attempt(target, namespace, user) {
  const options = { plugin: values.plugin, user };
  try {
    return await diagnose(target, namespace, options);
  } catch {
    return { failure: await whyPending(target, namespace, options) };
  }
}

/** How a run with fewer rights compares with the one with all: a word for the table, and what is wrong with it. */
function compare(limited, full, { expect }) {
  if (limited.failure) {
    const { code, stderr } = limited.failure;
    if (code !== 2) return { word: "crashed", problem: `exit code ${code}: ${stderr.trim().slice(0, 300)}` };
    if (/\n\s+at \S+ \(/.test(stderr)) return { word: "crashed", problem: `a stack trace: ${stderr.slice(0, 300)}` };
    return /forbidden|may not|needs/i.test(stderr)
      ? { word: "refused, said so" }
      : { word: "refused", problem: `does not name the missing right: ${stderr.trim().slice(0, 300)}` };
  }
  const root = limited.report?.rootCause;
  const isFine = ["ready", "completed"].includes(limited.report?.verdict);
  // A healthy pod may have gone on in the meantime.
  const isExpected =
    expect.healthy?.includes(limited.report?.verdict) ?? limited.report?.verdict === full.report?.verdict;
  if (isFine && !isExpected)
    return {
      word: "wrong",
      problem: `the verdict is ${limited.report.verdict}, with all rights ${full.report?.verdict}`,
    };
  if (!root) return { word: full.report?.rootCause ? "raw" : "same" };
  const known = findingsOf(full.report).find(({ rule }) => rule === root.rule);
  if (!known)
    return {
      word: "wrong",
      problem: `names ${root.rule}, with all rights ${full.report?.rootCause?.rule ?? "no cause"}`,
    };
  const surer = CONFIDENCE.indexOf(root.confidence) - CONFIDENCE.indexOf(known.confidence);
  if (surer > 0)
    return { word: "surer", problem: `${root.rule} is ${root.confidence}, with all rights ${known.confidence}` };
  return { word: surer < 0 ? "less sure" : "same" };
}

const missingRights = ({ report }) => [...new Set((report?.unchecked ?? []).map(({ right }) => right).filter(Boolean))];

/** Grants each right that the report names as missing; its line has to vanish. Resolves to what is wrong. */
async function grantWhatIsNamed(target, namespace, user, limited) {
  const problems = [];
  let current = limited;
  const granted = new Set();
  for (let right = missingRights(current)[0]; right; right = missingRights(current).find((one) => !granted.has(one))) {
    granted.add(right);
    const parsed = /^(get|list|watch) (\S+?)(?: \S+)??(?: in namespace (\S+)| in all namespaces)?$/.exec(right);
    if (!parsed) return [`the right "${right}" cannot be granted as it is written`];
    const [, verb, resource, where] = parsed;
    await grant(user, where, [verb], resource);
    current = await attempt(target, namespace, user);
    if (current.failure || missingRights(current).includes(right))
      problems.push(`"${right}" was granted and is still named as missing`);
  }
  return problems;
}

async function examine(scenario) {
  const words = {};
  const problems = [];
  try {
    await play(scenario);
    const target = await targetOf(scenario);
    const full = await diagnose(target, scenario.namespace, { plugin: values.plugin });
    for (const [mode, allow] of Object.entries(MODES)) {
      const user = `${scenario.namespace}-${mode.split(" ")[0]}`.slice(-60);
      await certify(user);
      writeKubeconfig(user);
      await allow(user, scenario.namespace);
      const limited = await attempt(target, scenario.namespace, user);
      const { word, problem } = compare(limited, full, scenario);
      words[mode] = word;
      if (problem) problems.push(`${mode}: ${problem}`);
      if (mode === "pods and events" && limited.report)
        problems.push(...(await grantWhatIsNamed(target, scenario.namespace, user, limited)));
    }
  } catch (error) {
    problems.push(error.message);
  } finally {
    await cleanUp(scenario, false);
  }
  const row = Object.keys(MODES).map((mode) => (words[mode] ?? "").padEnd(18));
  console.log(`${problems.length === 0 ? "ok    " : "FAILED"} ${scenario.id.padEnd(46)} ${row.join("")}`.trimEnd());
  for (const problem of problems) console.log(`         ${problem}`);
  return { words, problems };
}

const chosen = scenarios(positionals).filter(({ alone, target }) => !alone && !target?.startsWith("deployment/"));
console.log(
  `       ${"".padEnd(46)} ${Object.keys(MODES)
    .map((mode) => mode.padEnd(18))
    .join("")}`,
);
const queue = [...chosen];
const results = [];
if (chosen.some(({ nodes }) => nodes)) await addFakeNodes();
const worker = async () => {
  for (let next = queue.shift(); next; next = queue.shift()) results.push(await examine(next));
};
await Promise.all(Array.from({ length: AT_ONCE }, worker));
if (chosen.some(({ nodes }) => nodes)) await removeFakeNodes();
await revokeAll();
for (const mode of Object.keys(MODES)) {
  const times = {};
  for (const { words } of results) times[words[mode]] = (times[words[mode]] ?? 0) + 1;
  console.log(
    `${mode}: ${Object.entries(times)
      .map(([word, count]) => `${count} ${word}`)
      .join(", ")}`,
  );
}
const { violations } = auditSummary();
for (const violation of violations) console.log(`NOT ALLOWED  ${violation}`);
closeApi();
const failed = results.filter(({ problems }) => problems.length > 0).length + (violations.length > 0 ? 1 : 0);
console.log(`${results.length + 1 - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 && results.length > 0 ? 0 : 1;
