// Asks kubectl what it makes of each situation of test/cluster-access/parity/situations.ts, and writes expected.json beside
// it. KUBECTL=/path/to/kubectl node scripts/parity.mjs. Situations in a pod need Linux and root: kubectl looks for the
// service account below /var/run only, so it gets a /run of its own.
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { startLab } from "../test/cluster-access/parity/lab.ts";
import { emptied, SITUATIONS } from "../test/cluster-access/parity/situations.ts";

const KUBECTL = process.env.KUBECTL ?? "kubectl";
const EXPECTED = fileURLToPath(new URL("../test/cluster-access/parity/expected.json", import.meta.url));

const lab = await startLab();
const { DIR } = lab.filling;
const version = await run([KUBECTL, "version", "--client", "-o", "json"], process.env);
const { gitVersion } = JSON.parse(version.stdout).clientVersion;
const expected = { kubectl: gitVersion, situations: {} };
for (const situation of SITUATIONS) expected.situations[situation.name] = await ask(situation);
await lab.close();
writeFileSync(EXPECTED, `${JSON.stringify(expected, null, 1)}\n`);
console.log(`${SITUATIONS.length} situations, kubectl ${gitVersion}`);

async function ask(situation) {
  const { env, flags } = lab.layOut(situation);
  const inPod = situation.serviceAccount !== undefined;
  const viewFlags = flags.filter((flag) => /^--(kubeconfig|context)=/.test(flag));
  const viewArgs = ["config", "view", "--minify", "--flatten", "--raw", "-o", "json", ...viewFlags];
  const view = await kubectl(viewArgs, env, false);
  lab.take();
  const get = await kubectl(["get", "--raw", "/api", ...flags], env, inPod);
  const request = lab.take()[0];
  const execInfo = lab.read("exec-info.json");
  const execCall = lab.read("exec-call.txt");
  // Creating a token is one request whose path has the namespace, and nothing is looked up before.
  if (request) await kubectl(["create", "token", "any", ...flags], env, inPod);
  const [, namespace] = /namespaces\/([^/]+)\/serviceaccounts/.exec(lab.take()[0]?.path ?? "") ?? [];
  return {
    view: view.code === 0 ? JSON.parse(emptied(view.stdout, lab.filling)) : { refused: reason(view) },
    get: request ? { request: JSON.parse(emptied(JSON.stringify(request), lab.filling)) } : withoutRequest(get),
    ...(namespace && { namespace }),
    ...(execInfo && { execInfo: JSON.parse(execInfo) }),
    ...(execCall && { execCall }),
  };
}

function withoutRequest(result) {
  const [, dialled] = /connection to the server (\S+) was refused/.exec(result.stderr) ?? [];
  if (dialled) return { dials: dialled };
  const isUntrusted = /x509: certificate (signed by|is valid for)/.test(result.stderr);
  return isUntrusted ? { untrusted: reason(result) } : { refused: reason(result) };
}

/** The line that says what is wrong, none of those that carry the time. */
function reason({ stderr, stdout }) {
  const lines = stderr.split("\n").filter((line) => line.trim() && !/^[EWI]\d{4} /.test(line));
  const line = lines.find((one) => /^(error|Error|Unable)/.test(one)) ?? lines.at(-1) ?? stdout;
  return emptied(line, lab.filling)
    .replace(/0x[0-9a-f]+/g, "0x…")
    .slice(0, 300);
}

function kubectl(args, env, inPod) {
  if (!inPod) return run([KUBECTL, ...args], env);
  const mount = [
    "mount -t tmpfs none /run",
    "mkdir -p /run/secrets/kubernetes.io",
    `cp -r "${DIR}/service-account" /run/secrets/kubernetes.io/serviceaccount`,
    'exec "$@"',
  ].join(" && ");
  return run(["unshare", "-m", "sh", "-c", mount, "sh", KUBECTL, ...args], env);
}

function run([program, ...args], env) {
  return new Promise((done) => {
    const cwd = env === process.env ? undefined : DIR;
    const child = spawn(program, args, { env, cwd, stdio: ["ignore", "pipe", "pipe"] });
    const result = { stdout: "", stderr: "" };
    for (const stream of ["stdout", "stderr"]) {
      child[stream].on("data", (chunk) => {
        result[stream] += chunk;
      });
    }
    const timer = setTimeout(() => child.kill(), 20_000);
    child.on("close", (code) => {
      clearTimeout(timer);
      done({ code, ...result });
    });
  });
}
