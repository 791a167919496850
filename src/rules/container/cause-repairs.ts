import { kubectl } from "../../text/command.ts";
import { name, path, type Text, text, value } from "../../text/text.ts";
import type { Fix } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import { adminTask, look, patchPodSpec } from "../repair.ts";
import { resourceOf, serviceAccountOf, volumeAt } from "./cause-words.ts";
import type { Crash } from "./crash.ts";
import { patchContainer, setMemoryLimit, setVariable, takeVariable } from "./edit.ts";
import type { LogCause } from "./log-cause.ts";
import { bytesOf, memoryLimitOf, raisedLimit } from "./memory.ts";
import { closedQuote } from "./quotes.ts";
import { hostFacts } from "./service-of-host.ts";
import { serviceLinkOf, variableFacts } from "./variables.ts";

/** What to do about a cause that a log names. Empty where only the program's author can. */
export function causeRepairs(cause: LogCause, crash: Crash, input: PodInput): readonly Fix[] {
  const { namespace } = input.pod.metadata;
  const { view } = crash;
  switch (cause.kind) {
    case "variable-missing":
      return missingVariable(cause.variable, crash, input);
    case "variable-invalid": {
      const link = serviceLinkOf(cause.variable, view, input);
      const isLinked = link !== undefined && input.snapshot.find("Service", namespace, link).state !== "absent";
      return [
        ...(isLinked
          ? [
              patchPodSpec(
                input,
                { enableServiceLinks: false },
                text`Keep Kubernetes from setting variables for Services.`,
                { applies: "maybe" },
              ),
            ]
          : []),
        setVariable(input, view, cause.variable, "<value>", text`Set it to a value that the program takes.`),
      ];
    }
    case "unknown-host":
    case "unreachable":
      return cause.host ? hostRepairs(cause.host, crash, input) : [listServices(input)];
    case "forbidden":
      return forbiddenRepairs(cause, input);
    case "permission":
      return permissionRepairs(cause.path, crash, input);
    case "read-only":
      return writableRepairs(cause.path, crash, input);
    case "privileged-port":
      return [
        patchPodSpec(
          input,
          { securityContext: { sysctls: [{ name: "net.ipv4.ip_unprivileged_port_start", value: "0" }] } },
          text`Let any user of the pod listen at low ports.`,
          { applies: "maybe" },
        ),
        adminTask(
          text`Or configure the program to listen at a port from 1024 up, and the Service's targetPort with it.`,
        ),
      ];
    case "heap":
      return heapRepairs(cause.runtime, crash, input);
    case "shell-syntax":
      return shellRepairs(crash, input);
    case "bad-syntax":
      return directiveRepairs(cause.what, crash, input);
    case "file-missing": {
      const object = volumeAt(cause.path, view, input)?.object;
      return object
        ? [
            look(
              text`See what ${object.kind} ${name(object.name)} has.`,
              kubectl("reads", namespace, "describe", object.kind.toLowerCase(), object.name),
            ),
          ]
        : [];
    }
    case "login-failed": {
      const secrets = secretsOf(crash);
      return secrets.length > 0
        ? [
            look(
              text`See which keys the container takes its credentials from.`,
              ...secrets.map((secret) => kubectl("reads", namespace, "describe", "secret", secret)),
            ),
          ]
        : [];
    }
    case "bad-argument":
      return argumentRepairs(cause.argument, crash, input);
    case "no-space": {
      const volume = cause.path === undefined ? undefined : volumeAt(cause.path, view, input);
      const claim = input.pod.spec.volumes?.find((one) => one.name === volume?.name) as
        | { persistentVolumeClaim?: { claimName?: string } }
        | undefined;
      const claimName = claim?.persistentVolumeClaim?.claimName;
      return claimName
        ? [
            look(
              text`See how large the claim is, and whether its class lets it grow.`,
              kubectl("reads", namespace, "get", "pvc", claimName),
            ),
            {
              title: text`Make it larger, if its class allows expansion.`,
              commands: [
                kubectl(
                  "changes",
                  namespace,
                  "patch",
                  "pvc",
                  claimName,
                  "-p",
                  JSON.stringify({ spec: { resources: { requests: { storage: "<size>" } } } }),
                ),
              ],
              applies: "fill-in",
              by: "workload-owner",
            },
          ]
        : [];
    }
    default:
      return [];
  }
}

function missingVariable(variable: string, { view }: Crash, input: PodInput): readonly Fix[] {
  const { like, sources } = variableFacts(variable, view, input);
  const [source] = sources;
  const near = view.spec.env?.find((one) => one.name === like[0]);
  const fixes: Fix[] = [];
  if (source)
    fixes.push(
      takeVariable(
        input,
        view,
        variable,
        source,
        text`Take it from ${source.kind} ${name(source.name)}, which has the key ${name(source.key)}.`,
        { applies: sources.length === 1 ? "as-is" : "maybe" },
      ),
    );
  if (near) {
    const { name: wrong, ...content } = near as { name: string };
    // Entries of a patch are merged by name; this one goes.
    const env = [
      { name: variable, ...content },
      { name: wrong, $patch: "delete" },
    ];
    const isShown = "valueFrom" in near || !/pass|secret|token|key|credential/i.test(variable);
    if (isShown)
      fixes.push(
        patchContainer(input, view, { env }, text`Rename ${name(wrong)} to ${name(variable)}.`, { applies: "maybe" }),
      );
  }
  if (fixes.length === 0)
    fixes.push(setVariable(input, view, variable.replace(/[^\w]/g, "_"), "<value>", text`Set it.`));
  return fixes;
}

const listServices = ({ pod }: PodInput): Fix =>
  look(
    text`See the Services of the namespace, and what is behind them.`,
    kubectl("reads", pod.metadata.namespace, "get", "services,endpointslices"),
  );

function hostRepairs(host: string, { view }: Crash, input: PodInput): readonly Fix[] {
  const facts = hostFacts(host, input);
  if (facts.kind === "self") return [listServices(input)];
  if (facts.kind !== "service") return facts.kind === "address" ? [listServices(input)] : [];
  const { namespace, name: service, found, like } = facts;
  if (found.state === "found")
    return [
      look(
        text`See which pods Service ${name(service)} selects, and why they are not ready.`,
        kubectl("reads", namespace, "describe", "service", service),
        kubectl("reads", namespace, "get", "endpointslices", "-l", `kubernetes.io/service-name=${service}`),
      ),
    ];
  const better = like[0];
  const entry =
    better === undefined
      ? undefined
      : view.spec.env?.find(({ value: content }) => typeof content === "string" && content.includes(host));
  return [
    ...(entry && better !== undefined
      ? [
          setVariable(
            input,
            view,
            entry.name,
            String(entry.value).replace(host, better),
            text`Name the Service that there is: ${name(better)}.`,
            { applies: "maybe" as const },
          ),
        ]
      : []),
    look(text`See the Services that there are.`, kubectl("reads", namespace, "get", "services")),
  ];
}

function forbiddenRepairs(cause: Extract<LogCause, { kind: "forbidden" }>, input: PodInput): readonly Fix[] {
  const account = serviceAccountOf(cause);
  if (!account) return [];
  const { namespace } = cause;
  const role = `${account.account}-${cause.resource}`.replaceAll("/", "-").slice(0, 60);
  const verbs = ["list", "watch", "get"].includes(cause.verb) ? "get,list,watch" : cause.verb;
  const kind = namespace ? "role" : "clusterrole";
  const subject = `--serviceaccount=${account.namespace}:${account.account}`;
  return [
    look(
      text`Ask the API server whether it may.`,
      kubectl(
        "reads",
        namespace ?? input.pod.metadata.namespace,
        "auth",
        "can-i",
        cause.verb,
        resourceOf(cause),
        `--as=${cause.user}`,
      ),
    ),
    {
      title: text`Allow it.`,
      commands: [
        kubectl("changes", namespace, "create", kind, role, `--verb=${verbs}`, `--resource=${resourceOf(cause)}`),
        kubectl("changes", namespace, "create", `${kind}binding`, role, `--${kind}=${role}`, subject),
      ],
      applies: "maybe",
      by: "cluster-admin",
    },
  ];
}

function permissionRepairs(file: string | undefined, crash: Crash, input: PodInput): readonly Fix[] {
  const volume = file === undefined ? undefined : volumeAt(file, crash.view, input);
  if (!volume) return writableRepairs(file, crash, input);
  if (volume.object) return [];
  const { securityContext = {} } = input.pod.spec as { securityContext?: { runAsUser?: number; runAsGroup?: number } };
  const own = (crash.view.spec.securityContext ?? {}) as { runAsUser?: number; runAsGroup?: number };
  const group = own.runAsGroup ?? securityContext.runAsGroup ?? own.runAsUser ?? securityContext.runAsUser ?? 1000;
  return [
    patchPodSpec(
      input,
      { securityContext: { fsGroup: group } },
      text`Give the volume's files to a group of the container's user (${path("fsGroup")}); host paths and most NFS do not take it.`,
      { applies: "maybe" },
    ),
  ];
}

function writableRepairs(file: string | undefined, { view }: Crash, input: PodInput): readonly Fix[] {
  const volume = file === undefined ? undefined : volumeAt(file, view, input);
  const directory = file?.replace(/\/[^/]*$/, "");
  if (volume || !directory) return [];
  const title = `writable${directory.replaceAll(/[^a-z0-9]+/gi, "-").toLowerCase()}`.slice(0, 60);
  const list = view.role === "main" ? "containers" : "initContainers";
  return [
    patchPodSpec(
      input,
      {
        [list]: [{ name: view.name, volumeMounts: [{ name: title, mountPath: directory }] }],
        volumes: [{ name: title, emptyDir: {} }],
      },
      text`Mount an empty directory that anybody may write at ${value(directory)}; it hides what the image has there.`,
      { applies: "maybe" },
    ),
  ];
}

function heapRepairs(runtime: string, { view }: Crash, input: PodInput): readonly Fix[] {
  const limit = memoryLimitOf(view, input);
  const bytes = limit && bytesOf(limit.limit);
  const fixes: Fix[] = [];
  if (runtime === "java")
    fixes.push(
      setVariable(
        input,
        view,
        "JAVA_TOOL_OPTIONS",
        "-XX:MaxRAMPercentage=75",
        text`Let the heap have three quarters of the memory limit; by itself Java takes one quarter.`,
        { applies: "maybe" },
      ),
    );
  if (runtime === "node" && bytes)
    fixes.push(
      setVariable(
        input,
        view,
        "NODE_OPTIONS",
        `--max-old-space-size=${Math.floor((bytes * 2 * 0.75) / 1024 ** 2)}`,
        text`Allow a heap of three quarters of a doubled limit.`,
        { applies: "maybe" },
      ),
    );
  if (limit && !limit.isOfPod)
    fixes.push(
      setMemoryLimit(input, view, raisedLimit(limit.limit), text`Raise the memory limit.`, { applies: "maybe" }),
    );
  return fixes;
}

function shellRepairs({ view }: Crash, input: PodInput): readonly Fix[] {
  for (const field of ["args", "command"] as const) {
    const words = view.spec[field] ?? [];
    const index = words.findLastIndex((word) => /\s/.test(word));
    const script = words[index];
    if (script === undefined) continue;
    const closed = closedQuote(script);
    return [
      closed
        ? patchContainer(
            input,
            view,
            { [field]: words.with(index, closed) },
            text`Close the quote: ${value(closed)}.`,
            { applies: "maybe" },
          )
        : patchContainer(
            input,
            view,
            { [field]: words.with(index, "<script>") },
            text`Write the script so that a shell can read it.`,
          ),
    ];
  }
  return [];
}

/** nginx wants a semicolon behind each directive, also behind those of `-g`. */
function directiveRepairs(what: string, { view }: Crash, input: PodInput): readonly Fix[] {
  if (!/expecting ";" in command line/.test(what)) return [];
  for (const field of ["args", "command"] as const) {
    const words = view.spec[field] ?? [];
    const index = words.indexOf("-g") + 1;
    const directive = words[index];
    if (index > 0 && directive !== undefined)
      return [
        patchContainer(
          input,
          view,
          { [field]: words.with(index, `${directive};`) },
          text`End the directive with a semicolon.`,
        ),
      ];
  }
  return [];
}

function argumentRepairs(argument: string | undefined, { view }: Crash, input: PodInput): readonly Fix[] {
  if (!argument) return [];
  for (const field of ["args", "command"] as const) {
    const words = view.spec[field] ?? [];
    const index = words.findIndex(
      (word) =>
        word === argument || word.startsWith(`${argument}=`) || word.replace(/^-+/, "") === argument.replace(/^-+/, ""),
    );
    if (index >= 0)
      return [
        patchContainer(
          input,
          view,
          { [field]: words.toSpliced(index, 1) },
          text`Leave ${value(words[index] ?? "")} out.`,
          { applies: "maybe" },
        ),
      ];
  }
  return [];
}

/** Secrets whose keys become variables of the container. */
function secretsOf({ view }: Crash): readonly string[] {
  const names = (view.spec.env ?? []).flatMap(
    ({ valueFrom }) => (valueFrom as { secretKeyRef?: { name?: string } } | undefined)?.secretKeyRef?.name ?? [],
  );
  const whole = (view.spec.envFrom ?? []).flatMap(
    ({ secretRef }) => (secretRef as { name?: string } | undefined)?.name ?? [],
  );
  return [...new Set([...names, ...whole])].slice(0, 3);
}

/** The words in front of a cause that has none of its own: the line itself. */
export const quoted = (line: string): Text => text`${value(line.slice(0, 200))}`;
