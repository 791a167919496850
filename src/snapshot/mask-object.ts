import type { KubeObject } from "../objects/object.ts";
import { MASK, maskCredentials, mayHoldCredential } from "./mask.ts";
import { hidesNext, isPasswordFlag, isUserFlag } from "./mask-forms.ts";
import { isNoSecret, isSecretName } from "./secret-name.ts";

type Fields = Record<string, unknown>;

const fieldsOf = (value: unknown): Fields => (value && typeof value === "object" ? (value as Fields) : {});
const itemsOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/**
 * Masks credentials in an object, in place, as it was parsed for us alone: in what containers are started with, in
 * annotations, and in messages of whoever wrote them. What a rule reads beside them (hosts, ports, paths) stays.
 */
export function maskObject(object: KubeObject): void {
  const { kind, metadata } = object;
  const { spec, status, message, note, template, data } = object as unknown as Fields;
  maskAnnotations(metadata as unknown as Fields);
  if (message !== undefined) maskField(object as unknown as Fields, "message");
  if (note !== undefined) maskField(object as unknown as Fields, "note");
  if (kind === "Pod") maskPodSpec(fieldsOf(spec));
  else if (kind !== "Secret" && kind !== "ConfigMap" && kind !== "Node" && kind !== "Event") {
    for (const place of [spec, template, data]) maskBelow(place, DEEPEST);
  }
  if (status !== undefined) maskStatus(fieldsOf(status));
}

/** Pod templates are this deep at most: jobTemplate.spec.template.spec of a CronJob, podSets[].template.spec of Kueue. */
const DEEPEST = 8;

/** Pod specs, wherever a kind has them, and what volumes are mounted with. */
function maskBelow(value: unknown, depth: number): void {
  if (!value || typeof value !== "object" || depth === 0) return;
  if (Array.isArray(value)) {
    for (const item of value) maskBelow(item, depth - 1);
    return;
  }
  const fields = value as Fields;
  if (Array.isArray(fields.containers)) maskPodSpec(fields);
  else
    for (const [field, content] of Object.entries(fields)) {
      if (field === "metadata") maskAnnotations(fieldsOf(content));
      else if (STRING_MAPS.has(field)) maskMap(fieldsOf(content));
      else if (field === "mountOptions") maskWords(content);
      else maskBelow(content, depth - 1);
    }
}

/** Maps of free text that volume plugins are configured with. */
const STRING_MAPS: ReadonlySet<string> = new Set(["volumeAttributes", "parameters", "options"]);

function maskPodSpec(spec: Fields): void {
  for (const list of ["initContainers", "containers", "ephemeralContainers"])
    for (const container of itemsOf(spec[list])) maskContainer(fieldsOf(container));
  for (const volume of itemsOf(spec.volumes)) {
    const { csi, flexVolume } = fieldsOf(volume);
    if (csi) maskMap(fieldsOf(fieldsOf(csi).volumeAttributes));
    if (flexVolume) maskMap(fieldsOf(fieldsOf(flexVolume).options));
  }
}

function maskContainer(container: Fields): void {
  maskWords(container.command);
  maskWords(container.args, itemsOf(container.command));
  for (const variable of itemsOf(container.env)) maskNamed(fieldsOf(variable));
  for (const probe of ["livenessProbe", "readinessProbe", "startupProbe"]) maskHandler(fieldsOf(container[probe]));
  const { postStart, preStop } = fieldsOf(container.lifecycle);
  maskHandler(fieldsOf(postStart));
  maskHandler(fieldsOf(preStop));
}

/** What a probe or a hook does: a command, or a request with headers. */
function maskHandler({ exec, httpGet }: Fields): void {
  if (exec) maskWords(fieldsOf(exec).command);
  if (!httpGet) return;
  const request = fieldsOf(httpGet);
  maskField(request, "path");
  for (const header of itemsOf(request.httpHeaders)) maskNamed(fieldsOf(header));
}

/** A variable or header: its name says whether the value is a credential. */
function maskNamed(named: Fields): void {
  const { name, value } = named;
  if (typeof value === "string" && typeof name === "string" && isSecretName(name)) named.value = hidden(value);
  else maskField(named, "value");
}

const hidden = (value: string) => (isNoSecret(value) ? masked(value) : MASK);

function maskMap(map: Fields): void {
  for (const [key, value] of Object.entries(map)) {
    if (typeof value !== "string") continue;
    map[key] = isSecretName(key) ? hidden(value) : masked(value);
  }
}

/** The words of a command: a flag may be one word and its password the next. */
function maskWords(words: unknown, before: readonly unknown[] = []): void {
  if (!Array.isArray(words)) return;
  const line = () => [...before, ...words].join(" ");
  for (const [index, word] of words.entries()) {
    if (typeof word !== "string") continue;
    const flag = words[index - 1];
    const follows = typeof flag === "string" && flag.startsWith("-") && !word.startsWith("-");
    if (follows && !isNoSecret(word) && (isPasswordFlag(flag) || hidesNext(flag, word, line))) {
      words[index] = isUserFlag(flag) ? `${word.slice(0, word.indexOf(":"))}:${MASK}` : MASK;
    } else words[index] = masked(word);
  }
}

/**
 * Annotations: those that repeat the object are dropped, as kubectl's, kapp's and Rancher's do, since what is masked in
 * the object would be in them.
 */
function maskAnnotations(metadata: Fields): void {
  const annotations = fieldsOf(metadata.annotations);
  for (const [key, value] of Object.entries(annotations)) {
    if (typeof value !== "string") continue;
    if (isCopyOfObject(key, value)) delete annotations[key];
    else if (isSecretName(key.slice(key.indexOf("/") + 1))) annotations[key] = hidden(value);
    else annotations[key] = masked(value);
  }
}

// `H4sI` is how gzip begins in base64.
const isCopyOfObject = (key: string, value: string) =>
  key === "kubectl.kubernetes.io/last-applied-configuration" ||
  value.startsWith("H4sI") ||
  (value.length > 64 &&
    /["']?kind["']?\s?:/.test(value) &&
    /["']?(?:apiVersion|metadata|spec|data)["']?\s?:/.test(value));

function maskStatus(status: Fields): void {
  maskField(status, "message");
  for (const condition of itemsOf(status.conditions)) maskField(fieldsOf(condition), "message");
  for (const list of ["initContainerStatuses", "containerStatuses", "ephemeralContainerStatuses"])
    for (const container of itemsOf(status[list])) {
      const { state, lastState } = fieldsOf(container);
      for (const one of [state, lastState]) {
        const { waiting, terminated } = fieldsOf(one);
        maskField(fieldsOf(waiting), "message");
        maskField(fieldsOf(terminated), "message");
      }
    }
}

function maskField(fields: Fields, field: string): void {
  const value = fields[field];
  if (typeof value === "string") fields[field] = masked(value);
}

/** Replicas have the same words: each is masked once. */
const known = new Map<string, string>();
const MOST_KNOWN = 20_000;

function masked(content: string): string {
  if (!mayHoldCredential(content)) return content;
  const before = known.get(content);
  if (before !== undefined) return before;
  const after = maskCredentials(content);
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(content, after);
  return after;
}
