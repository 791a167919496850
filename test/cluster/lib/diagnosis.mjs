// Runs the plugin as a user would, and compares what it says with what the scenario expects.
import { environment, runProgram } from "./api.mjs";
import { hasRule } from "./scenario.mjs";

/** Runs `kubectl why-pending TARGET -n NAMESPACE` with more arguments, as a user who may only read. */
export function whyPending(target, namespace, { plugin, user = "reader", args = [] }) {
  return runProgram("kubectl", ["why-pending", target, "-n", namespace, ...args], {
    env: environment(user, plugin),
    timeoutMs: 60_000,
  });
}

/** The report as data. Throws where there is none. */
export async function diagnose(target, namespace, options) {
  const { code, stdout, stderr, ms } = await whyPending(target, namespace, { ...options, args: ["-o", "json"] });
  let document;
  try {
    document = JSON.parse(stdout);
  } catch {
    throw new Error(`exit code ${code}, no JSON: ${(stderr || stdout).trim().slice(0, 600)}`);
  }
  if (document.kind === "Failure") throw new Error(`exit code ${code}: ${document.headline}`);
  // A workload is a list of its pods.
  return { code, ms, document, report: document.kind === "ReportList" ? document.items[0] : document };
}

/** All that a report found, the root cause first. */
export const findingsOf = (report) =>
  [report?.rootCause, ...(report?.consequences ?? []), ...(report?.others ?? [])].filter(Boolean);

/** What is wrong with a diagnosis, one sentence each; none where it is as expected. */
export function problemsOf({ code, document, report }, { expect, target }) {
  if (expect.healthy) return healthProblems(code, report, expect.healthy);
  const allowed = [expect.rule, ...(expect.also ?? [])];
  const known = allowed.filter(hasRule);
  const isRoot = (rule) => rule === expect.rule || (expect.or ?? []).includes(rule);
  const root = report?.rootCause;
  const found = findingsOf(report).map(({ rule }) => rule);
  const problems = [];
  // Without a rule about workloads there is no pod to speak of, and saying so is the honest answer.
  const hasNoPod = target?.startsWith("deployment/") && report?.verdict === "not-found";
  if (known.length === 0 && hasNoPod) return code === 2 ? [] : [`exit code ${code}, expected 2 where there is no pod`];
  if (hasRule(expect.rule) && !isRoot(root?.rule) && !(expect.also && known.includes(root?.rule))) {
    problems.push(`root cause is ${root?.rule ?? "not named"}, expected ${expect.rule}`);
  }
  if (known.length === 0 && root)
    problems.push(`root cause is ${root.rule}, expected none: ${expect.rule} has no rule yet`);
  for (const rule of known.filter((one) => one !== root?.rule && !found.includes(one))) {
    if (rule !== expect.rule || !isRoot(root?.rule)) problems.push(`${rule} is not named`);
  }
  for (const fragment of expect.nodes ?? []) {
    if (!JSON.stringify(report?.scheduling?.nodes ?? []).includes(fragment))
      problems.push(`the table of nodes does not hold ${fragment}`);
  }
  for (const rule of new Set(known)) {
    const times = known.filter((one) => one === rule).length;
    const seen = found.filter((one) => one === rule).length;
    if (seen > 0 && seen < times) problems.push(`${rule} is named ${seen} times, expected ${times}`);
  }
  for (const fragment of expect.evidence ?? []) {
    if (hasRule(expect.rule) && !JSON.stringify(root?.evidence ?? []).includes(fragment))
      problems.push(`the evidence does not hold ${fragment}`);
  }
  const texts = collectStrings(document);
  for (const words of known.length === 0 && expect.raw ? [expect.raw] : (expect.says ?? [])) {
    if (!texts.some((text) => text.includes(words))) problems.push(`nothing in the report says ${words}`);
  }
  // What ends by itself is named too, and is no failure.
  const isDelay = expect.delays && root?.effect === "delays";
  if (known.length > 0 && code !== (isDelay ? 0 : 1))
    problems.push(`exit code ${code}, expected ${isDelay ? 0 : 1} for a cause found`);
  if (known.length === 0 && code !== 0 && code !== 1) problems.push(`exit code ${code} for a raw report`);
  // Between two restarts a pod can be Ready, and is said to be; the cause of the restarts is named beside it.
  const isReadyNow = expect.readyBetween;
  if (!isReadyNow && ["ready", "completed"].includes(report?.verdict))
    problems.push(`the verdict is ${report.verdict}`);
  return problems;
}

function healthProblems(code, report, verdicts) {
  const problems = [];
  if (!verdicts.includes(report?.verdict))
    problems.push(`the verdict is ${report?.verdict}, expected ${verdicts.join(" or ")}`);
  if (report?.rootCause?.effect === "blocks") problems.push(`blamed for ${report.rootCause.rule}`);
  if (code !== 0) problems.push(`exit code ${code}, expected 0`);
  return problems;
}

function collectStrings(value) {
  if (typeof value === "string") return [value];
  return value && typeof value === "object" ? Object.values(value).flatMap(collectStrings) : [];
}
