// The parser alone: the rest of yargs reads locale files and costs more CPU time than a whole `kubectl describe`.
import { Parser } from "yargs/helpers";
import { Failure } from "../text/failure.ts";
import { nearest } from "../text/nearest.ts";
import { command, list, name, text } from "../text/text.ts";
import { wrapped } from "../text/wrapped.ts";

/** One flag: what the parser, the help, the README and plugin.yaml know of it. */
export interface Flag {
  readonly name: string;
  /** One letter. */
  readonly alias?: string;
  /** `list`: may be given several times. */
  readonly type: "string" | "boolean" | "list";
  /** What stands for the value in help: `FILE`. */
  readonly value?: string;
  readonly describe: string;
  readonly group: FlagGroup;
}

export const FLAG_GROUPS = [
  "What to look at",
  "Output",
  "Offline",
  "Registries",
  "Connection (as kubectl)",
  "Other",
] as const;
export type FlagGroup = (typeof FLAG_GROUPS)[number];

const flag = (
  group: FlagGroup,
  flagName: string,
  type: Flag["type"],
  describe: string,
  more: { readonly alias?: string; readonly value?: string } = {},
): Flag => ({ name: flagName, type, describe, group, ...more });

const [LOOK, OUTPUT, OFFLINE, REGISTRIES, CONNECTION, OTHER] = FLAG_GROUPS;

/** All flags, in the order of the help. */
export const FLAGS: readonly Flag[] = [
  flag(LOOK, "namespace", "string", "Namespace of the pods; the context's where absent", { alias: "n", value: "NAME" }),
  flag(LOOK, "all-namespaces", "boolean", "Every pod of the cluster that is not fine, grouped by cause", {
    alias: "A",
  }),
  flag(LOOK, "selector", "string", "Only pods with these labels, as in kubectl get -l", {
    alias: "l",
    value: "LABELS",
  }),
  flag(
    LOOK,
    "no-secrets",
    "boolean",
    "Read no Secrets; else those a pod refers to: names of keys and registry hosts, never values",
  ),
  flag(LOOK, "no-logs", "boolean", "Read no logs; else the last lines of containers that crashed, credentials masked"),

  flag(OUTPUT, "output", "string", "text, wide, json, yaml or markdown", { alias: "o", value: "FORMAT" }),
  flag(OUTPUT, "wide", "boolean", "Show all rows and whole messages; the same as -o wide"),
  flag(OUTPUT, "color", "string", "auto, always or never; NO_COLOR and FORCE_COLOR are honoured", { value: "WHEN" }),
  flag(
    OUTPUT,
    "shell",
    "string",
    "Quote commands for bash, zsh, sh, fish, powershell or cmd; the shell that runs this where absent",
    { value: "SHELL" },
  ),
  flag(OUTPUT, "explain", "string", "Print the page of one rule, such as image/not-found", { value: "RULE" }),

  flag(
    OFFLINE,
    "from",
    "string",
    "Report on saved objects (YAML or JSON, a file, a folder or - for standard input) instead of a cluster",
    { value: "FILE" },
  ),
  flag(OFFLINE, "save-snapshot", "string", "Save what this run saw, for --from; holds no values of Secrets", {
    value: "FILE",
  }),
  flag(
    OFFLINE,
    "redact",
    "boolean",
    "Replace namespaces, hosts, IP addresses, users and ServiceAccounts in what is saved and shown",
  ),

  flag(
    REGISTRIES,
    "check-registry",
    "boolean",
    "Ask the registries of images that were not pulled whether they have them, with the pull secrets of the pods",
  ),
  flag(
    REGISTRIES,
    "registry-auth",
    "string",
    "pod or none: whose logins to ask with; anonymous comes last in any case",
    {
      value: "WHOSE",
    },
  ),
  flag(REGISTRIES, "registry-ca", "string", "Certificate authorities of registries, beside those of this system", {
    value: "FILE",
  }),
  flag(
    REGISTRIES,
    "registry-insecure",
    "list",
    "Registry (or token service) that may be asked without TLS or with any certificate; may be repeated",
    { value: "HOST" },
  ),

  flag(CONNECTION, "kubeconfig", "string", "Path to the kubeconfig file", { value: "FILE" }),
  flag(CONNECTION, "context", "string", "Context of the kubeconfig", { value: "NAME" }),
  flag(CONNECTION, "cluster", "string", "Cluster of the kubeconfig", { value: "NAME" }),
  flag(CONNECTION, "user", "string", "User of the kubeconfig", { value: "NAME" }),
  flag(CONNECTION, "server", "string", "Address of the API server", { alias: "s", value: "URL" }),
  flag(CONNECTION, "token", "string", "Bearer token", { value: "TOKEN" }),
  flag(CONNECTION, "username", "string", "User name for basic authentication", { value: "NAME" }),
  flag(CONNECTION, "password", "string", "Password for basic authentication", { value: "WORD" }),
  flag(CONNECTION, "as", "string", "User to impersonate", { value: "NAME" }),
  flag(CONNECTION, "as-group", "list", "Group to impersonate; may be repeated", { value: "NAME" }),
  flag(CONNECTION, "as-uid", "string", "UID to impersonate", { value: "UID" }),
  flag(CONNECTION, "as-user-extra", "list", "Extra of the user to impersonate, key=value; may be repeated", {
    value: "KEY=VALUE",
  }),
  flag(CONNECTION, "certificate-authority", "string", "Certificate authority of the server", { value: "FILE" }),
  flag(CONNECTION, "client-certificate", "string", "Client certificate", { value: "FILE" }),
  flag(CONNECTION, "client-key", "string", "Key of the client certificate", { value: "FILE" }),
  flag(CONNECTION, "insecure-skip-tls-verify", "boolean", "Do not check the server's certificate"),
  flag(CONNECTION, "tls-server-name", "string", "Name that the server's certificate must have", { value: "NAME" }),
  flag(CONNECTION, "request-timeout", "string", "Bound for each request, such as 5s; 0 is none", { value: "TIME" }),
  flag(CONNECTION, "disable-compression", "boolean", "Ask the server for uncompressed answers"),
  flag(CONNECTION, "cache-dir", "string", "Taken and not needed: nothing is cached", { value: "DIR" }),
  flag(CONNECTION, "kuberc", "string", "Taken and not needed: there are no aliases to set up", { value: "FILE" }),
  flag(CONNECTION, "warnings-as-errors", "boolean", "Taken and not needed: reading gives no warnings"),

  flag(OTHER, "patience", "string", "Report what is known after this time", { value: "TIME" }),
  flag(OTHER, "help", "boolean", "Print this help", { alias: "h" }),
  flag(OTHER, "version", "boolean", "Print the version"),
];

/** kubectl's flags that are refused, and why. */
export const REFUSED_FLAGS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    v: "there is no request log; kubectl get -v=8 shows what kubectl sends",
    vmodule: "there is no request log",
    "log-flush-frequency": "there is no log",
    "match-server-version": "every served version from 1.25 on is read",
    profile: "this is no Go program; node --cpu-prof measures the same code",
    "profile-output": "this is no Go program; node --cpu-prof measures the same code",
  }),
);

const EXAMPLES: readonly (readonly [string, string])[] = [
  ["kubectl why-pending web-7d4b9c6f5-x2lqk -n shop", "why does this pod not start"],
  ["kubectl why-pending deployment/web", "the pods of a workload that are not Ready"],
  ["kubectl why-pending", "every pod of the namespace that is not fine"],
  ["kubectl why-pending -A", "the whole cluster: which cause stands behind how many pods"],
  ["kubectl why-pending web-7d4b9c6f5-x2lqk --check-registry", "does the registry have the image, for these logins"],
  ["kubectl why-pending web-7d4b9c6f5-x2lqk --save-snapshot web.json --redact", "something to send to a colleague"],
  ["kubectl why-pending --from web.json -o markdown", "the same report elsewhere, for an issue"],
];

/** Where it is set, the stack of a mistake of this program is printed as well. */
export const DEBUG_VARIABLE = "WHY_PENDING_DEBUG";

/** The format that a command line asks for, as far as it can be told of one that is wrong. */
export function outputIn(argv: readonly string[]): "text" | "json" | "yaml" {
  const line = argv.join(" ");
  return (/(?:^| )(?:-o|--output)[= ]?(json|yaml)(?: |$)/.exec(line)?.[1] ?? "text") as "text" | "json" | "yaml";
}

/** The command line taken apart, not yet checked. */
export interface Args {
  readonly positionals: readonly string[];
  /** By the flag's full name; only flags that were given. */
  readonly values: Readonly<Record<string, string | boolean | readonly string[]>>;
}

/** Takes a command line apart as kubectl's parser does. Throws a Failure for a flag that there is not. */
export function parseArgs(argv: readonly string[]): Args {
  const ofType = (...types: readonly Flag["type"][]) =>
    FLAGS.filter(({ type }) => types.includes(type)).map(({ name: flagName }) => flagName);
  const { argv: parsed, error } = Parser.detailed(expandShortFlags(argv), {
    alias: Object.fromEntries(FLAGS.flatMap(({ name: flagName, alias }) => (alias ? [[flagName, [alias]]] : []))),
    boolean: ofType("boolean"),
    string: ofType("string", "list"),
    array: ofType("list"),
    narg: Object.fromEntries(ofType("string", "list").map((flagName) => [flagName, 1])),
    configuration: {
      "boolean-negation": false,
      "camel-case-expansion": false,
      "dot-notation": false,
      "greedy-arrays": false,
      "parse-numbers": false,
      "parse-positional-numbers": false,
      "strip-aliased": true,
    },
  });
  refuseUnknown(parsed, argv);
  if (error) {
    const [, missing] = /^Not enough arguments following: (\S+)/.exec(error.message) ?? [];
    const known = FLAGS.find((one) => one.name === missing || one.alias === missing);
    throw new Failure(
      known
        ? text`--${known.name} needs a value${known.value && text`: --${known.name}=${known.value}`}.`
        : text`${error.message}.`,
      HELP,
    );
  }
  const values: Record<string, string | boolean | readonly string[]> = {};
  for (const { name: flagName, type } of FLAGS) {
    const given = parsed[flagName] as string | boolean | readonly string[] | undefined;
    // pflag takes the last of a flag that is given twice.
    const value = Array.isArray(given) && type !== "list" ? given.at(-1) : given;
    if (value !== undefined) values[flagName] = value;
  }
  return { positionals: parsed._.map(String), values };
}

const HELP = { todo: [text`${command("kubectl why-pending --help")} lists the flags.`] };

/** `-oyaml`, `-nshop`, `-An`: kubectl's users write short flags together. yargs would split `shop` as well. */
function expandShortFlags(argv: readonly string[]): string[] {
  const end = argv.indexOf("--");
  return argv.flatMap((word, index) => (end >= 0 && index > end ? [word] : split(word)));
}

function split(word: string): string[] {
  const [, letter = "", rest = ""] = /^-([A-Za-z])(.+)$/s.exec(word) ?? [];
  const known = FLAGS.find(({ alias }) => alias === letter && alias);
  if (!known || rest === "") return [word];
  if (known.type !== "boolean") return [`-${letter}`, rest.replace(/^=/, "")];
  return rest.startsWith("=") ? [word] : [`-${letter}`, ...split(`-${rest}`)];
}

function refuseUnknown(parsed: Readonly<Record<string, unknown>>, argv: readonly string[]): void {
  const known = new Set([...FLAGS.flatMap(({ name: flagName, alias }) => [flagName, alias ?? ""]), "_", "$0"]);
  for (const given of Object.keys(parsed)) {
    if (known.has(given) || parsed[given] === undefined) continue;
    const refused = REFUSED_FLAGS.get(given);
    if (refused) throw new Failure(text`--${given} is not taken here: ${refused}.`, HELP);
    const written = argv.find((word) => word.replace(/^-+/, "").startsWith(given)) ?? `--${given}`;
    const like = nearest(
      given,
      FLAGS.map(({ name: flagName }) => flagName),
    );
    throw new Failure(
      text`There is no flag ${name(written.replace(/=.*/s, ""))}${like.length > 0 && text`; there is ${list(like.map((one) => name(`--${one}`)))}`}.`,
      HELP,
    );
  }
}

const USAGE = `kubectl why-pending [POD | TYPE/NAME]... [flags]

Says why a pod does not start, run or become ready, and what repairs it. It never changes the cluster.`;

/** The help, at most `width` columns wide. */
export function helpText(width: number): string {
  const most = Math.min(width, 110);
  const groups = FLAG_GROUPS.map((group) => {
    const rows = FLAGS.filter((one) => one.group === group).map((one): [string, string] => [
      `${one.alias ? `-${one.alias}, ` : "    "}--${one.name}${one.value ? ` ${one.value}` : ""}`,
      one.describe,
    ]);
    return `${group}:\n${twoColumns(rows, most)}`;
  });
  const examples = EXAMPLES.map(([line, meaning]) => `  # ${meaning}\n  ${line}`).join("\n");
  const codes = `Exit codes: 0 nothing is wrong, 1 a cause was found, 2 no diagnosis was possible.
If kubectl why-pending itself fails, ${DEBUG_VARIABLE}=1 prints the stack for a bug report.`;
  return `${[USAGE, `Examples:\n${examples}`, ...groups, codes].join("\n\n")}\n`;
}

function twoColumns(rows: readonly (readonly [string, string])[], width: number): string {
  const left = Math.max(...rows.map(([first]) => first.length)) + 4;
  return rows
    .map(([first, second]) => {
      const lines = wrapped(second, Math.max(width - left, 24));
      return lines.map((line, index) => `  ${(index ? "" : first).padEnd(left - 2)}${line}`).join("\n");
    })
    .join("\n");
}
