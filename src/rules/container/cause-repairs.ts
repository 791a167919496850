import { kubectl } from "../../text/command.ts";
import { name, path, type Text, text, value } from "../../text/text.ts";
import type { Fix } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import { adminTask, look, patchPodSpec, remakePods } from "../repair.ts";
import { resourceOf, serviceAccountOf, volumeAt } from "./cause-words.ts";
import { connections, holdsPassword, setHost } from "./connection.ts";
import type { Crash } from "./crash.ts";
import { repairProgram } from "./crash-rule.ts";
import { patchContainer, setMemoryLimit, setVariable, takeVariable } from "./edit.ts";
import { reasonAgainstGrant } from "./grant.ts";
import type { LogCause } from "./log-cause.ts";
import { bytesOf, memoryLimitOf, raisedLimit } from "./memory.ts";
import { closedQuote } from "./quotes.ts";
import { hostFacts } from "./service-of-host.ts";
import {
  emptyFolderRepairs,
  fileRepairs,
  folderRepairs,
  mountVolume,
  permissionRepairs,
  readOnlyRepairs,
  spaceRepairs,
} from "./storage-repairs.ts";
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
      return readOnlyRepairs(cause.path, crash, input);
    case "folder-missing":
      return folderRepairs(cause.folder, crash, input);
    case "node-limit":
      return nodeLimitRepairs(cause.what, input);
    case "sysctl-low":
      return [setSysctls([`${cause.sysctl}=${cause.least}`], input)];
    case "folder-not-empty":
      return cause.folder === undefined ? [] : emptyFolderRepairs(cause.folder, crash, input);
    case "library-old":
      return [
        repairProgram(
          text`Build the program on the base image that it runs on, or run it on a newer release of that; build and push the image.`,
        ),
      ];
    case "address-in-use":
      return addressRepairs(cause.port, crash, input);
    case "certificate":
      return certificateRepairs(cause, crash, input);
    case "module-missing":
      return [
        repairProgram(
          cause.sort === "script"
            ? text`Add the script to package.json, or run one that it has; build and push the image.`
            : text`Put ${name(cause.module)} into the image; build and push it.`,
        ),
      ];
    case "library-missing":
      return [
        repairProgram(
          text`Install the package that has ${name(cause.library)} in the image, of the release that the program was built for; build and push it.`,
        ),
      ];
    case "privileged-port":
      return [
        // A pod on the node's network has no sysctls of its own there.
        ...(input.pod.spec.hostNetwork
          ? []
          : [
              patchPodSpec(
                input,
                { securityContext: { sysctls: [{ name: "net.ipv4.ip_unprivileged_port_start", value: "0" }] } },
                text`Let any user of the pod listen at low ports.`,
                { applies: "maybe" },
              ),
            ]),
        repairProgram(
          text`Or configure the program to listen at a port from 1024 up, and the Service's targetPort with it.`,
        ),
      ];
    case "heap":
      return heapRepairs(cause.runtime, crash, input);
    case "shell-syntax":
      return shellRepairs(crash, input);
    case "bad-syntax":
      return [...directiveRepairs(cause.what, crash, input), ...editRepairs(cause.what, crash, input)];
    case "file-missing":
      return fileRepairs(cause.path, crash, input);
    case "login-failed":
      return loginRepairs(crash, input);
    case "bad-argument":
      return argumentRepairs(cause.argument, crash, input);
    case "no-space":
      return spaceRepairs(cause.path, crash, input);
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
  const connection = connections(input).find((one) => one.view === view);
  const set = (better: string, title: Text) =>
    connection ? setHost(connection, { host: better }, title, input, "fill-in") : [];
  switch (facts.kind) {
    case "self":
      return [
        ...set("<service>", text`Name the Service of the server, if it is not a container of this pod.`),
        listServices(input),
      ];
    case "address":
      return [listServices(input)];
    case "external":
      return [
        ...set("<host>", text`If the name is wrong, set the right one.`),
        askFromPod(input, text`Ask for the name in the pod's own network.`, "nslookup", host),
      ];
    case "service": {
      const { namespace, name: service, found } = facts;
      // A rule of its own tells what to do without the Service.
      if (found.state === "absent")
        return [look(text`See the Services that there are.`, kubectl("reads", namespace, "get", "services"))];
      return [
        look(
          found.state === "unknown"
            ? text`See whether the Service exists, and which pods it selects.`
            : text`See which pods Service ${name(service)} selects, and whether they are ready.`,
          kubectl("reads", namespace, "describe", "service", service),
          kubectl("reads", namespace, "get", "endpointslices", "-l", `kubernetes.io/service-name=${service}`),
        ),
      ];
    }
  }
}

/** A question asked by a container that is added to the pod, in whose network it runs. */
const askFromPod = ({ pod }: PodInput, title: Text, ...words: readonly string[]): Fix => ({
  title,
  commands: [
    kubectl(
      "changes",
      pod.metadata.namespace,
      "debug",
      pod.metadata.name,
      "-it",
      "--image=busybox:1.37",
      "--",
      ...words,
    ),
  ],
  applies: "maybe",
  by: "workload-owner",
});

/** Grants what the log asks for, where that is safe to offer. Its line is the only witness. */
function forbiddenRepairs(cause: Extract<LogCause, { kind: "forbidden" }>, input: PodInput): readonly Fix[] {
  const { namespace, verb } = cause;
  const account = serviceAccountOf(cause);
  const against = reasonAgainstGrant(cause, input);
  const asks = look(
    text`Ask the API server whether it may.`,
    kubectl(
      "reads",
      namespace ?? input.pod.metadata.namespace,
      "auth",
      "can-i",
      verb,
      // In `can-i` what stands behind a slash is a name.
      resourceOf(cause).replace(/\/.*/, ""),
      ...(cause.resource.includes("/") ? [`--subresource=${cause.resource.replace(/^.*?\//, "")}`] : []),
      `--as=${cause.user}`,
    ),
  );
  if (!account || against)
    return [
      ...(account ? [asks] : []),
      adminTask(
        text`No command that grants it is given: ${against}. The log is the only witness; check in the program's documentation which rights it needs.`,
      ),
    ];
  const role = `${account.account}-${cause.resource}`.replaceAll("/", "-").slice(0, 60);
  const verbs = ["list", "watch", "get"].includes(verb) ? "get,list,watch" : verb;
  const kind = namespace ? "role" : "clusterrole";
  const subject = `--serviceaccount=${account.namespace}:${account.account}`;
  return [
    asks,
    {
      title: text`Allow it, if the program should have this right: the log is the only witness that it needs it.`,
      commands: [
        kubectl("changes", namespace, "create", kind, role, `--verb=${verbs}`, `--resource=${resourceOf(cause)}`),
        kubectl("changes", namespace, "create", `${kind}binding`, role, `--${kind}=${role}`, subject),
      ],
      applies: "maybe",
      by: "cluster-admin",
    },
  ];
}

const SYSCTLS = {
  "file-watches": ["fs.inotify.max_user_watches=524288", "fs.inotify.max_user_instances=8192"],
  "open-files": [],
  processes: [],
} as const;

function nodeLimitRepairs(what: keyof typeof SYSCTLS, { pod }: PodInput): readonly Fix[] {
  const { nodeName = "" } = pod.spec;
  const sysctls = SYSCTLS[what];
  if (sysctls.length === 0)
    return [
      adminTask(
        what === "processes"
          ? text`Raise ${path("podPidsLimit")} of the kubelet on node ${name(nodeName)}, or let the program make fewer threads.`
          : text`Raise the limit of open files of the container runtime's service on node ${name(nodeName)} (${path("LimitNOFILE")}), or of the program itself.`,
      ),
    ];
  return [setSysctls(sysctls, { pod })];
}

/** Sets them in the node's own kernel, from a container that may. */
function setSysctls(sysctls: readonly string[], { pod }: Pick<PodInput, "pod">): Fix {
  const { nodeName = "" } = pod.spec;
  const shell = ["--profile=sysadmin", "--image=busybox:1.37", "--", "chroot", "/host"];
  return adminTask(
    text`Raise ${sysctls.length > 1 ? "the limits" : "it"} on node ${name(nodeName)}, and in its configuration, to last.`,
    kubectl("changes", undefined, "debug", `node/${nodeName}`, "-it", ...shell, "sysctl", "-w", ...sysctls),
  );
}

/** What else may hold the port, and where the container's own is set. */
function addressRepairs(port: number | undefined, { view }: Crash, input: PodInput): readonly Fix[] {
  const { pod } = input;
  if (port === undefined) return [];
  const setting = view.spec.env?.find(({ value: content }) => content === String(port));
  return [
    ...(setting ? [setVariable(input, view, setting.name, "<port>", text`Let it listen at another port.`)] : []),
    ...(pod.spec.hostNetwork && pod.spec.nodeName
      ? [
          look(
            text`See the other pods of the node; those with hostNetwork share its ports.`,
            kubectl(
              "reads",
              undefined,
              "get",
              "pods",
              "--all-namespaces",
              "-o",
              "wide",
              "--field-selector",
              `spec.nodeName=${pod.spec.nodeName}`,
            ),
          ),
        ]
      : [
          look(
            text`See which containers of the pod declare port ${port}.`,
            kubectl(
              "reads",
              pod.metadata.namespace,
              "get",
              "pod",
              pod.metadata.name,
              "-o",
              'jsonpath={range .spec.containers[*]}{.name}{"\\t"}{.ports[*].containerPort}{"\\n"}{end}',
            ),
          ),
        ]),
  ];
}

function certificateRepairs(
  { what, asked, names }: Extract<LogCause, { kind: "certificate" }>,
  { view }: Crash,
  input: PodInput,
): readonly Fix[] {
  const { namespace } = input.pod.metadata;
  const better = names?.find((one) => !one.includes("*"));
  if (what === "name" && asked && better) {
    const setting = view.spec.env?.find(({ value: content }) => typeof content === "string" && content.includes(asked));
    // A URL may hold a password, which is not repeated.
    return setting && !holdsPassword(String(setting.value))
      ? [
          setVariable(
            input,
            view,
            setting.name,
            String(setting.value).replace(asked, better),
            text`Ask for the server by a name that its certificate has.`,
            { applies: "maybe" },
          ),
        ]
      : [];
  }
  if (what === "expired")
    return [
      look(
        text`See which Secrets of the namespace hold certificates; the server's is to be renewed where the server runs.`,
        kubectl("reads", namespace, "get", "secrets", "--field-selector", "type=kubernetes.io/tls"),
      ),
    ];
  if (what !== "unknown-authority") return [];
  const file = "/etc/trusted/ca.crt";
  const trust = mountVolume(
    { name: "trusted", configMap: { name: "trusted-authorities" } },
    { mountPath: "/etc/trusted" },
    view,
    text`Give the container the authority's certificate. ${path("SSL_CERT_FILE")} (Go, OpenSSL, Python) replaces the image's list, ${path("NODE_EXTRA_CA_CERTS")} (Node.js) adds to it.`,
    input,
    { env: ["SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS"].map((variable) => ({ name: variable, value: file })) },
  );
  const make = kubectl(
    "changes",
    namespace,
    "create",
    "configmap",
    "trusted-authorities",
    "--from-file=ca.crt=<ca.crt>",
  );
  return [{ ...trust, commands: [make, ...trust.commands], applies: "fill-in" }];
}

/** Where the container's credentials come from: nothing is said about whether they are right. */
function loginRepairs(crash: Crash, input: PodInput): readonly Fix[] {
  const { namespace } = input.pod.metadata;
  const secrets = secretsOf(crash);
  if (secrets.length === 0) return [];
  const { secret, key } = passwordOf(crash) ?? { secret: secrets[0] ?? "", key: "<key>" };
  const restart = remakePods(input);
  return [
    look(
      text`See which keys the container takes its credentials from.`,
      ...secrets.map((one) => kubectl("reads", namespace, "describe", "secret", one)),
    ),
    {
      title: text`If the password is the wrong one: set it, and make the pods anew.`,
      commands: [
        kubectl(
          "changes",
          namespace,
          "patch",
          "secret",
          secret,
          "-p",
          JSON.stringify({ stringData: { [key]: "<password>" } }),
        ),
        ...(restart ? [restart] : []),
      ],
      applies: "fill-in",
      by: "workload-owner",
    },
  ];
}

/** The Secret and key of the first variable that looks like a password. */
function passwordOf({ view }: Crash): { readonly secret: string; readonly key: string } | undefined {
  for (const { name: variable, valueFrom } of view.spec.env ?? []) {
    const { name: secret, key } =
      (valueFrom as { secretKeyRef?: { name?: string; key?: string } } | undefined)?.secretKeyRef ?? {};
    if (secret && key && /pass|pwd|secret|token/i.test(`${variable} ${key}`)) return { secret, key };
  }
  return undefined;
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

/** The file that cannot be parsed, where it comes from a ConfigMap. */
function editRepairs(what: string, { view }: Crash, input: PodInput): readonly Fix[] {
  const file = /(\/[\w.@+~-]+(?:\/[\w.@+~-]+)+)/.exec(what)?.[1];
  const object = file === undefined ? undefined : volumeAt(file, view, input)?.object;
  if (object?.kind !== "ConfigMap") return [];
  const restart = remakePods(input);
  return [
    {
      title: text`Correct ${value(file ?? "")} in ConfigMap ${name(object.name)}, and make the pods anew.`,
      commands: [
        kubectl("changes", input.pod.metadata.namespace, "edit", "configmap", object.name),
        ...(restart ? [restart] : []),
      ],
      applies: "maybe",
      by: "workload-owner",
    },
  ];
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
