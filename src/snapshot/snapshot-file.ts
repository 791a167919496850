import {
  closeSync,
  constants,
  type Dirent,
  lstatSync,
  openSync,
  readdirSync,
  renameSync,
  type Stats,
  statSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { join, relative } from "node:path";
import { controllerOf, type KubeObject, type ObjectRef, refTo } from "../objects/object.ts";
import { isReady, type Pod } from "../objects/pod.ts";
import { lacksPods, trueCondition, WORKLOAD_KINDS, type Workload } from "../objects/workload.ts";
import { Failure } from "../text/failure.ts";
import { command, name, text } from "../text/text.ts";
import type { World } from "../world.ts";
import { type BoundReached, boundInWords, MOST_SNAPSHOT_BYTES, readBoundedLater, readStream } from "./bounded-file.ts";
import { boundedLines } from "./bounded-text.ts";
import { tooLarge } from "./bounded-value.ts";
import { HEADER_VERSION, type Header, parseHeader } from "./header.ts";
import { compare } from "./lookup.ts";
import { maskCredentials } from "./mask.ts";
import { parseObject } from "./parse-objects.ts";
import { ANY_KIND, type Complete, type Gap, type Snapshot, type Unusable } from "./snapshot.ts";

/** How long `--from` waits for standard input or a pipe unless --patience says otherwise. */
const PATIENCE_MS = 30_000;

/**
 * Reads what `--from` names: a file, a folder of files (`kubectl cluster-info dump` makes one) or `-` for standard
 * input. Throws a Failure where there is nothing to read, or more than the bounds allow.
 */
export async function readSnapshot(from: string, world: World, patienceMs = PATIENCE_MS): Promise<Snapshot> {
  const end = Date.now() + patienceMs;
  let left = MOST_SNAPSHOT_BYTES;
  const contentOf = async (
    path: string,
    read: (bounds: { mostBytes: number; patienceMs: number }) => Promise<Buffer>,
  ) => {
    try {
      const content = await read({ mostBytes: left, patienceMs: Math.max(0, end - Date.now()) });
      left -= content.length;
      return { path, content: content.toString("utf8") };
    } catch (error) {
      throw unread(path, (error as { code?: string }).code, patienceMs);
    }
  };
  if (from === "-") {
    return parseSnapshot([await contentOf("standard input", (bounds) => readStream(world.stdin, bounds))]);
  }
  const where = join(world.workingDirectory, relative(world.workingDirectory, from));
  let files: string[];
  try {
    files = statSync(where).isDirectory() ? filesBelow(where) : [where];
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure(text`There is no file or folder ${name(from)}.`, {
      todo: [
        text`--from takes a file that ${command("--save-snapshot")} or ${command("kubectl get … -o yaml")} wrote, a folder of such files, or - for standard input.`,
      ],
    });
  }
  const contents: { path: string; content: string }[] = [];
  for (const path of files) contents.push(await contentOf(path, (bounds) => readBoundedLater(path, bounds)));
  return parseSnapshot(contents);
}

/** What a bound or the system says against a file. */
function unread(path: string, code: string | undefined, patienceMs: number): Failure {
  const bounds = { mostBytes: MOST_SNAPSHOT_BYTES, patienceMs };
  const isBound = code === "TOO_LARGE" || code === "TOO_SLOW" || code === "NOT_A_FILE";
  const why = isBound ? boundInWords(code as BoundReached, bounds) : (code ?? "unknown error");
  return new Failure(text`${name(path)} cannot be read: ${why}.`, {
    todo: [
      ...(code === "TOO_LARGE" ? [text`${command("--from")} reads ${MOST_SNAPSHOT_BYTES / 2 ** 20} MiB in all.`] : []),
      ...(code === "TOO_SLOW" ? [text`${command("--patience")} allows more time.`] : []),
    ],
  });
}

/** How many entries of a folder and its subfolders are looked at, and how deep those may be. */
const MOST_ENTRIES = 20_000;
const MOST_FOLDER_LEVELS = 20;

/** The regular files below a folder that have a name for YAML or JSON; no link is followed. */
function filesBelow(folder: string): string[] {
  const found: string[] = [];
  let entries = 0;
  const look = (place: string, level: number) => {
    const inIt: Dirent[] = readdirSync(place, { withFileTypes: true });
    entries += inIt.length;
    if (entries > MOST_ENTRIES || level > MOST_FOLDER_LEVELS) {
      const bound = entries > MOST_ENTRIES ? `${MOST_ENTRIES} entries` : `${MOST_FOLDER_LEVELS} levels of folders`;
      throw new Failure(text`The folder ${name(folder)} cannot be read: it has more than ${bound}.`);
    }
    for (const entry of inIt) {
      const path = join(place, entry.name);
      if (entry.isDirectory()) look(path, level + 1);
      else if (entry.isFile() && /\.(json|ya?ml)$/.test(entry.name)) found.push(path);
    }
  };
  look(folder, 1);
  return found.sort(compare);
}

/** Makes one snapshot of the documents in some files. Throws a Failure for a file that holds no objects. */
export async function parseSnapshot(files: readonly { path: string; content: string }[]): Promise<Snapshot> {
  const headers: Header[] = [];
  const objects = new Map<string, KubeObject>();
  const skipped: string[] = [];
  const unusable: Unusable[] = [];
  const complete: Complete[] = [];
  for (const { path, content } of files) {
    for (const document of await documentsIn(path, content)) {
      const { whyPending } = document as { whyPending?: unknown };
      if (whyPending && typeof whyPending === "object" && isList(document)) headers.push(parseHeader(whyPending, path));
      const whole = completeIn(document, path);
      if (whole) complete.push(whole);
      for (const raw of itemsOf(document)) {
        const parsed = parseObject(raw);
        if ("problem" in parsed) {
          skipped.push(parsed.problem);
          if (parsed.unusable) unusable.push(parsed.unusable);
        } else objects.set(identity(parsed.object), parsed.object);
      }
    }
  }
  const all = [...objects.values()];
  if (all.length + unusable.length === 0) {
    throw new Failure(text`${name(files[0]?.path ?? "The folder")} holds no Kubernetes objects.`, {
      seen: skipped.slice(0, 5).map((problem) => text`${problem}`),
      todo: [text`Save some with ${command("kubectl get pods,events,nodes -o json > FILE")}, then name that file.`],
    });
  }
  const header = Object.assign({}, ...headers) as Header;
  const known = [...(header.unusable ?? []), ...unusable];
  const targets = header.targets ?? (header.target ? [header.target] : undefined);
  return {
    takenAt: header.takenAt ?? newestTime(all),
    ...(header.serverVersion && { serverVersion: header.serverVersion }),
    ...(header.context && { context: header.context }),
    targets: targets ?? [
      ...podsNotFine(all),
      ...unusable.flatMap(({ ref }) => (ref.kind === "Pod" ? ref : [])),
      ...workloadsWithoutPods(all),
    ],
    ...(header.podsSeen !== undefined && { podsSeen: header.podsSeen }),
    objects: all,
    absent: header.absent ?? [],
    gaps: header.takenAt ? (header.notCollected ?? []) : gapsOfPlainFiles(all),
    complete: header.complete ?? (header.takenAt ? [] : complete),
    logs: (header.logs ?? []).map((log) => ({ ...log, text: maskCredentials(boundedLines(log.text)) })),
    ...(header.registryAnswers && { registryAnswers: header.registryAnswers }),
    ...(known.length > 0 && { unusable: known }),
    skipped: [...new Set([...(header.skipped ?? []), ...skipped])],
  };
}

const identity = ({ kind, metadata: { namespace, name: itsName, uid } }: KubeObject) =>
  uid ?? `${kind}/${namespace}/${itsName}`;

const isList = (document: unknown) => Array.isArray((document as { items?: unknown }).items);

async function documentsIn(path: string, content: string): Promise<readonly object[]> {
  if (content.trim() === "")
    throw new Failure(text`${name(path)} is empty.`, {
      todo: [text`Name a file with Kubernetes objects in YAML or JSON.`],
    });
  if (content.includes("\u0000")) throw new Failure(text`${name(path)} is a binary file, not YAML or JSON.`);
  let documents: readonly unknown[];
  try {
    documents = content.trimStart().startsWith("{") ? [JSON.parse(content)] : await yamlDocuments(content);
  } catch (error) {
    if (/maxDepth/.test((error as Error).message)) {
      throw new Failure(text`${name(path)} cannot be read: it is nested more than ${MOST_YAML_LEVELS} levels deep.`);
    }
    // Several JSON documents in a row are valid YAML only with ---; everything else is broken or cut off. The parser's
    // message quotes the text, which may hold what nobody should see.
    try {
      documents = content.trimStart().startsWith("{") ? jsonDocuments(content) : [];
    } catch {
      documents = [];
    }
  }
  for (const document of documents) {
    const problem = tooLarge(document);
    if (problem) throw new Failure(text`${name(path)} cannot be read: ${problem}.`);
  }
  const usable = documents.filter((document): document is object => document !== null && typeof document === "object");
  if (usable.length === 0) {
    throw new Failure(text`${name(path)} is neither complete JSON nor YAML with Kubernetes objects.`, {
      todo: [text`If it was cut off while it was written, save it again.`],
    });
  }
  return usable;
}

/** Nothing that Kubernetes serves is nested deeper, and the parser calls itself for each level. */
const MOST_YAML_LEVELS = 100;

async function yamlDocuments(content: string): Promise<readonly unknown[]> {
  const { loadAll } = await import("js-yaml");
  return loadAll(content, { maxDepth: MOST_YAML_LEVELS });
}

/** JSON documents one after the other, as `kubectl get -o json` calls that were appended to one file. */
function jsonDocuments(content: string): readonly unknown[] {
  return content.split(/(?<=^\})\s*(?=^\{)/m).map((part) => JSON.parse(part));
}

function itemsOf(document: object): readonly unknown[] {
  const { items, kind, apiVersion } = document as { items?: unknown; kind?: unknown; apiVersion?: unknown };
  if (!Array.isArray(items)) return [document];
  // The items of a PodList have no kind of their own.
  const itemKind = typeof kind === "string" && kind.endsWith("List") && kind !== "List" ? kind.slice(0, -4) : undefined;
  return itemKind
    ? items.map((item) => (item && typeof item === "object" ? { apiVersion, kind: itemKind, ...item } : item))
    : items;
}

/** Fields that tell when something happened. Others hold times to come: when a certificate ends, when a lock runs out. */
const TIMES: ReadonlySet<string> = new Set([
  "creationTimestamp",
  "firstTimestamp",
  "lastTimestamp",
  "eventTime",
  "lastObservedTime",
  "lastTransitionTime",
  "lastHeartbeatTime",
  "lastUpdateTime",
  "lastProbeTime",
  "lastScheduleTime",
  "lastSuccessfulTime",
  "startTime",
  "completionTime",
  "startedAt",
  "finishedAt",
]);

/** The newest time at which anything happened: without a header the best guess at when the files were saved. */
function newestTime(objects: readonly KubeObject[]): string {
  let newest = "1970-01-01T00:00:00Z";
  const look = (value: unknown): void => {
    if (Array.isArray(value)) for (const item of value) look(item);
    else if (value !== null && typeof value === "object")
      for (const [field, content] of Object.entries(value)) {
        if (typeof content === "object") look(content);
        else if (TIMES.has(field) && typeof content === "string" && isTime(content) && content > newest)
          newest = content;
      }
  };
  for (const { metadata, kind, status, ...rest } of objects as readonly (KubeObject & { status?: unknown })[]) {
    look({ creationTimestamp: metadata.creationTimestamp });
    look(status);
    if (kind === "Event") look(rest);
  }
  return newest;
}

const isTime = (content: string) =>
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/.test(content) && !Number.isNaN(Date.parse(content));

function podsNotFine(objects: readonly KubeObject[]): ObjectRef[] {
  return objects
    .filter((object): object is Pod => object.kind === "Pod")
    .filter((pod) => pod.metadata.deletionTimestamp || !(isReady(pod) || pod.status?.phase === "Succeeded"))
    .map(refTo)
    .sort((a, b) => compare(a.namespace ?? "", b.namespace ?? "") || compare(a.name, b.name));
}

/** The workloads that lack pods, other than those of which a pod is there and not fine. */
function workloadsWithoutPods(objects: readonly KubeObject[]): ObjectRef[] {
  const isWorkload = (object: KubeObject): object is Workload => WORKLOAD_KINDS.some((kind) => kind === object.kind);
  const owners = new Set(objects.flatMap((object) => (object.kind === "Pod" ? (controllerOf(object)?.uid ?? []) : [])));
  const hasPods = (workload: Workload) =>
    owners.has(workload.metadata.uid ?? "") ||
    objects.some(
      (one) => controllerOf(one)?.uid === workload.metadata.uid && one.metadata.uid && owners.has(one.metadata.uid),
    );
  return objects
    .filter(isWorkload)
    .filter((one) => lacksPods(one) && (trueCondition(one, "ReplicaFailure") || !hasPods(one)))
    .filter((one) => !objects.some((other) => isWorkload(other) && controllerOf(one)?.uid === other.metadata.uid))
    .map(refTo)
    .sort((a, b) => compare(a.namespace ?? "", b.namespace ?? "") || compare(a.name, b.name));
}

/** What files without a header leave open, whatever the kind: what they do not hold was not asked for. */
function gapsOfPlainFiles(objects: readonly KubeObject[]): Gap[] {
  const there = [...new Set(objects.map(({ kind }) => kind))].sort(compare);
  return [
    ...there.map((kind): Gap => ({ kind, state: "partial", message: "the files may not hold all of them" })),
    { kind: ANY_KIND, state: "not-asked", message: "not in the files" },
  ];
}

/**
 * What a list of one kind holds completely: the kind in the namespace of its items, or of the folder that must-gather
 * writes it to; of kinds without a namespace everywhere. Undefined for a `List`, which holds whatever it was given, for a
 * page of a longer list, and where no namespace is known.
 */
function completeIn(document: object, path: string): Complete | undefined {
  const { kind, items, metadata } = document as { kind?: unknown; items?: unknown; metadata?: unknown };
  if (typeof kind !== "string" || !kind.endsWith("List") || kind === "List" || !Array.isArray(items)) return undefined;
  if ((metadata as { continue?: unknown } | null | undefined)?.continue) return undefined;
  const places = new Set(items.map((item) => (item as Partial<KubeObject> | null)?.metadata?.namespace));
  const [first] = places;
  const ofFolder = /(?:^|[/\\])namespaces[/\\]([a-z0-9-]{1,63})[/\\]/.exec(path)?.[1];
  const namespace = places.size === 1 ? first : undefined;
  if (places.size > 1 || (items.length === 0 && !ofFolder)) return undefined;
  const place = namespace ?? (items.length === 0 ? ofFolder : undefined);
  return { kind: kind.slice(0, -4), ...(place && { namespace: place }) };
}

/** The snapshot as a v1 List with our header: what `--save-snapshot` writes and `--from` reads. */
export function snapshotText(snapshot: Snapshot): string {
  const {
    takenAt,
    serverVersion,
    context,
    targets,
    podsSeen,
    absent,
    gaps,
    complete,
    logs,
    registryAnswers,
    objects,
    unusable,
    skipped,
  } = snapshot;
  const whyPending = {
    schemaVersion: HEADER_VERSION,
    takenAt,
    ...(serverVersion && { serverVersion }),
    ...(context && { context }),
    targets,
    ...(podsSeen !== undefined && { podsSeen }),
    notCollected: gaps,
    ...(absent.length && { absent }),
    ...(complete.length && { complete }),
    ...(logs.length && { logs }),
    ...(registryAnswers && { registryAnswers }),
    ...(unusable?.length && { unusable }),
    ...(skipped.length && { skipped }),
  };
  return `${JSON.stringify({ apiVersion: "v1", kind: "List", whyPending, items: objects }, null, 1)}\n`;
}

/**
 * Saves a snapshot, readable by its owner only, also where a file of that name is there already: it is written beside it
 * and takes its place when it is complete. Throws a Failure where the file cannot be written. A symbolic link is not
 * followed, as whoever made it chose what would be overwritten; a pipe, socket or device, such as /dev/stdout, is
 * written to as it is.
 */
export function writeSnapshot(file: string, snapshot: Snapshot): void {
  const content = snapshotText(snapshot);
  try {
    const there = lstatSync(file, { throwIfNoEntry: false });
    if (isStream(file, there)) writeFileSync(file, content);
    else if (there?.isSymbolicLink()) throw refusedLink(file);
    else if (there && !there.isFile()) throw Object.assign(new Error(), { code: "EISDIR" });
    else replaceFile(file, content);
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure(
      text`The snapshot could not be written to ${name(file)}: ${(error as NodeJS.ErrnoException).code ?? "unknown error"}.`,
    );
  }
}

const refusedLink = (file: string) =>
  new Failure(text`The snapshot was not written: ${name(file)} is a symbolic link.`, {
    todo: [text`Name the file itself, or remove the link.`],
  });

/** /dev/stdout is a link to what the shell made of it; other links are not followed. */
function isStream(file: string, there: Stats | undefined): boolean {
  const meant = there?.isSymbolicLink() && /^\/(?:dev|proc)\//.test(file) ? statSync(file) : there;
  const isPlainFile = meant?.isFile() === true && meant === there;
  return meant !== undefined && !isPlainFile && !meant.isDirectory() && !meant.isSymbolicLink();
}

function replaceFile(file: string, content: string): void {
  const { O_CREAT, O_EXCL, O_NOFOLLOW = 0, O_WRONLY } = constants;
  const beside = `${file}.${process.pid}.tmp`;
  const descriptor = openSync(beside, O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY, 0o600);
  try {
    try {
      writeFileSync(descriptor, content);
    } finally {
      closeSync(descriptor);
    }
    renameSync(beside, file);
  } catch (error) {
    unlinkSync(beside);
    throw error;
  }
}
