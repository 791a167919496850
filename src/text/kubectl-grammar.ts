import type { Command } from "./command.ts";
import * as is from "./kubectl-words.ts";

/**
 * kubectl's grammar, as far as commands of reports use it. Most words of a command come from a cluster or a file. This
 * is the one place that decides whether a command may be printed: each word must be valid for its place, so none of them
 * becomes an option, another object or a wider right.
 */

/** Why a command is not printed: a word that is not what its place asks for. */
export interface BadWord {
  readonly word: string;
  /** `object name`; the sentence is "… is not a valid object name". */
  readonly what: string;
}

type Form = is.Form;
/** What is wrong with the words that are no flags. */
type Operands = (words: readonly string[], flags: ReadonlyMap<string, string>) => BadWord | undefined;

interface Grammar {
  readonly operands: Operands;
  /** Changes nothing: such a command is a look. */
  readonly onlyReads?: true;
  /** May end with `--` and a command for a container. */
  readonly program?: (words: readonly string[]) => BadWord | undefined;
}

const badWord = (word: string, { what }: Pick<Form, "what">): BadWord => ({ word, what });
const check = (word: string | undefined, form: Form): BadWord | undefined =>
  word !== undefined && (form.test(word) || is.isPlaceholder(word)) ? undefined : badWord(word ?? "", form);
const first = <T>(items: readonly T[], problem: (item: T) => BadWord | undefined): BadWord | undefined => {
  for (const item of items) {
    const found = problem(item);
    if (found) return found;
  }
  return undefined;
};

/** A fixed number of words; the last form holds for all further ones. */
const words =
  (...forms: readonly Form[]): Operands =>
  (given) =>
    given.length < forms.length
      ? badWord("", forms[given.length] ?? is.objectName)
      : first([...given.entries()], ([index, word]) => check(word, forms[index] ?? forms.at(-1) ?? is.objectName));
const exactly =
  (...forms: readonly Form[]): Operands =>
  (given, flags) =>
    given.length > forms.length
      ? badWord(given[forms.length] ?? "", { what: "operand" })
      : words(...forms)(given, flags);

/** `TYPE/NAME...`, `TYPE[,TYPE] [NAME...]`. */
const objects: Operands = (given) => {
  const [type, ...names] = given;
  if (type?.includes("/")) return first(given, (word) => check(word, is.typeAndName));
  return check(type, is.resourceTypes) ?? first(names, (word) => check(word, is.objectName));
};
/** Types that hold rights, which no command of a report changes. */
const RIGHTS = /^(?:(?:cluster)?role(?:binding)?s?|certificatesigningrequests?|csr)\b/;
const changeable: Operands = (given, flags) =>
  first(given, (word) => (RIGHTS.test(word) ? badWord(word, { what: "object to change" }) : undefined)) ??
  objects(given, flags);
/** At least one object is named, by name or by a field: nothing deletes all of a type. */
const named: Operands = (given, flags) =>
  given.length > 1 || given[0]?.includes("/") || flags.has("--field-selector")
    ? changeable(given, flags)
    : badWord("", is.objectName);
/** An object, then words of one form. */
const objectThen =
  (form: Form): Operands =>
  (given, flags) => {
    const split = given[0]?.includes("/") ? 1 : 2;
    return named(given.slice(0, split), flags) ?? words(form)(given.slice(split), flags);
  };
const workload: Operands = exactly(is.typeAndName);
const none: Operands = (given) => (given[0] === undefined ? undefined : badWord(given[0], { what: "operand" }));

/** Either `get --raw PATH` or objects. */
const objectsOrRaw: Operands = (given, flags) => (flags.has("--raw") ? none(given, flags) : objects(given, flags));

/** `web`, `node/worker-1`. */
const podOrNode: Operands = (given, flags) =>
  exactly(given[0]?.startsWith("node/") ? is.typeAndName : is.objectName)(given, flags);

const TOOL_FLAGS: ReadonlySet<string> = new Set(["-u", "-w", "-T", "-S", "-O", "-", "-c"]);
/** What a debug container runs: a tool with the program's own flags, and hosts, URLs and settings. */
const tool = (given: readonly string[]): BadWord | undefined =>
  first(given, (word) =>
    TOOL_FLAGS.has(word) || is.isPlaceholder(word) || /^[A-Za-z0-9/[][\w.:/=[\]-]*$/.test(word)
      ? undefined
      : badWord(word, { what: "word for a tool" }),
  );

const read = (operands: Operands): Grammar => ({ operands, onlyReads: true });

const COMMANDS: ReadonlyMap<string, Grammar> = new Map<string, Grammar>([
  ["get", read(objectsOrRaw)],
  ["describe", read(objects)],
  ["logs", read(exactly(is.objectName))],
  ["top", read(objects)],
  ["wait", read(objects)],
  [
    "why-pending",
    read((given, flags) => (given[0]?.includes("/") ? workload(given, flags) : exactly(is.objectName)(given, flags))),
  ],
  ["rollout status", read(workload)],
  ["auth can-i", read(exactly(is.verb, is.resource))],
  ["rollout undo", { operands: workload }],
  ["rollout restart", { operands: workload }],
  ["rollout resume", { operands: workload }],
  ["scale", { operands: workload }],
  ["cordon", { operands: exactly(is.objectName) }],
  ["uncordon", { operands: exactly(is.objectName) }],
  ["delete", { operands: named }],
  ["edit", { operands: changeable }],
  ["patch", { operands: named }],
  ["apply", { operands: none }],
  ["replace", { operands: none }],
  ["label", { operands: objectThen(is.label) }],
  ["taint", { operands: objectThen(is.taint) }],
  ["expose", { operands: named }],
  ["set image", { operands: objectThen(is.containerImage) }],
  ["set resources", { operands: named }],
  ["set selector", { operands: objectThen(is.labels) }],
  [
    "set env",
    {
      operands: (given, flags) =>
        flags.has("--from") ? named(given, flags) : objectThen(is.environmentVariable)(given, flags),
    },
  ],
  [
    "create",
    { operands: (given, flags) => (flags.has("-f") ? none(given, flags) : badWord(given[0] ?? "", is.resourceType)) },
  ],
  ["create secret generic", { operands: exactly(is.objectName) }],
  ["create secret tls", { operands: exactly(is.objectName) }],
  ["create secret docker-registry", { operands: exactly(is.objectName) }],
  ["create configmap", { operands: exactly(is.objectName) }],
  ["create serviceaccount", { operands: exactly(is.objectName) }],
  ["create priorityclass", { operands: exactly(is.objectName) }],
  ["create job", { operands: exactly(is.objectName) }],
  ["create service clusterip", { operands: exactly(is.objectName) }],
  ["create service externalname", { operands: exactly(is.objectName) }],
  ["create role", { operands: exactly(is.objectName) }],
  ["create clusterrole", { operands: exactly(is.objectName) }],
  ["create rolebinding", { operands: exactly(is.objectName) }],
  ["create clusterrolebinding", { operands: exactly(is.objectName) }],
  ["debug", { operands: podOrNode, program: tool }],
  // What a probe runs is the pod's own; kubectl reads no option behind `--`.
  ["exec", { operands: exactly(is.objectName), program: () => undefined }],
]);
const OF_OC: ReadonlyMap<string, Grammar> = new Map<string, Grammar>([
  ["adm policy add-scc-to-user", { operands: exactly(is.objectName) }],
]);

/** Flags with a value. */
const VALUES: ReadonlyMap<string, Form> = new Map<string, Form>([
  ["-n", is.namespace],
  ["-c", is.containerName],
  ["-l", is.labelSelector],
  ["-L", is.labelKey],
  ["-o", is.output],
  ["-p", is.json],
  ["-f", is.oneOf("-")],
  ["-z", is.objectName],
  ["--as", is.serviceAccountUser],
  ["--clusterrole", is.objectName],
  ["--container", is.containerName],
  ["--copy-to", is.objectName],
  ["--description", is.oneOf()],
  ["--docker-password", is.oneOf()],
  ["--docker-server", is.registryServer],
  ["--docker-username", is.oneOf()],
  ["--dry-run", is.oneOf("client")],
  ["--external-name", is.host],
  ["--field-selector", is.fieldSelector],
  ["--for", is.condition],
  ["--from", is.typeAndName],
  ["--from-file", is.literal],
  ["--from-literal", is.literal],
  ["--grace-period", is.number],
  ["--image", is.image],
  ["--keys", is.keys],
  ["--limits", is.amounts],
  ["--name", is.objectName],
  ["--port", is.port],
  ["--profile", is.oneOf("sysadmin")],
  ["--raw", is.rawPath],
  ["--replicas", is.number],
  ["--requests", is.amounts],
  ["--resource", is.resource],
  ["--resource-name", is.objectName],
  ["--role", is.objectName],
  ["--serviceaccount", is.serviceAccount],
  ["--subresource", is.subresource],
  ["--tail", is.number],
  ["--target-port", is.port],
  ["--tcp", is.port],
  ["--timeout", is.duration],
  ["--to-revision", is.number],
  ["--type", is.oneOf("json", "merge", "strategic")],
  ["--value", is.number],
  ["--verb", is.verbs],
]);
/** Flags without one. */
const SWITCHES: ReadonlySet<string> = new Set([
  "-A",
  "-it",
  "--all-containers",
  "--all-namespaces",
  "--containers",
  "--force",
  "--overwrite",
  "--previous",
  "--show-labels",
  "--show-managed-fields",
  "--watch",
]);

/** The first word that keeps a command from being printed; undefined where each is valid for its place. */
export function badWordOf({ argv, into, does }: Command): BadWord | undefined {
  return badWordIn(argv, does === "reads") ?? (into && badWordIn(into, does === "reads"));
}

function badWordIn(argv: readonly string[], isLook: boolean): BadWord | undefined {
  // A field of a kind without a schema may hold anything.
  const odd: unknown = argv.find((word: unknown) => typeof word !== "string");
  if (odd !== undefined) return badWord(String(JSON.stringify(odd)), { what: "word" });
  const [program, ...rest] = argv;
  const commands = program === "kubectl" ? COMMANDS : program === "oc" ? OF_OC : undefined;
  if (!commands) return badWord(program ?? "", { what: "program" });
  const end = rest.indexOf("--");
  const { operands, flags, bad } = takeApart(end < 0 ? rest : rest.slice(0, end));
  if (bad) return bad;
  // The longest name counts: `create secret generic` before `create`.
  const length = [3, 2, 1].find((size) => operands.length >= size && commands.has(operands.slice(0, size).join(" ")));
  const grammar = length === undefined ? undefined : commands.get(operands.slice(0, length).join(" "));
  if (!grammar || length === undefined) return badWord(operands[0] ?? "", { what: "kubectl command" });
  if (isLook && !grammar.onlyReads) return badWord(operands[0] ?? "", { what: "command that only reads" });
  const wrong = grammar.operands(operands.slice(length), flags);
  if (wrong || end < 0) return wrong;
  return grammar.program ? grammar.program(rest.slice(end + 1)) : badWord("--", { what: "flag" });
}

/** Operands and flags; each flag is one that the program writes, with a value of its form. */
function takeApart(given: readonly string[]): {
  readonly operands: readonly string[];
  readonly flags: ReadonlyMap<string, string>;
  readonly bad?: BadWord;
} {
  const operands: string[] = [];
  const flags = new Map<string, string>();
  for (let index = 0; index < given.length; index++) {
    const word = given[index] ?? "";
    if (!word.startsWith("-")) {
      operands.push(word);
      continue;
    }
    const at = word.startsWith("--") ? word.indexOf("=") : -1;
    const flag = at < 0 ? word : word.slice(0, at);
    if (at < 0 && SWITCHES.has(flag)) {
      flags.set(flag, "");
      continue;
    }
    const form = VALUES.get(flag);
    // A word with a hyphen in front that the program does not know is data.
    if (!form) return { operands, flags, bad: badWord(word, is.objectName) };
    if (at < 0) index++;
    const value = at < 0 ? given[index] : word.slice(at + 1);
    const bad = check(value, form);
    if (bad) return { operands, flags, bad };
    flags.set(flag, value ?? "");
  }
  return { operands, flags };
}
