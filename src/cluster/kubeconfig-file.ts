import { delimiter, dirname, isAbsolute, join, resolve, sep } from "node:path";
import * as z from "zod/mini";
import { boundInWords, CONFIG_BOUNDS, readBounded } from "../snapshot/bounded-file.ts";
import { Failure } from "../text/failure.ts";
import { command, name, path, type Text, text } from "../text/text.ts";
import type { World } from "../world.ts";
import { parseYaml, TooLargeDocument } from "./kubectl-yaml.ts";

// Go decodes []byte fields from standard base64 with padding; line breaks within are fine.
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

const string = z.optional(z.string());
const boolean = z.optional(z.boolean());
const strings = z.optional(z.array(z.string()));
const base64 = z.optional(z.string().check(z.refine((given) => BASE64.test(given.replace(/[\r\n]/g, "")))));
const extensions = z.optional(z.array(z.object({ name: string, extension: z.optional(z.unknown()) })));

const clusterSchema = z.object({
  server: string,
  "tls-server-name": string,
  "insecure-skip-tls-verify": boolean,
  "certificate-authority": string,
  "certificate-authority-data": base64,
  "proxy-url": string,
  "disable-compression": boolean,
  extensions,
});

const execSchema = z.object({
  command: string,
  args: strings,
  env: z.optional(z.array(z.object({ name: string, value: string }))),
  apiVersion: string,
  installHint: string,
  provideClusterInfo: boolean,
  interactiveMode: string,
});

const userSchema = z.object({
  "client-certificate": string,
  "client-certificate-data": base64,
  "client-key": string,
  "client-key-data": base64,
  token: string,
  tokenFile: string,
  as: string,
  "as-uid": string,
  "as-groups": strings,
  "as-user-extra": z.optional(z.record(z.string(), z.array(z.string()))),
  username: string,
  password: string,
  "auth-provider": z.optional(z.object({ name: string, config: z.optional(z.record(z.string(), z.string())) })),
  exec: z.optional(execSchema),
});

const contextSchema = z.object({ cluster: string, user: string, namespace: string });

// The fields of clientcmd/api/v1 Config (client-go v0.36 tools/clientcmd/api/v1/types.go) that bear on a connection.
const fileSchema = z.object({
  apiVersion: z.optional(z.literal(["", "v1"])),
  kind: z.optional(z.literal(["", "Config"])),
  clusters: z.optional(z.array(z.object({ name: string, cluster: z.optional(clusterSchema) }))),
  users: z.optional(z.array(z.object({ name: string, user: z.optional(userSchema) }))),
  contexts: z.optional(z.array(z.object({ name: string, context: z.optional(contextSchema) }))),
  "current-context": string,
});

export type ExecConfig = z.infer<typeof execSchema>;
export type KubeconfigCluster = z.infer<typeof clusterSchema>;
export type KubeconfigUser = z.infer<typeof userSchema>;
export type KubeconfigContext = z.infer<typeof contextSchema>;

/** An entry of a kubeconfig and the file that has it. */
export interface Entry<T> {
  readonly value: T;
  readonly file: string;
}

/** What all the files come down to. Paths in it are absolute. */
export interface Kubeconfig {
  /** The files that were looked for, in order. */
  readonly files: readonly string[];
  /** Whether at least one of them was there. */
  readonly isThere: boolean;
  readonly currentContext: string;
  readonly clusters: ReadonlyMap<string, Entry<KubeconfigCluster>>;
  readonly users: ReadonlyMap<string, Entry<KubeconfigUser>>;
  readonly contexts: ReadonlyMap<string, Entry<KubeconfigContext>>;
}

/**
 * Loads --kubeconfig, else the files that KUBECONFIG lists, else ~/.kube/config: the first file that has an entry wins
 * it whole, the first that names a current-context wins that, files that are not there are passed over (client-go v0.36
 * tools/clientcmd/loader.go ClientConfigLoadingRules.Load). Throws a Failure that names the file where one cannot be read.
 */
export async function loadKubeconfig(
  explicit: string | undefined,
  world: World,
  patienceMs = CONFIG_BOUNDS.patienceMs,
): Promise<Kubeconfig> {
  const files = explicit ? [explicit] : filesToLoad(world);
  const clusters = new Map<string, Entry<KubeconfigCluster>>();
  const users = new Map<string, Entry<KubeconfigUser>>();
  const contexts = new Map<string, Entry<KubeconfigContext>>();
  let currentContext = "";
  let isThere = false;
  for (const file of files) {
    const content = contentOf(resolve(world.workingDirectory, file), explicit !== undefined, patienceMs);
    if (content === undefined) continue;
    isThere = true;
    const parsed = await parseFile(file, content);
    const folder = dirname(resolve(world.workingDirectory, file));
    take(clusters, file, parsed.clusters, (entry) => withAbsolutePaths(entry.cluster ?? {}, CLUSTER_PATHS, folder));
    take(users, file, parsed.users, (entry) => userOf(entry.user ?? {}, folder));
    take(contexts, file, parsed.contexts, (entry) => entry.context ?? {});
    currentContext ||= parsed["current-context"] ?? "";
  }
  return { files, isThere, currentContext, clusters, users, contexts };
}

function filesToLoad({ env, homeDirectory }: World): string[] {
  if (!env.KUBECONFIG) return [join(homeDirectory, ".kube", "config")];
  return [...new Set(env.KUBECONFIG.split(delimiter).filter((file) => file !== ""))];
}

/** Undefined where there is no file. */
function contentOf(file: string, mustExist: boolean, patienceMs: number): string | undefined {
  try {
    return readBounded(file, { ...CONFIG_BOUNDS, patienceMs }).toString("utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" && !mustExist) return undefined;
    throw new Failure(
      code === "ENOENT"
        ? text`There is no kubeconfig ${path(file)}.`
        : text`The kubeconfig ${path(file)} cannot be read: ${code === "TOO_SLOW" ? boundInWords(code, { ...CONFIG_BOUNDS, patienceMs }) : reasonOf(code)}.`,
      { todo: [text`Check --kubeconfig and the variable KUBECONFIG.`] },
    );
  }
}

/** The words for a system error code; the messages of Node repeat the path and the call. */
export function reasonOf(code: string | undefined): string {
  const words: Readonly<Record<string, string>> = {
    ENOENT: "there is no such file",
    EACCES: "permission denied",
    EPERM: "permission denied",
    EISDIR: "it is a folder",
    ENOTDIR: "a part of its path is no folder",
    ENOEXEC: "it is no program",
    ELOOP: "its links run in a circle",
    TOO_LARGE: boundInWords("TOO_LARGE", CONFIG_BOUNDS),
    TOO_SLOW: boundInWords("TOO_SLOW", CONFIG_BOUNDS),
    NOT_A_FILE: boundInWords("NOT_A_FILE", CONFIG_BOUNDS),
  };
  return words[code ?? ""] ?? code ?? "unknown error";
}

type ParsedFile = z.infer<typeof fileSchema>;

/** Never quotes what is in the file: it holds keys and tokens. */
async function parseFile(file: string, content: string): Promise<ParsedFile> {
  let document: unknown;
  try {
    document = await parseYaml(content);
  } catch (error) {
    if (error instanceof TooLargeDocument) throw malformed(file, text`${error.message}`);
    const line = (error as { mark?: { line?: number } }).mark?.line;
    throw malformed(
      file,
      text`it is neither YAML nor JSON${line !== undefined && `; line ${line + 1} cannot be read`}`,
    );
  }
  const parsed = fileSchema.safeParse(withoutNulls(document ?? {}));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const field = issue?.path.map(String).join(".") || "the document itself";
  if (field === "kind" || field === "apiVersion") throw malformed(file, text`it is no v1 Config`);
  const wanted = issue && "expected" in issue ? String(issue.expected) : "base64";
  throw malformed(
    file,
    text`${path(field)} is not of type ${wanted}${wanted === "string" && "; quotes around it may be missing"}`,
  );
}

function malformed(file: string, why: Text): Failure {
  return new Failure(text`The kubeconfig ${path(file)} cannot be used: ${why}.`, {
    todo: [text`${command(`kubectl config view --kubeconfig ${file}`)} reads it too, and may say more.`],
  });
}

function withoutNulls(given: unknown): unknown {
  if (Array.isArray(given)) return given.filter((item) => item !== null).map(withoutNulls);
  if (given === null || typeof given !== "object") return given;
  return Object.fromEntries(
    Object.entries(given)
      .filter(([, content]) => content !== null)
      .map(([field, content]) => [field, field === "extension" ? content : withoutNulls(content)]),
  );
}

/** Takes the entries whose names no earlier file has. A name twice in one file is an error, as it is for kubectl. */
function take<E extends { name?: string | undefined }, T>(
  into: Map<string, Entry<T>>,
  file: string,
  entries: readonly E[] | undefined,
  valueFrom: (entry: E) => T,
): void {
  const own = new Set<string>();
  for (const entry of entries ?? []) {
    const entryName = entry.name ?? "";
    if (own.has(entryName)) throw malformed(file, text`it has two entries named ${name(entryName)} in one list`);
    own.add(entryName);
    if (!into.has(entryName)) into.set(entryName, { value: valueFrom(entry), file });
  }
}

const CLUSTER_PATHS = ["certificate-authority"] as const;
const USER_PATHS = ["client-certificate", "client-key", "tokenFile"] as const;

function userOf(user: KubeconfigUser, folder: string): KubeconfigUser {
  const { exec } = user;
  const absolute = withAbsolutePaths(user, USER_PATHS, folder);
  // A command without a slash is looked for on PATH.
  return exec?.command?.includes(sep) ? { ...absolute, exec: withAbsolutePaths(exec, ["command"], folder) } : absolute;
}

/** Relative paths count from the folder of the file that has them. */
function withAbsolutePaths<T extends object>(entry: T, fields: readonly (keyof T)[], folder: string): T {
  const absolute = { ...entry };
  for (const field of fields) {
    const given = entry[field];
    if (typeof given === "string" && given !== "" && !isAbsolute(given))
      absolute[field] = join(folder, given) as T[keyof T] & string;
  }
  return absolute;
}
