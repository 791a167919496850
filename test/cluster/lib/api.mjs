// The API server as the administrator sees it, for set-up and for waiting; and real kubectl for what a user would type.
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { Agent, request } from "node:https";
import { join } from "node:path";
import { CLIENTS, RUN } from "./machine.mjs";

const kubeconfigOf = (user) => join(RUN, `${user}.kubeconfig`);
const key = (name) => readFileSync(join(RUN, "pki", name));
let agent;

/** A patch as kubectl makes it of a pod template: lists are merged by the key of their kind, null deletes. */
export const STRATEGIC = "application/strategic-merge-patch+json";

/** A patch whose lists replace what is there. */
export const MERGE = "application/merge-patch+json";

/** One request to the API server; resolves to the answer, or undefined where there is no such object. */
export function api(method, path, body, type = "application/json") {
  agent ??= new Agent({
    ca: key("ca.crt"),
    cert: key("admin.crt"),
    key: key("admin.key"),
    keepAlive: true,
    maxSockets: 16,
  });
  const text = body && JSON.stringify(body);
  const headers = {
    accept: "application/json",
    ...(text && { "content-type": type, "content-length": Buffer.byteLength(text) }),
  };
  return new Promise((resolve, reject) => {
    const sent = request({ agent, host: "127.0.0.1", port: 6443, method, path, headers }, (response) => {
      let answer = "";
      response.setEncoding("utf8");
      response.on("data", (chunk) => {
        answer += chunk;
      });
      response.on("end", () => {
        if (response.statusCode === 404) resolve(undefined);
        else if (response.statusCode < 300) resolve(JSON.parse(answer));
        else reject(new Error(`${method} ${path}: ${answer.slice(0, 500)}`));
      });
    });
    sent.on("error", reject);
    sent.end(text);
  });
}

/** Items of a list. */
export const list = async (path) => (await api("GET", path))?.items ?? [];

/** Closes the connections, so that the process can end. */
export const closeApi = () => agent?.destroy();

/** Environment of a user at a terminal of this cluster: real kubectl and the plugin on the PATH. */
export function environment(user, pluginFolder) {
  const path = [pluginFolder, CLIENTS, process.env.PATH].filter(Boolean).join(":");
  return { PATH: path, HOME: RUN, KUBECONFIG: kubeconfigOf(user), TERM: "dumb", LANG: "C.UTF-8" };
}

const peakOf = (pid) => Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1000;

/** Runs a program to its end; never throws. `withPeak`: also the most memory it had, in MB; `gid`: as this group. */
export function runProgram(program, args, { env, input, timeoutMs = 120_000, withPeak = false, gid } = {}) {
  return new Promise((resolve) => {
    const begin = Date.now();
    const child = execFile(
      program,
      args,
      { env, maxBuffer: 1 << 28, timeout: timeoutMs, killSignal: "SIGKILL", gid },
      (error, stdout, stderr) => {
        clearInterval(watch);
        resolve({ code: error ? (error.code ?? error.signal) : 0, stdout, stderr, ms: Date.now() - begin, peakMb });
      },
    );
    let peakMb = 0;
    const look = () => {
      try {
        // kubectl gives its process to the plugin, so that this is the plugin's.
        peakMb = Math.max(peakMb, peakOf(child.pid));
      } catch {
        // It has just ended.
      }
    };
    const watch = withPeak ? setInterval(look, 20) : undefined;
    if (input !== undefined) child.stdin.end(input);
  });
}

/** kubectl as the administrator; throws with its words where it fails. */
export async function kubectl(args, input) {
  const { code, stdout, stderr } = await runProgram("kubectl", args, { env: environment("admin"), input });
  if (code !== 0) throw new Error(`kubectl ${args.join(" ")}: ${stderr.trim()}`);
  return stdout;
}
