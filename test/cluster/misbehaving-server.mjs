// One broken pod, diagnosed through a proxy that misbehaves; on the running cluster, inside its network. faults.mjs starts it.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { api, closeApi, kubectl } from "./lib/api.mjs";
import { conclude } from "./lib/counts.mjs";
import { findingsOf, whyPending } from "./lib/diagnosis.mjs";
import { RUN } from "./lib/machine.mjs";
import { startProxy } from "./lib/proxy.mjs";
import { cleanUp, play, scenarios } from "./lib/scenario.mjs";
import { certify, writeKubeconfig } from "./lib/user.mjs";

const { values, positionals } = parseArgs({ allowPositionals: true, options: { plugin: { type: "string" } } });
/** The program's own patience, and some for a loaded machine. */
const PATIENCE_MS = 30_000 + 6_000;
const [scenario] = scenarios(["image/wrong-tag-bare-pod"]);
const { namespace } = scenario;

const status = (code, reason, message) =>
  JSON.stringify({ kind: "Status", apiVersion: "v1", status: "Failure", code, reason, message });
const tooMany = (seconds) => ({
  answer: {
    status: 429,
    headers: { "retry-after": String(seconds) },
    body: status(429, "TooManyRequests", "too many requests, please try again later"),
  },
});
const isEvents = (path) => /\/events\b/.test(path);
const TEN_MINUTES_MS = 600_000;
const TIME = /"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z)"/g;

/**
 * What goes wrong, and what has to come of it: `same` (the cause, as without the fault), `honest` (the same cause, or none
 * and it says what could not be read; with `isAllRead` there is nothing to say) or `message` (exit code 2 with a clear
 * message).
 */
const faults = {
  "no fault": { expect: ["same"], fault: () => undefined },
  "429 twice, then fine": { expect: ["same"], fault: ({ number }) => (number <= 2 ? tooMany(1) : undefined) },
  "429 for ever": { expect: ["message"], fault: () => tooMany(1) },
  "429 for ever on events": {
    expect: ["same", "honest"],
    fault: ({ path }) => (isEvents(path) ? tooMany(1) : undefined),
  },
  "503 on events": {
    expect: ["same", "honest"],
    fault: ({ path }) =>
      isEvents(path) ? { answer: { status: 503, body: status(503, "ServiceUnavailable", "not ready") } } : undefined,
  },
  "cut after the headers, once": {
    expect: ["same", "honest"],
    fault: ({ number }) => (number === 2 ? { cut: true } : undefined),
  },
  "cut after the headers, always": { expect: ["message"], fault: () => ({ cut: true }) },
  "stall of 30 s on events": {
    expect: ["same", "honest"],
    fault: ({ path }) => (isEvents(path) ? { stallMs: 30_000 } : undefined),
  },
  "stall of 60 s on everything": { expect: ["message"], fault: () => ({ stallMs: 60_000 }) },
  "410 on every continue token": {
    expect: ["same", "honest"],
    fault: ({ path }) => {
      if (/[?&]continue=/.test(path))
        return { answer: { status: 410, body: status(410, "Expired", "The provided continue parameter is too old") } };
      return { path: path.replace(/([?&]limit=)\d+/, "$11") };
    },
  },
  "an answer that is no JSON": {
    expect: ["message"],
    fault: () => ({ answer: { status: 200, body: "<html>login</html>" } }),
  },
  "clock 10 minutes ahead": {
    expect: ["same"],
    fault: () => ({
      rewrite: (text) =>
        text.replace(
          TIME,
          (_, time) => `"${new Date(Date.parse(time) + TEN_MINUTES_MS).toISOString().replace(".000", "")}"`,
        ),
    }),
  },
  "clock 10 minutes behind": {
    expect: ["same"],
    fault: () => ({
      rewrite: (text) =>
        text.replace(
          TIME,
          (_, time) => `"${new Date(Date.parse(time) - TEN_MINUTES_MS).toISOString().replace(".000", "")}"`,
        ),
    }),
  },
  "an aggregated API that is down": {
    expect: ["same"],
    before: brokenApiService,
    after: () => kubectl(["delete", "apiservice", "v1.broken.example.com"]),
    fault: () => undefined,
  },
  "pod deleted and recreated between two reads": {
    expect: ["same", "honest", "message"],
    isAllRead: true,
    fault: ({ number }) => (number === 2 ? { first: recreate() } : undefined),
  },
  "events expired": {
    expect: ["same", "honest"],
    before: () => kubectl(["delete", "events", "--all", "-n", namespace]),
    isAllRead: true,
    fault: () => undefined,
  },
  "API server killed in mid-run": {
    expect: ["message", "honest"],
    fault: ({ number }) => (number === 2 ? { first: killApiServer() } : undefined),
    after: startApiServer,
  },
};

async function brokenApiService() {
  await kubectl(
    ["apply", "-f", "-"],
    JSON.stringify({
      apiVersion: "apiregistration.k8s.io/v1",
      kind: "APIService",
      metadata: { name: "v1.broken.example.com" },
      spec: {
        group: "broken.example.com",
        version: "v1",
        groupPriorityMinimum: 100,
        versionPriority: 100,
        insecureSkipTLSVerify: true,
        service: { name: "nobody", namespace: "default" },
      },
    }),
  );
}

async function recreate() {
  await kubectl(["delete", "pod", "web", "-n", namespace, "--grace-period=0", "--force"]);
  await kubectl(["apply", "-n", namespace, "-f", join(scenario.folder, "manifest.yaml")]);
}

async function killApiServer() {
  process.kill(Number(readFileSync(join(RUN, "pid/kube-apiserver"), "utf8")), "SIGKILL");
}

async function startApiServer() {
  execFileSync("bash", [join(RUN, "start/kube-apiserver")]);
  const isReady = () => api("GET", `/api/v1/namespaces/${namespace}`).then(Boolean, () => false);
  while (!(await isReady())) await sleep(300);
}

/** One run through a proxy with a fault; resolves to a word for the table, and what is wrong with it. */
async function examine({ expect, isAllRead = false, fault, before, after }) {
  await before?.();
  const proxy = await startProxy(fault);
  writeKubeconfig("proxied", { server: proxy.url, certificate: "reader" });
  const { code, stdout, stderr, ms } = await whyPending("web", namespace, {
    plugin: values.plugin,
    user: "proxied",
    args: ["-o", "json"],
  });
  proxy.close();
  await after?.();
  const problems = [];
  if (ms > PATIENCE_MS) problems.push(`took ${(ms / 1000).toFixed(1)} s`);
  if (/\n\s+at \S+ \(/.test(stderr)) problems.push(`a stack trace: ${stderr}`);
  const outcome = outcomeOf(code, stdout, stderr, isAllRead);
  if (!expect.includes(outcome.word))
    problems.push(
      `${outcome.word} (exit code ${code}), expected ${expect.join(" or ")}: ${stderr.trim().slice(0, 300)}`,
    );
  return { ms, problems, ...outcome };
}

function outcomeOf(code, stdout, stderr, isAllRead) {
  if (code === 2 && !stdout.trim())
    return { word: stderr.trim() ? "message" : "silent", said: stderr.trim().split("\n")[0] };
  let report;
  try {
    report = JSON.parse(stdout);
  } catch {
    return { word: "no report" };
  }
  if (report.kind === "Failure") return { word: code === 2 ? "message" : "wrong", said: report.headline };
  const root = report.rootCause?.rule;
  if (root === scenario.expect.rule) return { word: "same", said: `${root}, ${report.rootCause.confidence}` };
  if (root || findingsOf(report).length > 0) return { word: "wrong", said: root };
  // The pod is there, and it is in trouble; what hides that has to be named.
  if (["ready", "completed", "not-found"].includes(report.verdict)) return { word: "wrong", said: report.verdict };
  if (!isAllRead && !report.unchecked?.length)
    return { word: "unexplained", said: "and does not say what was not read" };
  return { word: "honest", said: report.verdict };
}

await certify("proxy", "IP:127.0.0.1");
await play(scenario);
const chosen = Object.entries(faults).filter(
  ([name]) => positionals.length === 0 || positionals.some((word) => name.includes(word)),
);
let failed = 0;
for (const [name, fault] of chosen) {
  const { word, said, ms, problems } = await examine(fault);
  console.log(
    `${problems.length === 0 ? "ok    " : "FAILED"} ${(ms / 1000).toFixed(1).padStart(5)} s  ${name.padEnd(44)} ${word.padEnd(9)} ${said ?? ""}`.trimEnd(),
  );
  for (const problem of problems) console.log(`         ${problem}`);
  if (problems.length > 0) failed += 1;
}
await cleanUp(scenario, false);
closeApi();
conclude("faults", chosen.length - failed, failed);
