import { type ChildProcess, spawn } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, isAbsolute, join, normalize, resolve, sep } from "node:path";
import * as z from "zod/mini";
import { Failure } from "../text/failure.ts";
import { command, name, type Text, text, value } from "../text/text.ts";
import type { World } from "../world.ts";
import { type ExecConfig, reasonOf } from "./kubeconfig-file.ts";
import { parseYaml } from "./kubectl-yaml.ts";

const GROUP = "client.authentication.k8s.io";

/** The versions of ExecCredential that kubectl speaks; v1alpha1 is gone since 1.24. */
const API_VERSIONS = [`${GROUP}/v1`, `${GROUP}/v1beta1`];

/** What the plugin is told of the cluster when its configuration asks for that. */
export interface ExecCluster {
  readonly server: string;
  readonly "tls-server-name"?: string;
  readonly "insecure-skip-tls-verify"?: boolean;
  readonly "certificate-authority-data"?: string;
  readonly "proxy-url"?: string;
  readonly "disable-compression"?: boolean;
  /** The cluster's extension `client.authentication.k8s.io/exec`. */
  readonly config: unknown;
}

/** What a plugin answered. */
export interface ExecCredential {
  readonly token?: string;
  readonly clientCertificate?: string;
  readonly clientKey?: string;
  /** Milliseconds since 1970; absent: until a 401. */
  readonly expiresAt?: number;
}

/** What is wrong with the configuration of an exec plugin (client-go v0.36 tools/clientcmd/validation.go validateAuthInfo). */
export function execProblems(exec: ExecConfig, user: string): Text[] {
  const problems: Text[] = [];
  const missing = (field: string) => problems.push(text`the exec plugin of user ${name(user)} has no ${field}`);
  if (!exec.command) missing("command");
  if (!exec.apiVersion) missing("apiVersion");
  if (exec.env?.some((variable) => !variable.name)) missing("name for one of its env variables");
  const mode = interactiveModeOf(exec);
  if (!mode) missing("interactiveMode, which its apiVersion requires");
  else if (!["Never", "IfAvailable", "Always"].includes(mode)) {
    problems.push(text`the exec plugin of user ${name(user)} has the unknown interactiveMode ${value(mode)}`);
  }
  return problems;
}

/** v1beta1 and older may leave interactiveMode out (clientcmd/api/v1/defaults.go SetDefaults_ExecConfig). */
function interactiveModeOf({ interactiveMode, apiVersion }: ExecConfig): string | undefined {
  if (interactiveMode) return interactiveMode;
  return apiVersion && /\/v1(?:alpha|beta)1$/.test(apiVersion) ? "IfAvailable" : undefined;
}

/** Throws a Failure for a version that is not spoken. */
export function checkApiVersion({ command: called = "", apiVersion = "" }: ExecConfig): void {
  if (API_VERSIONS.includes(apiVersion)) return;
  throw new Failure(
    text`The credential plugin ${name(called)} speaks ${value(apiVersion)}; only ${API_VERSIONS.join(" and ")} are spoken here and by kubectl.`,
    { todo: [text`Install a newer version of it, and write the kubeconfig anew with its tool.`] },
  );
}

const statusSchema = z.object({
  token: z.optional(z.string()),
  clientCertificateData: z.optional(z.string()),
  clientKeyData: z.optional(z.string()),
  expirationTimestamp: z.nullish(z.string()),
});
const answerSchema = z.object({
  kind: z.literal("ExecCredential"),
  apiVersion: z.string(),
  status: z.optional(statusSchema),
});

/**
 * Runs a credential plugin as kubectl does (client-go v0.36 plugin/pkg/client/auth/exec/exec.go refreshCredsLocked): its
 * stderr goes to the user, its stdin is the user's where the plugin may ask. Throws a Failure where no credential comes.
 */
export async function runExecPlugin(
  exec: ExecConfig,
  cluster: ExecCluster,
  world: World,
  patienceMs = PATIENCE_MS,
): Promise<ExecCredential> {
  const called = exec.command ?? "";
  const { apiVersion = "" } = exec;
  const mode = interactiveModeOf(exec);
  if (mode === "Always" && !world.isInteractive) {
    throw failed(called, text`it wants to ask something, and standard input is no terminal`);
  }
  const interactive = mode !== "Never" && world.isInteractive;
  const info = {
    kind: "ExecCredential",
    apiVersion,
    spec: { ...(exec.provideClusterInfo && { cluster }), interactive },
  };
  const env = {
    ...world.env,
    ...Object.fromEntries((exec.env ?? []).map((variable) => [variable.name ?? "", variable.value ?? ""])),
    KUBERNETES_EXEC_INFO: JSON.stringify(info),
  };
  return credentialIn(await run(exec, { env, interactive, patienceMs }, world), called, apiVersion);
}

/** The default of --patience. */
const PATIENCE_MS = 30_000;
/** A login through a browser or with a second device takes a person a while. */
const LOGIN_PATIENCE_MS = 300_000;
/** The most that a plugin may print: a certificate and a key have some kilobytes. */
const MOST_OUTPUT_BYTES = 1024 * 1024;

function endGroup(leader: number): void {
  try {
    process.kill(-leader, "SIGKILL");
  } catch {
    // All of it has ended.
  }
}

interface RunOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly interactive: boolean;
  readonly patienceMs: number;
}

function run(exec: ExecConfig, { env, interactive, patienceMs }: RunOptions, world: World): Promise<string> {
  const called = exec.command ?? "";
  const program = programPath(called, world);
  if (!program) throw notFound(exec);
  // A group of its own is ended with all that the plugin started; one that asks at the terminal stays in the reader's.
  const hasGroup = !interactive && process.platform !== "win32";
  return new Promise((done, fail) => {
    const onError = (error: unknown) => {
      const { code } = error as NodeJS.ErrnoException;
      fail(code === "ENOENT" ? notFound(exec) : failed(called, text`it cannot be started: ${reasonOf(code)}`));
    };
    let child: ChildProcess;
    try {
      child = spawn(program, exec.args ?? [], {
        env,
        cwd: world.workingDirectory,
        stdio: [interactive ? "inherit" : "ignore", "pipe", "inherit"],
        detached: hasGroup,
      });
    } catch (error) {
      // Bun throws here what Node sends as an event.
      onError(error);
      return;
    }
    const chunks: Buffer[] = [];
    let bytes = 0;
    const stop = (why: Text) => {
      clearTimeout(timer);
      fail(failed(called, why));
      // What the plugin started itself may keep its output open.
      child.stdout?.destroy();
      if (hasGroup && child.pid) endGroup(child.pid);
      else child.kill("SIGKILL");
      child.unref();
    };
    const mostMs = interactive ? Math.max(patienceMs, LOGIN_PATIENCE_MS) : patienceMs;
    const timer = setTimeout(
      () => stop(text`it did not end within ${mostMs / 1000} s${!interactive && text` (${command("--patience")})`}`),
      mostMs,
    );
    child.stdout?.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > MOST_OUTPUT_BYTES) stop(text`it printed more than ${MOST_OUTPUT_BYTES / 2 ** 20} MiB`);
    });
    child.on("error", (error) => {
      clearTimeout(timer);
      onError(error);
    });
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      if (code === 0) done(Buffer.concat(chunks).toString("utf8"));
      else fail(failed(called, signal ? text`it was ended by ${signal}` : text`it ended with exit code ${code ?? 1}`));
    });
  });
}

/**
 * Where the command is. PATH is the user's: what the plugin's env sets is for the plugin only. As Go's exec.LookPath,
 * folders that are not absolute are passed over.
 */
function programPath(called: string, { env, workingDirectory }: World): string | undefined {
  const program = normalize(called);
  if (process.platform === "win32") return program;
  if (program.includes(sep))
    return isProgram(resolve(workingDirectory, program)) ? resolve(workingDirectory, program) : undefined;
  return (env.PATH ?? "")
    .split(delimiter)
    .filter((folder) => isAbsolute(folder))
    .map((folder) => join(folder, program))
    .find(isProgram);
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

function notFound({ command: called = "", installHint }: ExecConfig): Failure {
  // The hint comes from a file that somebody else may have written.
  const hint = installHint?.replace(/[^\P{C}\t\n\r]/gu, "").trim();
  return new Failure(text`The credential plugin ${name(called)} was not found.`, {
    seen: [text`the kubeconfig has it run to learn who you are`],
    todo: [hint ? text`Its installation hint: ${hint}` : text`Install it, or put its folder on PATH.`],
  });
}

function failed(called: string, why: Text): Failure {
  return new Failure(text`The credential plugin ${name(called)} gave no credential: ${why}.`, {
    seen: [text`what it printed itself, if anything, stands above`],
    todo: [text`Log in with it again; ${command("kubectl get --raw /readyz")} runs it the same way.`],
  });
}

async function credentialIn(stdout: string, called: string, apiVersion: string): Promise<ExecCredential> {
  let document: unknown;
  try {
    document = await parseYaml(stdout);
  } catch {
    throw failed(called, text`what it printed is neither JSON nor YAML`);
  }
  const answer = answerSchema.safeParse(document);
  if (!answer.success) throw failed(called, text`what it printed is no ExecCredential`);
  if (answer.data.apiVersion !== apiVersion) {
    throw failed(
      called,
      text`it answered in ${value(answer.data.apiVersion)}, and the kubeconfig says ${value(apiVersion)}`,
    );
  }
  const { status } = answer.data;
  if (!status) throw failed(called, text`its answer has no status`);
  const { token, clientCertificateData, clientKeyData, expirationTimestamp } = status;
  if (!token && !clientCertificateData && !clientKeyData)
    throw failed(called, text`its answer holds no token and no certificate`);
  if (!clientCertificateData !== !clientKeyData) {
    throw failed(called, text`its answer holds only one of certificate and key`);
  }
  const expiresAt = expirationTimestamp ? timeOf(expirationTimestamp) : undefined;
  if (Number.isNaN(expiresAt)) throw failed(called, text`the expirationTimestamp of its answer is no time`);
  return {
    ...(token && { token }),
    ...(clientCertificateData &&
      clientKeyData && { clientCertificate: clientCertificateData, clientKey: clientKeyData }),
    ...(expiresAt !== undefined && { expiresAt }),
  };
}

/** RFC 3339 and nothing else, as metav1.Time takes it; NaN where it is not. */
function timeOf(given: string): number {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[-+]\d\d:\d\d)$/.test(given)
    ? Date.parse(given.replace(",", "."))
    : Number.NaN;
}
