import { fullName, type KubeObject, type ObjectRef } from "../objects/object.ts";
import { boundedLines } from "../snapshot/bounded-text.ts";
import { MASK, maskCredentials } from "../snapshot/mask.ts";
import { parseMetadata, parseObject } from "../snapshot/parse-objects.ts";
import type { Complete, ContainerLog, Gap, ObjectOf, Snapshot, Unusable } from "../snapshot/snapshot.ts";
import { withoutSecrets } from "../text/run-secrets.ts";
import type { Answer, Api, ListQuery, Resource } from "./api.ts";
import { type Kind, RESOURCES } from "./resources.ts";

/** What a Collector gathered: a snapshot without its head. */
export type Gathered = Pick<Snapshot, "objects" | "absent" | "gaps" | "complete" | "logs" | "skipped" | "unusable">;

/** Reads objects, each at most once, and keeps the books: what is there, what is not, what could not be read and why. */
export class Collector {
  readonly api: Api;
  readonly #objects = new Map<string, KubeObject>();
  readonly #absent = new Map<string, ObjectRef>();
  readonly #gaps = new Map<string, Gap>();
  readonly #complete = new Map<string, Complete>();
  readonly #logs: ContainerLog[] = [];
  readonly #skipped: string[] = [];
  readonly #unusable = new Map<string, Unusable>();
  readonly #running = new Map<string, Promise<unknown>>();
  readonly #guessed = new Map<string, Promise<Answer<unknown>>>();
  readonly #refused: ReadonlyMap<string, string>;

  /** `refused`: kinds that the user does not want to be read, with the reason to give. */
  constructor(api: Api, refused: ReadonlyMap<string, string> = new Map()) {
    this.api = api;
    this.#refused = refused;
  }

  /** Asks for an object before it is known whether anybody wants it: its answer counts once `get` asks for it. */
  guess(kind: Kind, namespace: string, name: string): void {
    const answer = this.api.get(RESOURCES[kind], namespace, name);
    // A failure is told to who wants the object.
    answer.catch(() => {});
    this.#guessed.set(key(kind, namespace, name), answer);
  }

  /** One object by name; undefined where it is absent or could not be read. */
  get<K extends Kind>(kind: K, namespace: string | undefined, name: string): Promise<ObjectOf<K> | undefined> {
    const resource = RESOURCES[kind];
    const place = resource.isNamespaced ? namespace : undefined;
    return this.#once(key(kind, place, name), async () => {
      const known = this.#objects.get(key(kind, place, name));
      if (known && !isMetadataOnly(known)) return known as ObjectOf<K>;
      if (this.#isRefused(kind)) return undefined;
      const answer = await (this.#guessed.get(key(kind, place, name)) ??
        firstServed(resource, (one) => this.api.get(one, place, name)));
      if (answer.state === "ok") return this.#take(answer.body, kind) as ObjectOf<K> | undefined;
      const ref = { kind, ...(place && { namespace: place }), name };
      if (answer.state === "absent") this.#absent.set(key(kind, place, name), ref);
      else this.#miss(answer, ref);
      return undefined;
    });
  }

  /** The objects of a kind that a query selects; `namespace` undefined asks for all namespaces. */
  async list<K extends Kind>(
    kind: K,
    namespace: string | undefined,
    query: ListQuery = {},
  ): Promise<readonly ObjectOf<K>[]> {
    return (await this.#list(kind, namespace, query, "whole", true)) ?? [];
  }

  /** As `list`; undefined where the list could not be read. That is no gap: the caller tries a smaller one. */
  tryList<K extends Kind>(
    kind: K,
    namespace: string | undefined,
    query: ListQuery = {},
  ): Promise<readonly ObjectOf<K>[] | undefined> {
    return this.#list(kind, namespace, query, "whole", false);
  }

  /** A list that was asked for already, with the same selector or none in that namespace or everywhere; undefined where none was. */
  started<K extends Kind>(
    kind: K,
    namespace: string | undefined,
    fieldSelector: string,
  ): Promise<readonly ObjectOf<K>[] | undefined> | undefined {
    for (const place of [undefined, namespace]) {
      for (const isLastTry of [true, false]) {
        const running = this.#running.get(listKey("whole", kind, place, { fieldSelector }, isLastTry));
        if (running) return running as Promise<readonly ObjectOf<K>[] | undefined>;
      }
    }
    return undefined;
  }

  /** Names, labels and owners of the objects of a kind: no contents, so nothing secret. */
  async listMetadata<K extends Kind>(
    kind: K,
    namespace: string | undefined,
    query: ListQuery = {},
  ): Promise<readonly KubeObject[]> {
    return (await this.#list(kind, namespace, query, "metadata", true)) ?? [];
  }

  /** The end of a container's log, its credentials masked; undefined where it could not be read. */
  async log(pod: KubeObject, container: string, previous: boolean, bounds: { bytes: number; milliseconds: number }) {
    const { namespace = "", name } = pod.metadata;
    const about = { kind: "Log", namespace, name: `${name}/${container}` };
    return this.#once(`log/${namespace}/${name}/${container}/${previous}`, async () => {
      if (this.#isRefused("Log")) return this.leaveOut(about, this.#refused.get("Log") ?? "");
      const answer = await this.api.log(namespace, name, container, { previous, ...bounds });
      if (answer.state !== "ok") {
        this.#miss(answer, about);
        return undefined;
      }
      const text = maskCredentials(boundedLines(withoutCutLine(withoutSecrets(answer.body), bounds.bytes)));
      this.#logs.push({ namespace, pod: name, container, previous, text });
      return text;
    });
  }

  /** Notes that something was not asked for, and why. */
  leaveOut(about: { kind: string; namespace: string; name: string }, message: string): undefined {
    this.#gaps.set(`${about.kind}/${fullName(about)}`, { ...about, state: "not-asked", message });
  }

  /** Notes something that could not be used, in words. */
  skip(what: string): void {
    this.#skipped.push(what);
  }

  /** All that was gathered, in an order that does not depend on which answer came first. */
  gathered(): Gathered {
    const objects = sorted(this.#objects);
    const gaps = sorted(this.#gaps);
    const complete = sorted(this.#complete);
    const there = new Set(objects.map(({ kind }) => kind));
    // A kind that was never asked for is no empty kind, and one that was asked for in part may have more objects.
    for (const kind of Object.keys(RESOURCES)) {
      if (complete.some((one) => one.kind === kind && one.namespace === undefined)) continue;
      const isRefused = this.#refused.get(kind);
      if (isRefused) gaps.push({ kind, state: "not-asked", message: isRefused });
      else if (there.has(kind)) gaps.push({ kind, state: "partial", message: "only some were read" });
      else gaps.push({ kind, state: "not-asked", message: "not needed" });
    }
    const logs = [...this.#logs].sort((a, b) => (logKey(a) < logKey(b) ? -1 : 1));
    return {
      objects,
      absent: sorted(this.#absent),
      gaps,
      complete,
      logs,
      unusable: sorted(this.#unusable),
      skipped: [...new Set(this.#skipped)].sort(),
    };
  }

  #list<K extends Kind>(
    kind: K,
    namespace: string | undefined,
    query: ListQuery,
    depth: "whole" | "metadata",
    isLastTry: boolean,
  ): Promise<readonly ObjectOf<K>[] | undefined> {
    const resource = RESOURCES[kind];
    const place = resource.isNamespaced ? namespace : undefined;
    const { fieldSelector, labelSelector, most } = query;
    const whole = listKey(depth, kind, place, { ...query, most: 0 }, isLastTry);
    // A whole list that was asked for already holds whatever a bounded one would.
    return this.#once(
      this.#running.has(whole) || !most ? whole : listKey(depth, kind, place, query, isLastTry),
      async () => {
        if (depth === "whole" && this.#isRefused(kind)) return undefined;
        const answer = await firstServed(resource, (one) =>
          depth === "whole" ? this.api.list(one, place, query) : this.api.listMetadata(one, place, query),
        );
        if (answer.state !== "ok") {
          if (isLastTry) this.#miss(answer, { kind, ...(place && { namespace: place }) });
          return undefined;
        }
        const { items, isCut } = answer.body;
        if (!fieldSelector && !labelSelector && !isCut) {
          this.#complete.set(key(kind, place, ""), { kind, ...(place && { namespace: place }) });
        }
        return items.flatMap(
          (item) => ((depth === "whole" ? this.#take(item, kind) : this.#takeName(item, kind)) as ObjectOf<K>) ?? [],
        );
      },
    );
  }

  #once<T>(what: string, read: () => Promise<T>): Promise<T> {
    const running = this.#running.get(what) ?? read();
    this.#running.set(what, running);
    return running as Promise<T>;
  }

  #isRefused(kind: string): boolean {
    return this.#refused.has(kind);
  }

  /** Items of a list have no kind of their own. */
  #take(raw: unknown, kind: Kind): KubeObject | undefined {
    const seen = this.#known(raw, kind);
    if (seen) return seen;
    const parsed = parseObject(raw && typeof raw === "object" ? { ...raw, ...typeOf(kind, raw) } : raw);
    if ("problem" in parsed) {
      this.#skipped.push(parsed.problem);
      if (parsed.unusable) this.#unusable.set(`${kind}/${fullName(parsed.unusable.ref)}`, parsed.unusable);
      return undefined;
    }
    const { object } = parsed;
    const at = key(kind, object.metadata.namespace, object.metadata.name);
    this.#objects.set(at, object);
    return object;
  }

  /** Of Secrets and ConfigMaps the names are kept, to suggest one; other kinds without their contents mislead. */
  #takeName(raw: unknown, kind: Kind): KubeObject | undefined {
    const parsed = parseMetadata(raw && typeof raw === "object" ? { ...raw, ...typeOf(kind, raw) } : raw);
    if ("problem" in parsed) return undefined;
    const { object } = parsed;
    const at = key(kind, object.metadata.namespace, object.metadata.name);
    if ((kind === "Secret" || kind === "ConfigMap") && !this.#objects.has(at)) this.#objects.set(at, object);
    return object;
  }

  /** Lists overlap: the same version of an object need not be checked again. */
  #known(raw: unknown, kind: Kind): KubeObject | undefined {
    const { name, namespace, resourceVersion } =
      (raw as { metadata?: Readonly<Record<string, string>> } | null)?.metadata ?? {};
    const known = name ? this.#objects.get(key(kind, namespace, name)) : undefined;
    const version = (known?.metadata as { resourceVersion?: string } | undefined)?.resourceVersion;
    return known && version && version === resourceVersion && !isMetadataOnly(known) ? known : undefined;
  }

  #miss(answer: Exclude<Answer<unknown>, { state: "ok" }>, about: { kind: string; namespace?: string; name?: string }) {
    const gap: Gap = {
      ...about,
      // An absent log or list: the object went away between two reads.
      state: answer.state === "absent" ? "failed" : answer.state,
      message: withoutSecrets(answer.message),
      ...(answer.state === "forbidden" && { right: answer.right }),
    };
    this.#gaps.set(`${about.kind}/${fullName({ namespace: about.namespace, name: about.name ?? "" })}`, gap);
  }
}

/**
 * A log of as many bytes as were asked for begins within a line, and perhaps within a credential, of which nothing tells
 * any more that it is one: the first line is masked, or, where there is no other, its first word.
 */
function withoutCutLine(log: string, mostBytes: number): string {
  if (Buffer.byteLength(log) < mostBytes - LONGEST_CHARACTER) return log;
  const end = log.indexOf("\n");
  return end < 0 ? log.replace(/^\S*/, MASK) : `${MASK}${log.slice(end)}`;
}

/** In UTF-8: a character that the cut went through is left out. */
const LONGEST_CHARACTER = 4;

const listKey = (
  depth: "whole" | "metadata",
  kind: string,
  place: string | undefined,
  { fieldSelector = "", labelSelector = "", most = 0 }: ListQuery,
  isLastTry: boolean,
) => ["list", depth, kind, place, fieldSelector, labelSelector, most, isLastTry].join("/");

/** Asks in each place where a resource may be served until one has it; the most telling of the answers where none has. */
async function firstServed<T>(
  { orElse = [], ...resource }: Resource,
  ask: (resource: Resource) => Promise<Answer<T>>,
): Promise<Answer<T>> {
  let best = await ask(resource);
  for (const place of orElse) {
    // Another version of the same group has the same objects.
    if (best.state === "ok" || (best.state !== "not-served" && place.group === resource.group)) break;
    const answer = await ask({ ...resource, ...place });
    if (best.state === "not-served" || answer.state === "ok") best = answer;
  }
  return best;
}

/** Whether an object came from a metadata list: it then says nothing about spec, data or status. */
function isMetadataOnly(object: KubeObject): boolean {
  return Object.keys(object).every((field) => field === "apiVersion" || field === "kind" || field === "metadata");
}

/** What an item of a list of Kubernetes' own kinds does not say of itself. */
function typeOf(kind: Kind, raw: object): { readonly apiVersion: string; readonly kind: string } {
  const { group, version, orElse } = RESOURCES[kind] as Resource;
  const { apiVersion } = raw as { apiVersion?: unknown };
  if (orElse && typeof apiVersion === "string") return { apiVersion, kind };
  return { apiVersion: group ? `${group}/${version}` : version, kind };
}

const key = (kind: string, namespace: string | undefined, name: string) => `${kind}/${namespace ?? ""}/${name}`;
const logKey = ({ namespace, pod, container, previous }: ContainerLog) =>
  `${namespace}/${pod}/${container}/${previous}`;

function sorted<T>(map: ReadonlyMap<string, T>): T[] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value);
}
