/** What keeps a volume from being mounted, as far as a message tells. */
export type MountCause =
  | "object-missing"
  | "not-registered"
  | "cache-sync"
  | "sa-token"
  | "trust-bundle"
  | "hostpath-type"
  | "local-path"
  | "nfs"
  | "cifs"
  | "csi-driver-not-registered"
  | "csi-secret"
  | "csi-lifecycle"
  | "secret-provider-class"
  | "csi-error"
  | "fs-damage"
  | "format"
  | "device-busy"
  | "permission"
  | "node-affinity"
  | "multi-attach"
  | "attach-failed"
  | "attach-pending"
  | "resize"
  | "unknown";

/** A message, told apart. */
export interface MountError {
  readonly cause: MountCause;
  /** The part that a person needs: without wrappers and command lines. */
  readonly words: string;
  /** What it names, by the cause: a path, a driver, a server, a Secret. */
  readonly names: { readonly [what: string]: string };
}

/**
 * Takes apart what `GenerateError` of kubernetes v1.36 pkg/volume/util/types/types.go and its callers write, in the
 * kubelet (operation_generator.go) and the attach/detach controller (reconciler.go), in all versions since 1.6.
 */
export function parseVolumeMessage(message: string): { volume: string; operation: string; detail: string } | undefined {
  const text = message.replace(/^\(combined from similar events\): /, "");
  const multi = /^Multi-Attach error for volume "([^"]+)" ?([\s\S]*)$/.exec(text);
  if (multi) return { volume: specName(multi[1] ?? "", text), operation: "Multi-Attach", detail: multi[2] ?? "" };
  const failed =
    /^((?:Mount|Map|Attach|Block)\w{0,500}\.?[\w ]*?) (?:check |initialization )?failed for volume "([^"]+)"(?: \(spec\.Name: "([^"]+)"\))?(?: pod "[^"]*" \(UID: "[^"]*"\))?(?: with)? ?:? ?([\s\S]*)$/.exec(
      text,
    );
  if (failed)
    return { volume: failed[3] ?? failed[2] ?? "", operation: failed[1] ?? "", detail: (failed[4] ?? "").trim() };
  const waits =
    /^(Volume not attached according to node status|Volume has not been added to the list of VolumesInUse[^"]*) for volume "([^"]+)"/.exec(
      text,
    );
  if (waits) return { volume: waits[2] ?? "", operation: "WaitForAttach", detail: waits[1] ?? "" };
  return undefined;
}

const specName = (name: string, text: string) => /\(spec\.Name: "([^"]+)"\)/.exec(text)?.[1] ?? name;

type Test = (detail: string, operation: string) => MountError | undefined;

/** What the detail of a failed operation comes to. The first test that fits decides. */
export function classifyMountError(operation: string, detail: string): MountError {
  for (const test of TESTS) {
    const error = test(detail, operation);
    if (error) return error;
  }
  return { cause: "unknown", words: outputOf(detail), names: {} };
}

/** A test for one pattern, whose groups are names. */
const fits =
  (cause: MountCause, pattern: RegExp): Test =>
  (detail) => {
    const found = pattern.exec(detail);
    return found ? { cause, words: outputOf(detail), names: namesOf(found.groups) } : undefined;
  };

/** The groups that took part in the match. */
function namesOf(groups: Readonly<Record<string, string | undefined>> = {}): MountError["names"] {
  return Object.fromEntries(
    Object.entries(groups).flatMap(([what, name]) => (name === undefined ? [] : [[what, name]])),
  );
}

const TESTS: readonly Test[] = [
  (detail, operation) =>
    operation === "Multi-Attach" ? { cause: "multi-attach", words: detail, names: {} } : undefined,
  fits("not-registered", /object "[^"]*"\/"(?<object>[^"]+)" not registered/),
  fits("cache-sync", /failed to sync (?<kind>secret|configmap) cache/),
  fits("object-missing", /\b(?:secret|configmap)s? "[^"]+" not found|references non-existent (?:secret|config) key/),
  fits("sa-token", /failed to fetch token: (?<why>[\s\S]*)|token .* expired and refresh failed: /),
  fits(
    "trust-bundle",
    /ClusterTrustBundle projection requires|clustertrustbundle|ClusterTrustBundle|pod ?certificate/i,
  ),
  fits(
    "hostpath-type",
    /hostPath type check failed: (?<path>.+) is not an? (?<type>directory|file|socket file|character device|block device)/,
  ),
  // The external-attacher of a driver, where the kubelet has not been told of the driver yet.
  fits("csi-driver-not-registered", /CSINode \S+ does not contain driver (?<driver>\S+)/),
  fits("csi-driver-not-registered", /driver name (?<driver>\S+) not found in the list of registered CSI drivers/),
  fits(
    "csi-secret",
    /fetching Node\w*SecretRef (?<secret>\S+?) failed: |failed to get NodePublishSecretRef|failed to fetch NodePublishSecretRef/,
  ),
  fits("csi-lifecycle", /volume mode "(?<mode>[^"]+)" not supported by driver (?<driver>\S+)/),
  fits("secret-provider-class", /SecretProviderClass\S* "(?<object>[^"]+)" not found/),
  fits("secret-provider-class", /failed to get secretproviderclass (?<full>[^\s,:]+)/),
  (_detail, operation) =>
    operation.includes("NodeAffinity") ? { cause: "node-affinity", words: _detail, names: {} } : undefined,
  // Before all that names a path: the kubelet goes through the files of a volume that is mounted.
  fits("permission", /applyFSGroup|lchown|chown .{0,500}(?:not permitted|read-only)/i),
  fits(
    "local-path",
    /special device (?<path>\S+) does not exist|path "(?<quoted>[^"]+)" does not exist|stat (?<stat>\/\S+): no such file or directory/,
  ),
  mountOutput,
  (detail, operation) =>
    /NodeExpandVolume|expanding volume|resizing/i.test(`${operation} ${detail}`)
      ? { cause: "resize", words: outputOf(detail), names: {} }
      : undefined,
  (detail, operation) =>
    operation === "WaitForAttach" ||
    /\.WaitForAttach/.test(operation) ||
    /is not attached for volume attachment/.test(detail)
      ? { cause: "attach-pending", words: detail, names: {} }
      : undefined,
  (detail, operation) =>
    operation.startsWith("AttachVolume") ? { cause: "attach-failed", words: detail, names: {} } : undefined,
  fits(
    "format",
    /format of disk "(?<disk>[^"]*)" failed: type:\("(?<type>[^"]*)"\)[\s\S]*?output:\((?<output>[\s\S]*?)\)?\s{0,100}$/,
  ),
  fits("fs-damage", /bad superblock|wrong fs type|errors on device .* could not correct|Structure needs cleaning/),
  fits("device-busy", /already mounted or mount point busy|device or resource busy/i),
  fits("csi-error", /rpc error: code = (?<code>\w+)/),
];

/** What mount(8) and its helpers print (k8s.io/mount-utils v0.36 mount_linux.go doMount writes the lines around it). */
function mountOutput(detail: string): MountError | undefined {
  const output = outputOf(detail);
  const args = /Mounting arguments: ([^\n]*)/.exec(detail)?.[1] ?? "";
  const command = `${args} ${output}`;
  const type = /-t (\w+)/.exec(command)?.[1] ?? /mount\.(nfs|cifs)/.exec(output)?.[1] ?? "";
  const source =
    /(?:^|\s)((?:\[[0-9a-fA-F:]+\]|[\w.-]+):\/\S*|\/\/\S+)/.exec(args)?.[1] ??
    /(?:mounting|mount) ((?:[\w.-]+:\/|\/\/)\S*)/.exec(output)?.[1] ??
    "";
  if (!/^nfs/.test(type) && type !== "cifs") return undefined;
  const cause = type === "cifs" ? "cifs" : "nfs";
  const problem = PROBLEMS.find(([words]) => words.test(output))?.[1] ?? "other";
  return { cause, words: output, names: { type, source, server: serverOf(source), problem } };
}

const serverOf = (source: string) => source.replace(/^\/\//, "").replace(/(?<=[\w\]])(?::?\/).*$/s, "");

/** A helper that is missing is said in the words of a wrong filesystem, so it comes first. */
const PROBLEMS: readonly (readonly [RegExp, string])[] = [
  [
    /need a \/sbin\/mount\.|helper program|unknown filesystem type|executable file not found|rpc\.statd is not running/,
    "helper-missing",
  ],
  [/access denied|not permitted|mount error\(13\)|Permission denied/i, "denied"],
  [/No such file or directory|mount error\(2\)|special device .* does not exist/i, "no-such-path"],
  [/Protocol not supported|requested NFS version|not supported|mount error\(95\)/i, "version"],
  [
    /timed out|refused|No route to host|unreachable|mount error\((?:110|111|112|113|115)\)|Host is down/i,
    "unreachable",
  ],
  [/resolve|Name or service not known|Temporary failure in name resolution|could not resolve/i, "unknown-host"],
  [/Stale file handle/i, "stale"],
  [/busy/i, "busy"],
];

/** What a program printed, without the command line and systemd's line around it; the whole text for other errors. */
export function outputOf(detail: string): string {
  const output = /Output: ([\s\S]*)$/.exec(detail)?.[1];
  const lines = (output ?? detail)
    .split("\n")
    .map((line) => line.trim().replace(/^Running (?:scope )?as unit:? \S+\s*/, ""))
    .filter((line) => line);
  return lines.join(" ").trim();
}
