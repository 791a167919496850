import * as z from "zod/mini";
import type { ConnectionOptions } from "../cluster/connection-options.ts";
import { Failure } from "../text/failure.ts";
import { nearest } from "../text/nearest.ts";
import { SHELLS, type Shell } from "../text/shell.ts";
import { command, list, name, type Text, text, value } from "../text/text.ts";
import type { Args } from "./args.ts";

const OUTPUTS = ["text", "json", "yaml", "markdown"] as const;
export type OutputFormat = (typeof OUTPUTS)[number];

/** What to look at: a pod, or the pods of a workload. */
export interface TargetName {
  /** `Pod` or a workload kind, as in the API. */
  readonly kind: string;
  readonly name: string;
}

/** How to ask registries about images. */
export interface RegistryOptions {
  /** Whether pull secrets are used; else registries are asked anonymously. */
  readonly logins: boolean;
  /** A PEM file. */
  readonly certificateAuthority?: string;
  /** `registry.test:5000`, as in images and URLs. */
  readonly insecureHosts: readonly string[];
}

/** What the user asked for, checked. */
export interface Options {
  /** Explain this rule, and diagnose nothing. */
  readonly explain?: string;
  /** Empty: every pod of the namespace (or of all) that is not fine. */
  readonly targets: readonly TargetName[];
  readonly allNamespaces: boolean;
  readonly selector?: string;
  readonly output: OutputFormat;
  readonly color: "auto" | "always" | "never";
  /** For which shell commands are quoted; absent: the one that runs the program. */
  readonly shell?: Shell;
  /** Show all rows and lines instead of a screenful. */
  readonly wide: boolean;
  /** A file, a folder or `-`: read from there instead of a cluster. */
  readonly from?: string;
  readonly saveSnapshot?: string;
  readonly redact: boolean;
  /** Whether Secrets may be read (names of their keys, never values). */
  readonly secrets: boolean;
  /** Whether the last lines of containers that crashed may be read. */
  readonly logs: boolean;
  /** How to ask registries; absent: no registry is asked. */
  readonly registry?: RegistryOptions;
  readonly connection: ConnectionOptions;
  /** The connection flags that were given, for the commands in the report. Never those that hold a credential. */
  readonly kubectlFlags: readonly string[];
}

const PATIENCE_MS = 30_000;

const text_ = z.optional(z.string());
const yes = z.optional(z.boolean());
const many = z.optional(z.array(z.string()));
const valuesSchema = z.object({
  namespace: text_,
  "all-namespaces": yes,
  selector: text_,
  "no-secrets": yes,
  "no-logs": yes,
  output: z.optional(z.enum([...OUTPUTS, "wide", "md"])),
  wide: yes,
  color: z.optional(z.enum(["auto", "always", "never"])),
  shell: z.optional(z.enum(SHELLS)),
  explain: text_,
  from: z.optional(z.string().check(z.minLength(1))),
  "save-snapshot": z.optional(z.string().check(z.minLength(1))),
  redact: yes,
  "check-registry": yes,
  "registry-auth": z.optional(z.enum(["pod", "none"])),
  "registry-ca": z.optional(z.string().check(z.minLength(1))),
  "registry-insecure": many,
  kubeconfig: text_,
  context: text_,
  cluster: text_,
  user: text_,
  server: text_,
  token: text_,
  username: text_,
  password: text_,
  as: text_,
  "as-group": many,
  "as-uid": text_,
  "as-user-extra": many,
  "certificate-authority": text_,
  "client-certificate": text_,
  "client-key": text_,
  "insecure-skip-tls-verify": yes,
  "tls-server-name": text_,
  "request-timeout": text_,
  "disable-compression": yes,
  patience: text_,
});

/** Checks what was given. Throws a Failure that names the flag, what was seen and what to do. */
export function toOptions({ positionals, values }: Args): Options {
  const checked = valuesSchema.safeParse(values);
  if (!checked.success) throw wrongValue(checked.error, values);
  const given = checked.data;
  const targets = targetsOf(positionals);
  const allNamespaces = given["all-namespaces"] ?? false;
  if (allNamespaces && targets.length > 0) {
    throw new Failure(
      text`A name and --all-namespaces do not go together: ${name(positionals.join(" "))} lives in one namespace.`,
      {
        todo: [text`Name the namespace with ${command("-n NAMESPACE")}, or leave the name out.`],
      },
    );
  }
  if (targets.length > 0 && given.selector) {
    throw new Failure(text`A name and --selector do not go together.`, { todo: [text`Leave one of them out.`] });
  }
  if (given.selector !== undefined) checkSelector(given.selector);
  for (const target of targets) checkName(target.name);
  const patienceMs = milliseconds("patience", given.patience) ?? PATIENCE_MS;
  const registry = registryOptions(given);
  return {
    ...(given.explain !== undefined && { explain: given.explain }),
    targets,
    allNamespaces,
    ...(given.selector && { selector: given.selector }),
    output: given.output === "wide" ? "text" : given.output === "md" ? "markdown" : (given.output ?? "text"),
    color: given.color ?? "auto",
    ...(given.shell && { shell: given.shell }),
    wide: given.wide === true || given.output === "wide",
    ...(given.from && { from: given.from }),
    ...(given["save-snapshot"] && { saveSnapshot: given["save-snapshot"] }),
    redact: given.redact ?? false,
    secrets: !given["no-secrets"],
    logs: !given["no-logs"],
    ...(registry && { registry }),
    connection: connectionOptions(given, patienceMs),
    kubectlFlags: kubectlFlags(values),
  };
}

type Values = z.infer<typeof valuesSchema>;

function registryOptions(given: Values): RegistryOptions | undefined {
  const insecureHosts = given["registry-insecure"] ?? [];
  if (!given["check-registry"]) {
    const stray = (["registry-auth", "registry-ca", "registry-insecure"] as const).find((flagName) => given[flagName]);
    if (!stray) return undefined;
    throw new Failure(text`--${stray} says how registries are asked, and none is asked without --check-registry.`);
  }
  if (given.from !== undefined) {
    throw new Failure(
      text`--check-registry and --from do not go together: what registries say is part of a snapshot.`,
      {
        todo: [
          text`Save one with ${command("--check-registry --save-snapshot FILE")}; ${command("--from FILE")} then has the answers.`,
        ],
      },
    );
  }
  const bad = insecureHosts.find((host) => !/^(?:[\w.-]+|\[[0-9a-fA-F:]+\])(?::\d+)?$/.test(host));
  if (bad !== undefined) {
    throw new Failure(text`--registry-insecure takes a host as it stands in images, not ${value(bad)}.`, {
      todo: [text`Write ${command("--registry-insecure=registry.example:5000")}.`],
    });
  }
  return {
    logins: given["registry-auth"] !== "none",
    ...(given["registry-ca"] && { certificateAuthority: given["registry-ca"] }),
    insecureHosts,
  };
}

function connectionOptions(given: Values, patienceMs: number): ConnectionOptions {
  const requestTimeoutMs = milliseconds("request-timeout", given["request-timeout"]);
  const extras = given["as-user-extra"];
  const badExtra = extras?.find((extra) => !/^[^=]+=/.test(extra));
  if (badExtra !== undefined) {
    throw new Failure(text`--as-user-extra takes key=value, not ${value(badExtra)}.`);
  }
  const all = {
    kubeconfig: given.kubeconfig,
    context: given.context,
    cluster: given.cluster,
    user: given.user,
    // As for kubectl, an empty value is the same as none: scripts write -n "$NAMESPACE".
    namespace: given.namespace || undefined,
    server: given.server,
    token: given.token,
    username: given.username,
    password: given.password,
    as: given.as,
    asGroup: given["as-group"],
    asUid: given["as-uid"],
    asUserExtra: extras,
    certificateAuthority: given["certificate-authority"],
    clientCertificate: given["client-certificate"],
    clientKey: given["client-key"],
    insecureSkipTlsVerify: given["insecure-skip-tls-verify"],
    tlsServerName: given["tls-server-name"],
    requestTimeoutMs,
    disableCompression: given["disable-compression"],
    patienceMs,
  };
  return Object.fromEntries(
    Object.entries(all).filter(([, one]) => one !== undefined && one !== ""),
  ) as unknown as ConnectionOptions;
}

/** Flags that make kubectl talk to the same cluster as the same user; a token or password is never repeated. */
const REPEATED = [
  "kubeconfig",
  "context",
  "cluster",
  "user",
  "server",
  "as",
  "as-group",
  "as-uid",
  "as-user-extra",
  "certificate-authority",
  "client-certificate",
  "client-key",
  "insecure-skip-tls-verify",
  "tls-server-name",
] as const;

function kubectlFlags(values: Args["values"]): string[] {
  return REPEATED.flatMap((flagName) => {
    const given = values[flagName];
    if (given === true) return [`--${flagName}`];
    if (given === undefined || given === false || given === "") return [];
    return (Array.isArray(given) ? given : [given]).map((one) => `--${flagName}=${one}`);
  });
}

function wrongValue(error: z.core.$ZodError, values: Args["values"]): Failure {
  const issue = error.issues[0];
  const flagName = String(issue?.path[0] ?? "");
  const seen = String(values[flagName]);
  const allowed = issue && "values" in issue ? (issue.values as readonly string[]) : [];
  if (allowed.length > 0) {
    const shown = allowed.filter((one) => one !== "md");
    const like = nearest(seen, shown, 1);
    return new Failure(
      text`--${flagName} takes ${list(shown.map(name), 9)}, not ${value(seen)}${like.length > 0 && text`; ${name(like[0] ?? "")} is the nearest`}.`,
    );
  }
  return new Failure(text`--${flagName} needs a value.`);
}

const KINDS: readonly { readonly kind: string; readonly group: string; readonly names: readonly string[] }[] = [
  { kind: "Pod", group: "", names: ["pod", "pods", "po"] },
  { kind: "Deployment", group: "apps", names: ["deployment", "deployments", "deploy"] },
  { kind: "ReplicaSet", group: "apps", names: ["replicaset", "replicasets", "rs"] },
  { kind: "StatefulSet", group: "apps", names: ["statefulset", "statefulsets", "sts"] },
  { kind: "DaemonSet", group: "apps", names: ["daemonset", "daemonsets", "ds"] },
  { kind: "Job", group: "batch", names: ["job", "jobs"] },
  { kind: "CronJob", group: "batch", names: ["cronjob", "cronjobs", "cj"] },
  { kind: "ReplicationController", group: "", names: ["replicationcontroller", "replicationcontrollers", "rc"] },
];

/** `deploy`, `deployments.apps`, `deployment.v1.apps`: the ways in which kubectl takes a type. */
function kindOf(type: string): string | undefined {
  const [word = "", ...rest] = type.toLowerCase().split(".");
  const group = rest.filter((part) => !/^v\d+$/.test(part)).join(".");
  return KINDS.find((one) => one.names.includes(word) && (group === "" || group === one.group))?.kind;
}

/** `web`, `pod/web`, `deploy/web`, `deployment web db`: as kubectl reads them. */
function targetsOf(positionals: readonly string[]): TargetName[] {
  const [first, ...names] = positionals;
  const kind = first !== undefined && !first.includes("/") ? kindOf(first) : undefined;
  if (kind && names.length > 0 && names.every((one) => !one.includes("/")))
    return names.map((one) => ({ kind, name: one }));
  return positionals.map((word) => {
    const slash = word.indexOf("/");
    if (slash < 0) return { kind: "Pod", name: word };
    const type = word.slice(0, slash);
    const typed = kindOf(type);
    if (!typed) {
      const like = nearest(
        type.toLowerCase(),
        KINDS.flatMap((one) => one.names),
        1,
      );
      throw new Failure(
        text`${name(word)} names no pod and no workload: there is no type ${name(type)} here${like.length > 0 && text`; ${name(like[0] ?? "")} is one`}.`,
        {
          todo: [
            text`Types are ${list(
              KINDS.map((one) => name(one.names[0] ?? "")),
              9,
            )}. A namespace is named with ${command("-n NAMESPACE")}.`,
          ],
        },
      );
    }
    return { kind: typed, name: word.slice(slash + 1) };
  });
}

/** Names of pods and workloads are DNS subdomains (apimachinery v0.36 pkg/util/validation IsDNS1123Subdomain). */
function checkName(given: string): void {
  if (given.length <= 253 && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(given)) return;
  const why =
    given === ""
      ? "it is empty"
      : /[A-Z]/.test(given)
        ? "it has upper-case letters"
        : given.length > 253
          ? "it is longer than 253 characters"
          : "only a-z, 0-9, - and . are allowed";
  throw new Failure(text`${value(given)} cannot be the name of a pod or workload: ${why}.`, {
    todo: [text`${command("kubectl get pods")} lists the names.`],
  });
}

// One requirement of a label selector (apimachinery v0.36 pkg/labels/selector.go): the server would refuse a bad one with 400.
const LABEL = "(?:[a-zA-Z0-9]([a-zA-Z0-9.-]*[a-zA-Z0-9])?/)?[a-zA-Z0-9](?:[a-zA-Z0-9_.-]*[a-zA-Z0-9])?";
const LABEL_VALUE = "[a-zA-Z0-9](?:[a-zA-Z0-9_.-]*[a-zA-Z0-9])?";
const REQUIREMENT = new RegExp(
  `^ ?(?:! ?${LABEL}|${LABEL}(?: ?(?:==?|!=)(?: ?${LABEL_VALUE})?| (?:in|notin) ?\\([^()]*\\)| ?[<>] ?\\d+)?) ?$`,
);

function checkSelector(selector: string): void {
  if (selector.trim() === "") return;
  const bad = selector.split(/,(?![^(]*\))/).find((part) => !REQUIREMENT.test(part.replace(/\s+/g, " ")));
  if (bad === undefined) return;
  throw new Failure(
    text`--selector ${value(selector)} is no label selector: ${bad.trim() === "" ? "a part between commas is empty" : text`${value(bad.trim())} cannot be read`}.`,
    {
      todo: [text`Write ${command("-l app=web,tier!=cache")} or ${command("-l 'app in (web,api)'")}.`],
    },
  );
}

/** A Go duration (`1m30s`, `500ms`) or a number of seconds, as kubectl takes for --request-timeout. */
function milliseconds(flagName: string, given: string | undefined): number | undefined {
  if (given === undefined || given === "") return undefined;
  const bad = (problem: Text) =>
    new Failure(problem, {
      todo: [text`Write ${command(`--${flagName}=30s`)}, ${command(`--${flagName}=1m30s`)} or a number of seconds.`],
    });
  if (/^\d+$/.test(given)) return Number(given) * 1000;
  const units: Readonly<Record<string, number>> = {
    h: 3_600_000,
    m: 60_000,
    s: 1000,
    ms: 1,
    us: 0.001,
    µs: 0.001,
    ns: 0.000001,
  };
  const parts = [...given.matchAll(/(\d+(?:\.\d+)?)(h|ms|us|µs|ns|m|s)/gy)];
  if (parts.length === 0 || parts.map(([part]) => part).join("") !== given) {
    throw bad(text`--${flagName} takes a time, not ${value(given)}.`);
  }
  return parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (units[unit ?? ""] ?? 0), 0);
}
