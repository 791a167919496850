import { withoutEndSlashes } from "../../text/path.ts";
import { command, list, name, path, type Text, text, value } from "../../text/text.ts";
import type { Unreachable } from "../../text/unreached-host.ts";
import type { PodInput } from "../pod-input.ts";
import type { Crash } from "./crash.ts";
import type { LogCause } from "./log-cause.ts";
import { type HostFacts, hostFacts } from "./service-of-host.ts";
import { serviceLinkOf, variableFacts } from "./variables.ts";
import { mountsOver } from "./words.ts";

/** What is wrong, to stand behind "Container app exits at once: ". */
export function causeHeadline(cause: LogCause, { view }: Crash, input: PodInput): Text {
  switch (cause.kind) {
    case "variable-missing":
      return text`the variable ${name(cause.variable)} is not set`;
    case "variable-invalid":
      return text`the variable ${name(cause.variable)} has a value that the program does not take`;
    case "unknown-host": {
      const facts = hostFacts(cause.host, input);
      const isAbsent = facts.kind === "service" && facts.found.state === "absent";
      return isAbsent
        ? text`the host ${name(cause.host)} is unknown; there is no Service ${name(facts.name)} in namespace ${name(facts.namespace)}`
        : text`the name of the host ${name(cause.host)} cannot be resolved`;
    }
    case "unreachable":
      return text`${hostName(cause)} ${cause.how === "refused" ? "refuses the connection" : cause.how === "no-route" ? "cannot be reached (no route to host)" : "cannot be reached"}`;
    case "login-failed":
      return text`a login is refused${cause.user && text` for user ${name(cause.user)}`}`;
    case "forbidden":
      return text`${serviceAccountWords(cause)} may not ${cause.verb} ${name(resourceOf(cause))}`;
    case "certificate":
      return cause.what === "expired"
        ? text`a certificate has expired`
        : cause.what === "name"
          ? text`a server's certificate is for ${cause.names ? list(cause.names.map(name)) : "another name"}${cause.asked && text`, not for ${name(cause.asked)}`}`
          : cause.what === "unknown-authority"
            ? text`a server's certificate is of an authority that the image does not know`
            : text`a certificate is not accepted`;
    case "address-in-use":
      return text`${cause.port ? text`port ${name(String(cause.port))}` : "its port"} is in use already`;
    case "privileged-port":
      return text`its user may not listen at port ${name(String(cause.port ?? "below 1024"))}`;
    case "permission":
      return text`it may not write or read ${cause.path ? value(cause.path) : "a file"} (permission denied)`;
    case "read-only":
      return text`${cause.path ? value(cause.path) : "its file system"} is read-only`;
    case "no-space":
      return text`no space is left${cause.path && text` at ${value(cause.path)}`}`;
    case "node-limit":
      return text`${NODE_LIMITS[cause.what]}`;
    case "sysctl-low":
      return text`${name(cause.sysctl)} of its node is too low; it takes no less than ${value(cause.least)}`;
    case "heap":
      return text`out of memory within ${RUNTIMES[cause.runtime]}`;
    case "shell-syntax":
      return text`the shell cannot read its command: ${value(cause.what)}`;
    case "command-not-found":
      return text`the program ${name(cause.program)} is not in image ${value(view.spec.image ?? "")}`;
    case "not-executable":
      return text`${cause.program ? value(cause.program) : "its program"} may not be executed`;
    case "exec-format":
      return text`${cause.program ? value(cause.program) : "its program"} is built for another processor`;
    case "no-interpreter":
      return text`what ${cause.program ? value(cause.program) : "its program"} needs to run is missing`;
    case "module-missing":
      return cause.sort === "script"
        ? text`its package.json has no script ${name(cause.module)}`
        : cause.sort === "main-class"
          ? text`${value(cause.module)} does not say which class to start`
          : text`${name(cause.module)} is missing in image ${value(view.spec.image ?? "")}`;
    case "library-missing":
      return text`the library ${name(cause.library)} is missing in image ${value(view.spec.image ?? "")}`;
    case "library-old":
      return text`the image has no ${name(cause.version)}: the program was built with a newer C library`;
    case "folder-not-empty":
      return text`${cause.folder ? text`the folder ${value(cause.folder)}` : "its data folder"}, which it wants to fill for the first time, is not empty`;
    case "file-missing":
      return text`the file ${value(cause.path)} does not exist`;
    case "folder-missing":
      return text`the folder ${value(cause.folder)}, in which it wants to make ${value(cause.wanted.slice(cause.folder.length + 1))}, does not exist`;
    case "bad-argument":
      return cause.argument ? text`the program does not know ${value(cause.argument)}` : text`an argument is missing`;
    case "bad-syntax":
      return text`a file or text cannot be parsed: ${value(cause.what.slice(0, 160))}`;
    case "division-by-zero":
      return text`the program divides by zero`;
  }
}

const NODE_LIMITS = {
  "file-watches": "the node's limit of file watches (inotify) is reached",
  "open-files": "it may not open more files (too many open files)",
  processes: "it cannot start another process or thread",
} as const;

const RUNTIMES = {
  java: "the Java virtual machine",
  node: "Node.js",
  go: "the Go runtime",
  php: "PHP",
  python: "Python",
  dotnet: ".NET",
  native: "the program",
} as const;

type Forbidden = Extract<LogCause, { kind: "forbidden" }>;

const hostName = ({ host, port }: Unreachable): Text =>
  host ? text`${name(port ? `${host}:${port}` : host)}` : text`a server that it needs`;

/** `deployments.apps`, `deployments.apps/scale`: as kubectl takes it. */
export function resourceOf({ resource, group }: Forbidden): string {
  const [type = "", subresource] = resource.split("/");
  return `${type}${group && `.${group}`}${subresource === undefined ? "" : `/${subresource}`}`;
}

/** `system:serviceaccount:shop:bot` → its namespace and name. */
export function serviceAccountOf({ user }: Forbidden) {
  const [, namespace, account] = /^system:serviceaccount:([^:]+):(.+)$/.exec(user) ?? [];
  return namespace && account ? { namespace, account } : undefined;
}

function serviceAccountWords(cause: Forbidden): Text {
  const account = serviceAccountOf(cause);
  return account
    ? text`ServiceAccount ${name(`${account.namespace}/${account.account}`)}`
    : text`user ${name(cause.user)}`;
}

/** More about a cause: what the snapshot shows of the things that the log names. */
export function causeNotes(cause: LogCause, { view, words }: Crash, input: PodInput): readonly Text[] {
  const notes: (Text | false | undefined)[] = [];
  switch (cause.kind) {
    case "variable-missing": {
      const { own, like, sources } = variableFacts(cause.variable, view, input);
      notes.push(
        own &&
          (own.isEmpty
            ? text`${path(own.path)} sets it to nothing.`
            : text`${path(own.path)} does set it: the program may want another value, or read it elsewhere.`),
        !own && like.length > 0 && text`The container has ${list(like.map(name))} instead.`,
        sources.length > 0 &&
          text`${list(sources.map(({ kind, name: source, key }) => `${kind} ${source} has the key ${key}`))}.`,
      );
      break;
    }
    case "variable-invalid": {
      const link = serviceLinkOf(cause.variable, view, input);
      if (link === undefined) break;
      const { state } = input.snapshot.find("Service", input.pod.metadata.namespace, link);
      const isThere = state === "found" ? ", and it does" : state === "absent" ? "; there is none now" : "";
      notes.push(
        text`The container does not set it. Kubernetes itself sets a variable of this name, to something like ${value("tcp://10.96.0.1:8080")}, where a Service ${name(link)} exists in the namespace${isThere}.`,
      );
      break;
    }
    case "unknown-host": {
      const facts = hostFacts(cause.host, input);
      // The headline says already that there is no such Service.
      const isSaid = facts.kind === "service" && facts.found.state === "absent" && facts.like.length === 0;
      if (!isSaid) notes.push(...hostNotes(facts));
      break;
    }
    case "unreachable":
      if (cause.host) notes.push(...hostNotes(hostFacts(cause.host, input), cause.port));
      break;
    case "permission":
    case "read-only":
    case "no-space":
      notes.push(cause.path !== undefined && storageNote(cause.path, view, input));
      break;
    case "file-missing":
      notes.push(...fileNotes(cause.path, view, input));
      break;
    case "folder-missing":
      notes.push(storageNote(cause.folder, view, input));
      break;
    case "node-limit":
      notes.push(
        cause.what === "processes"
          ? text`The kubelet (${path("podPidsLimit")}) and the node limit how many processes a pod may have.`
          : cause.what === "file-watches"
            ? text`All pods of the node share ${path("fs.inotify.max_user_watches")} and ${path("fs.inotify.max_user_instances")} of one user.`
            : text`The limit is the container runtime's (${path("ulimit -n")}), or the program does not close what it opens.`,
      );
      break;
    case "sysctl-low":
      notes.push(
        text`The setting is the kernel's, so all pods of the node share it; ${path("securityContext.sysctls")} of a pod cannot set it.`,
      );
      break;
    case "folder-not-empty":
      notes.push(
        cause.folder !== undefined && storageNote(cause.folder, view, input),
        text`A new disk has a folder ${name("lost+found")} at its root, and a try that was broken off leaves files.`,
      );
      break;
    case "privileged-port":
      notes.push(text`Ports below 1024 need root or the capability ${name("NET_BIND_SERVICE")}.`);
      break;
    case "address-in-use":
      notes.push(
        input.pod.spec.hostNetwork === true &&
          text`The pod uses the node's network, so any process on the node may hold it.`,
        input.containers.filter(({ role }) => role !== "init").length > 1 &&
          text`All containers of a pod share its ports.`,
      );
      break;
    case "division-by-zero": {
      const zeros = (view.spec.env ?? []).filter((one) => /^-?0+(?:\.0+)?$/.test(String(one.value ?? "")));
      notes.push(zeros.length > 0 && text`The container sets ${list(zeros.map((one) => name(one.name)))} to 0.`);
      break;
    }
    default:
  }
  if (words.place) notes.push(text`It happened at ${path(words.place)}.`);
  return notes.filter((note): note is Text => Boolean(note));
}

function hostNotes(facts: HostFacts, port?: number): readonly (Text | false | undefined)[] {
  if (facts.kind === "self") return [text`That is the container itself, or another one of this pod, not a Service.`];
  if (facts.kind !== "service") return [];
  const service = text`Service ${name(`${facts.namespace}/${facts.name}`)}`;
  if (facts.found.state === "absent")
    return [text`${service} does not exist${facts.like.length > 0 && text`; ${list(facts.like.map(name))} does`}.`];
  if (facts.found.state === "unknown") return [text`Whether ${service} exists could not be seen.`];
  return [
    port !== undefined &&
      facts.ports.length > 0 &&
      !facts.ports.includes(port) &&
      text`${service} has no port ${port}; it has ${list(facts.ports.map((one) => name(String(one))))}.`,
    facts.readyEndpoints !== undefined &&
      (facts.readyEndpoints === 0
        ? text`${service} exists and has no ready endpoint: no pod behind it is ready.`
        : text`${service} exists and has ${facts.readyEndpoints} ready endpoints.`),
    facts.readyEndpoints === undefined && text`${service} exists.`,
  ];
}

interface VolumeOf {
  readonly name: string;
  readonly sort: string;
  readonly mountPath: string;
  readonly object?: { readonly kind: "ConfigMap" | "Secret"; readonly name: string };
}

/** The volume that holds a path, the closest mount of several. */
export function volumeAt(file: string, { spec }: Crash["view"], { pod }: PodInput): VolumeOf | undefined {
  const mount = (spec.volumeMounts ?? [])
    .filter(({ mountPath }) => {
      const at = withoutEndSlashes(String(mountPath ?? ""));
      return at !== "" && (file === at || file.startsWith(`${at}/`));
    })
    .sort((a, b) => String(b.mountPath).length - String(a.mountPath).length)[0];
  const volume = pod.spec.volumes?.find((one) => one.name === mount?.name);
  if (!mount || !volume) return undefined;
  const sort = Object.keys(volume).find((key) => key !== "name") ?? "";
  const { configMap, secret } = volume as { configMap?: { name?: string }; secret?: { secretName?: string } };
  const object = configMap?.name
    ? ({ kind: "ConfigMap", name: configMap.name } as const)
    : secret?.secretName
      ? ({ kind: "Secret", name: secret.secretName } as const)
      : undefined;
  return { name: volume.name, sort, mountPath: String(mount.mountPath), ...(object && { object }) };
}

function storageNote(file: string, view: Crash["view"], input: PodInput): Text | undefined {
  const volume = volumeAt(file, view, input);
  const isReadOnlyRoot = (view.spec.securityContext as { readOnlyRootFilesystem?: boolean } | undefined)
    ?.readOnlyRootFilesystem;
  if (!volume)
    return isReadOnlyRoot
      ? text`The container's own file system is read-only (${path(`${view.specPath}.securityContext.readOnlyRootFilesystem`)}), and no volume is mounted there.`
      : undefined;
  if (["configMap", "secret", "projected", "downwardAPI"].includes(volume.sort))
    return text`Volume ${name(volume.name)} (${volume.sort}) is mounted at ${path(volume.mountPath)}: volumes of this sort are always read-only.`;
  return text`Volume ${name(volume.name)} (${volume.sort}) is mounted at ${path(volume.mountPath)}.`;
}

/** Files that programs write themselves. */
const MADE_BY_PROGRAMS = /.\/[^/]+\.(?:log|pid|sock|lock|lck|tmp|db|sqlite3?|state|out)$/;

function fileNotes(file: string, view: Crash["view"], input: PodInput): readonly (Text | undefined)[] {
  const volume = volumeAt(file, view, input);
  if (!volume?.object)
    return [
      mountsOver(view, file),
      MADE_BY_PROGRAMS.test(file)
        ? text`If the program was to make it: then it is the folder ${value(file.replace(/\/[^/]*$/, ""))} that is missing.`
        : undefined,
    ];
  const { kind, name: objectName } = volume.object;
  const found = input.snapshot.find(kind, input.pod.metadata.namespace, objectName);
  const keys = found.state === "found" ? Object.keys((found.object.data ?? {}) as object) : undefined;
  const wanted = file.split("/").at(-1) ?? "";
  return [
    keys && !keys.includes(wanted)
      ? text`${kind} ${name(objectName)}, mounted at ${path(volume.mountPath)}, has no key ${name(wanted)}; it has ${keys.length > 0 ? list(keys.map(name)) : "none"}.`
      : text`${kind} ${name(objectName)} is mounted at ${path(volume.mountPath)}.`,
  ];
}

/** One sentence on how the line leads to the cause, where the headline does not say it. */
export function causeWhy(cause: LogCause): Text | undefined {
  switch (cause.kind) {
    case "unreachable":
      return cause.how === "refused"
        ? text`The host answered, and nothing listens at that port, or a NetworkPolicy or firewall rejects it.`
        : text`No answer came: nothing has that address, no pod is behind the Service, or a NetworkPolicy drops the packets.`;
    case "unknown-host":
      return text`The pod's DNS has no such name.`;
    case "certificate":
      return text`The program checks the server it talks to and ends where the check fails.`;
    case "heap":
      return text`The kernel did not kill it: the runtime's own limit was reached first.`;
    case "forbidden":
      return text`The API server answered "forbidden": no Role or ClusterRole that is bound to it allows this. ${command("kubectl auth can-i")} tells the same.`;
    default:
      return undefined;
  }
}
