// Measures what a run costs against what kubectl costs for the same: `npm run bench [-- POD] [-n NAMESPACE] [--runs N]`.
// kubectl and a kubeconfig whose cluster has a pod that is not Ready are needed. Then, or without a cluster by `--filters` alone,
// what the scheduler's filters take on a large cluster. Exits with 1 above a bound.
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { compile } from "./build.mjs";

const program = fileURLToPath(
  new URL(`../dist/kubectl-why_pending${process.platform === "win32" ? ".exe" : ""}`, import.meta.url),
);
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    namespace: { type: "string", short: "n" },
    runs: { type: "string", default: "15" },
    filters: { type: "boolean" },
  },
});
const RUNS = Math.max(15, Number(values.runs) || 0);
/** Added to each direction. */
const DELAY_MS = 10;

const env = { ...process.env };
// Both runtimes read this file at their start, needed or not; who sets it has other runtimes to compare.
delete env.NODE_EXTRA_CA_CERTS;

function run(command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env, stdio: ["ignore", "pipe", "pipe"] });
    const output = { stdout: "", stderr: "" };
    for (const stream of ["stdout", "stderr"]) {
      child[stream].setEncoding("utf8").on("data", (chunk) => {
        output[stream] += chunk;
      });
    }
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, ...output }));
  });
}

async function kubectl(...args) {
  const { code, stdout, stderr } = await run("kubectl", args);
  if (code !== 0) throw new Error(`kubectl ${args.join(" ")}: ${stderr.trim()}`);
  return stdout;
}

/** Seconds of CPU time (user and system) and seconds that passed, as bash counts them for a child. */
async function measure([command, ...args]) {
  const script = 'TIMEFORMAT="%3U %3S %3R"; time "$@" >/dev/null 2>&1';
  const { code, stderr } = await run("bash", ["-c", script, "bash", command, ...args]);
  const [user, system, wall] = stderr.trim().split(" ").map(Number);
  // 1: a cause was found.
  if (code > (command === program ? 1 : 0) || wall === undefined || Number.isNaN(wall))
    throw new Error(`${command} ${args.join(" ")} failed (exit code ${code})`);
  return { cpu: user + system, wall };
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

/** Both in turns, so that what else the machine does meets both; the first of each only warms the caches. */
async function compare({ theirs, ours }) {
  const seen = { theirs: [], ours: [] };
  for (let index = 0; index <= RUNS; index++) {
    for (const [who, command] of index % 2 === 0
      ? [
          ["theirs", theirs],
          ["ours", ours],
        ]
      : [
          ["ours", ours],
          ["theirs", theirs],
        ]) {
      const cost = await measure(command);
      if (index > 0) seen[who].push(cost);
    }
  }
  const medians = (costs) => ({
    cpu: median(costs.map(({ cpu }) => cpu)),
    wall: median(costs.map(({ wall }) => wall)),
  });
  return { theirs: medians(seen.theirs), ours: medians(seen.ours) };
}

/** Passes bytes on both ways, later: a server that is further off. It takes no part in TLS. */
async function startDelay(host, port) {
  const sockets = new Set();
  const passOn = (from, to) => {
    from.on("data", (chunk) => setTimeout(() => to.write(chunk), DELAY_MS));
    from.on("end", () => setTimeout(() => to.end(), DELAY_MS));
    from.on("error", () => to.destroy());
    sockets.add(from.setNoDelay(true));
    from.on("close", () => sockets.delete(from));
  };
  const server = createServer((near) => {
    const far = connect(port, host);
    passOn(near, far);
    passOn(far, near);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return { port: server.address().port, close };
}

/** The kubeconfig in use, reduced to its context, with the server behind the delay. */
function delayedConfig(config, port) {
  const [{ name, cluster }] = config.clusters;
  const there = new URL(cluster.server);
  if (there.protocol !== "https:") throw new Error(`the server ${cluster.server} does not speak TLS`);
  const server = `https://127.0.0.1:${port}${there.pathname.replace(/\/$/, "")}`;
  const tlsServerName = cluster["tls-server-name"] ?? there.hostname;
  return { ...config, clusters: [{ name, cluster: { ...cluster, server, "tls-server-name": tlsServerName } }] };
}

async function podToLookAt(namespace) {
  if (positionals[0]) return positionals[0];
  const { items } = JSON.parse(await kubectl("get", "pods", "-n", namespace, "-o", "json"));
  const isReady = ({ status }) => status.conditions?.some(({ type, status: is }) => type === "Ready" && is === "True");
  const pod = items.find((item) => !isReady(item) && item.status.phase !== "Succeeded");
  if (!pod) throw new Error(`every pod of namespace ${namespace} is Ready: name one`);
  return pod.metadata.name;
}

const milliseconds = (seconds) => `${(seconds * 1000).toFixed(0)} ms`.padStart(8);

function row(what, bound, { theirs, ours }) {
  const [cpu, wall] = [ours.cpu / theirs.cpu, ours.wall / theirs.wall];
  const isGood = cpu <= bound && wall <= bound;
  const columns = [theirs.cpu, ours.cpu, theirs.wall, ours.wall].map(milliseconds).join(" ");
  console.log(
    `${what.padEnd(22)} ${columns}   ${cpu.toFixed(2)}  ${wall.toFixed(2)}   ${bound.toFixed(1)}  ${isGood ? "ok" : "ABOVE"}`,
  );
  return isGood;
}

async function main() {
  const config = JSON.parse(await kubectl("config", "view", "--minify", "--flatten", "--raw", "-o", "json"));
  const namespace = values.namespace ?? config.contexts[0].context.namespace ?? "default";
  const pod = await podToLookAt(namespace);
  const commands = (...flags) => ({
    theirs: ["kubectl", "describe", "pod", pod, "-n", namespace, ...flags],
    ours: [program, pod, "-n", namespace, ...flags],
  });
  const { hostname, port } = new URL(config.clusters[0].cluster.server);
  const folder = mkdtempSync(join(tmpdir(), "why-pending-bench-"));
  const delay = await startDelay(hostname.replace(/^\[|\]$/g, ""), Number(port) || 443);
  try {
    const kubeconfig = join(folder, "kubeconfig");
    writeFileSync(kubeconfig, JSON.stringify(delayedConfig(config, delay.port)), { mode: 0o600 });
    console.log(`pod ${namespace}/${pod}, medians of ${RUNS} runs of each, in turns`);
    if (process.env.NODE_EXTRA_CA_CERTS) console.log("without NODE_EXTRA_CA_CERTS, which is set here");
    console.log(`${"".padEnd(22)}     kubectl        CPU  ours   kubectl  elapsed  ours   ratios`);
    const results = [
      row("help", 0.5, await compare({ theirs: ["kubectl", "describe", "--help"], ours: [program, "--help"] })),
      row("one pod", 0.8, await compare(commands())),
      row(`one pod, +${2 * DELAY_MS} ms`, 0.8, await compare(commands("--kubeconfig", kubeconfig))),
    ];
    return results.every(Boolean) ? 0 : 1;
  } finally {
    delay.close();
    rmSync(folder, { recursive: true });
  }
}

/** A process for each pod, as a run of the program looks at one: nothing is worked out or compiled yet, and its memory is its own. */
function filters() {
  const folder = mkdtempSync(join(tmpdir(), "why-pending-bench-"));
  try {
    const bench = join(folder, "bench-filters");
    compile(bench, undefined, fileURLToPath(new URL("bench-filters.ts", import.meta.url)));
    const names = execFileSync(bench, { stdio: ["ignore", "pipe", "inherit"], encoding: "utf8" })
      .trim()
      .split("\n");
    const codes = names.map((name) => spawnSync(bench, [name], { stdio: "inherit" }).status ?? 2);
    return Math.max(...codes);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

try {
  const ofRuns = values.filters ? 0 : await main();
  process.exitCode = Math.max(ofRuns, filters());
} catch (error) {
  console.error(error.message);
  process.exitCode = 2;
}
