// The same diagnosis by users with fewer rights: nothing may crash, no cause may be named that is not there or be surer than
// with all rights. Who has none is granted each right that is named as missing, until none is: each has to vanish, and in the end
// the cause is that of one with all rights.
import { setTimeout as sleep } from "node:timers/promises";
import { api } from "./api.mjs";
import { diagnose, findingsOf, whyPending } from "./diagnosis.mjs";
import { certify, writeKubeconfig } from "./user.mjs";

const CONFIDENCE = ["possible", "likely", "certain"];
/** A pod goes on between two runs, and the API server takes a moment to know a new role. */
const TRIES = 3;
const PAUSE_MS = 700;

const allow = (user, namespace, verbs, resources) =>
  grant(user, namespace, [{ apiGroups: ["*"], resources, verbs }], `${verbs.join("-")}-${resources.join("-")}`);

const MODES = {
  "pods and events": (user, namespace) => allow(user, namespace, ["get", "list"], ["pods", "events"]),
  view: (user, namespace) => bind(user, namespace, "ClusterRole", "view"),
  nothing: async () => {},
};

const rbac = (namespace) =>
  `/apis/rbac.authorization.k8s.io/v1${namespace ? `/namespaces/${namespace}` : ""}/${namespace ? "" : "cluster"}role`;
const object = (kind, name, body) => ({
  apiVersion: "rbac.authorization.k8s.io/v1",
  kind,
  metadata: { name },
  ...body,
});
const everywhere = [];

function bind(user, namespace, kind, role) {
  const name = `${user}-${role}`;
  return api(
    "POST",
    `${rbac(namespace)}bindings`,
    object(namespace ? "RoleBinding" : "ClusterRoleBinding", name, {
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind, name: role },
      subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: user }],
    }),
  );
}

/** Gives a user rights in a namespace, or everywhere. They go with the namespace, or with `revokeAll`. */
async function grant(user, namespace, rules, what) {
  const name = `${user}-${what.replace(/[^a-z]+/g, "-")}`;
  const kind = namespace ? "Role" : "ClusterRole";
  await api("POST", `${rbac(namespace)}s`, object(kind, name, { rules }));
  await bind(user, namespace, kind, name);
  if (!namespace) everywhere.push(name, `${user}-${name}`);
}

/** Takes back what was granted in all namespaces. */
export async function revokeAll() {
  for (const name of everywhere.splice(0)) {
    for (const kind of ["clusterroles", "clusterrolebindings"])
      await api("DELETE", `/apis/rbac.authorization.k8s.io/v1/${kind}/${name}`);
  }
}

/** One run with few rights; a failure's words are kept for the comparison. */
async function attempt(target, namespace, options) {
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
  if (!known) {
    // What was not read may have told more; then it must not be sure, and has to say what that is.
    const isHonest = root.confidence !== "certain" && missingRights(limited).length > 0;
    if (isHonest && full.report?.rootCause) return { word: "another, not sure" };
    return {
      word: "wrong",
      problem: `names ${root.rule} (${root.confidence}), with all rights ${full.report?.rootCause?.rule ?? "no cause"}`,
    };
  }
  const surer = CONFIDENCE.indexOf(root.confidence) - CONFIDENCE.indexOf(known.confidence);
  if (surer > 0)
    return { word: "surer", problem: `${root.rule} is ${root.confidence}, with all rights ${known.confidence}` };
  return { word: surer < 0 ? "less sure" : "same" };
}

/** The rights that a report, or the message in its place, names as missing. */
function missingRights({ report, failure }) {
  if (failure) return /needs the right to ([^.:\n]+)\./.exec(failure.stderr.replace(/\s+/g, " "))?.slice(1) ?? [];
  return [...new Set((report?.unchecked ?? []).map(({ right }) => right).filter(Boolean))];
}

/**
 * Grants each right that is named as missing; it has to vanish. In the end there is nothing that the report could not read,
 * so its cause is that of one with all rights. Resolves to how many were granted, and what is wrong.
 */
async function grantWhatIsNamed(scenario, target, user, options, limited) {
  const problems = [];
  const granted = new Set();
  const next = (run) => missingRights(run).find((one) => !granted.has(one));
  let current = limited;
  for (let right = next(current); right; right = next(current)) {
    granted.add(right);
    const parsed = /^(get|list|watch) (\S+?)(?: \S+)??(?: in namespace (\S+)| in all namespaces)?$/.exec(right);
    if (!parsed) {
      problems.push(`the right "${right}" cannot be granted as it is written`);
      break;
    }
    const [, verb, resource, where] = parsed;
    // The group does not matter here.
    await allow(user, where, [verb], [resource.split(".")[0]]);
    const isGone = await untilFine(async () => {
      current = await attempt(target, scenario.namespace, options);
      return missingRights(current).includes(right) ? "still there" : undefined;
    });
    if (isGone) problems.push(`"${right}" was granted and is still named as missing`);
  }
  const different = await untilFine(async () => {
    current = await attempt(target, scenario.namespace, options);
    const full = await diagnose(target, scenario.namespace, { plugin: options.plugin });
    const [ours, theirs] = [current, full].map(({ report }) => report?.rootCause?.rule ?? report?.verdict);
    const isFine = ours === theirs || scenario.expect.healthy?.includes(ours);
    return isFine ? undefined : `with all rights that were named it says ${ours}, with all that there are ${theirs}`;
  });
  if (different) problems.push(different);
  return { granted: granted.size, problems };
}

/** Tries several times; resolves to what is wrong the last time. */
async function untilFine(problemOf) {
  let problem;
  for (let tries = TRIES; tries > 0; tries--) {
    problem = await problemOf();
    if (!problem) return undefined;
    await sleep(PAUSE_MS);
  }
  return problem;
}

/**
 * The scenario in play, seen by users with fewer rights. Resolves to a word for each kind of user, how many rights were
 * granted because a report named them, and what is wrong.
 */
export async function examineRights(scenario, target, plugin) {
  const { namespace } = scenario;
  const words = {};
  const problems = [];
  let grants = 0;
  for (const [mode, allowMode] of Object.entries(MODES)) {
    const user = `${namespace}-${mode.split(" ")[0]}`;
    const options = { plugin, user };
    await certify(user);
    writeKubeconfig(user);
    await allowMode(user, namespace);
    let limited;
    const problem = await untilFine(async () => {
      const full = await diagnose(target, namespace, { plugin });
      limited = await attempt(target, namespace, options);
      const compared = compare(limited, full, scenario);
      words[mode] = compared.word;
      return compared.problem;
    });
    if (problem) problems.push(`${mode}: ${problem}`);
    if (mode === "nothing") {
      const named = await grantWhatIsNamed(scenario, target, user, options, limited);
      grants += named.granted;
      problems.push(...named.problems);
    }
  }
  return { words, grants, problems };
}

/** The table of all scenarios: for each kind of user how often which word. */
export function rightsTable(results) {
  const lines = Object.keys(MODES).map((mode) => {
    const times = {};
    for (const { words } of results) times[words[mode]] = (times[words[mode]] ?? 0) + 1;
    const counted = Object.entries(times)
      .sort(([, a], [, b]) => b - a)
      .map(([word, count]) => `${count} ${word}`);
    return `  ${mode.padEnd(16)} ${counted.join(", ")}`;
  });
  const grants = results.reduce((sum, one) => sum + one.grants, 0);
  return [...lines, `  ${grants} rights were granted to users with none, because they were named as missing`].join(
    "\n",
  );
}
