/** Why a runtime could not make or start a container; each is a rule of this family. */
export type StartCause =
  | "executable-not-found"
  | "no-such-file"
  | "permission-denied"
  | "exec-format"
  | "missing-interpreter"
  | "workdir"
  | "mount"
  | "oom-init"
  | "cgroup"
  | "user"
  | "seccomp"
  | "seccomp-apparmor"
  | "capability"
  | "no-command"
  | "image-missing"
  | "mount-source"
  | "cdi-device"
  | "hugepages"
  | "sandbox-gone"
  | "disk-full"
  | "device-plugin"
  | "hook"
  | "name-conflict"
  | "timeout"
  | "runtime-other";

/** A runtime's message, taken apart. */
export interface StartError {
  readonly cause: StartCause;
  /** What the message is about: the program, the directory, the user, the path of the mount. */
  readonly subject?: string;
  /** The source of a mount. */
  readonly source?: string;
  /** The innermost text, without the wrappers of the components above. */
  readonly detail: string;
}

/**
 * Wordings, the most specific first. Who writes them: runc 1.1–1.3 (libcontainer/init_linux.go, rootfs_linux.go), its
 * older form `container_linux.go:345: starting container process caused "…"` (up to 1.0), crun (src/libcrun/container.c,
 * linux.c), containerd 1.6–2.x (internal/cri, pkg/oci), CRI-O (server/container_create.go) and Docker through cri-dockerd.
 */
const WORDINGS: readonly (readonly [StartCause, readonly RegExp[]])[] = [
  [
    "exec-format",
    [
      /exec container process `(?<subject>[^`]*)`: Exec format error/i,
      /exec: "(?<subject>[^"]*)": exec format error/i,
      /exec format error/i,
    ],
  ],
  ["missing-interpreter", [/exec container process \(missing dynamic library\?\) `(?<subject>[^`]*)`/]],
  ["missing-interpreter", [/exec container process `(?<subject>[^`]*)`: No such file or directory/]],
  [
    "executable-not-found",
    [
      /exec: "(?<subject>[^"]*)": executable file not found in (?:\$PATH|%PATH%)/,
      /executable file `(?<subject>[^`]*)` not found in \$PATH/,
      /executable (?:file )?not found in (?:\$PATH|%PATH%)/,
    ],
  ],
  [
    "no-such-file",
    [
      /exec: "(?<subject>[^"]*)": (?:stat [^:]*: )?(?:no such file or directory|not a directory)/,
      /executable file `(?<subject>[^`]*)` not found/,
      /CreateProcess (?<subject>.*?): The system cannot find the (?:file|path) specified/,
    ],
  ],
  [
    "permission-denied",
    [
      /exec: "(?<subject>[^"]*)": (?:stat [^:]*: )?(?:permission denied|is a directory|operation not permitted)/,
      /the path `(?<subject>[^`]*)` (?:exists but it is not executable|is not a regular file)/,
      /exec container process `(?<subject>[^`]*)`: (?:Permission denied|Operation not permitted|Is a directory)/,
      /(?<=: |^)open `(?<subject>[^`]*)`: Permission denied/,
    ],
  ],
  [
    "workdir",
    [
      /chdir to cwd \("(?<subject>[^"]*)"\)/,
      /chdir(?: to)? `(?<subject>[^`]*)`/,
      /chdir "(?<subject>[^"]*)"/,
      // runc makes the directory where it is missing. Its mkdirs for mounts and devices say more before `mkdir`
      // (libcontainer/rootfs_linux.go prepareRootfs); the words are those of the runc in test/cluster.
      /container init: mkdir (?<subject>\/[^:]*): /,
      /failed to (?:mkdir|create) (?:cwd|working directory) "?(?<subject>[^": ]*)/,
    ],
  ],
  ["oom-init", [/OOM-killed/]],
  // The kernel has no room for another control group: before the words of a full disk.
  ["cgroup", [/\/sys\/fs\/cgroup\S*: no space left on device/]],
  // runc 1.0–1.3 libcontainer/configs/config.go, crun src/libcrun/utils.c; what the hook printed follows.
  ["hook", [/error running (?:\w+ )?hook|error executing hook `(?<subject>[^`]*)`/]],
  [
    "mount",
    [
      /(?:error mounting|mounting) "(?<source>[^"]*)" to rootfs(?: "(?<rootfs>[^"]*)")? at "\k<rootfs>(?<subject>[^"]*)"/,
      /(?:error mounting|mounting) "(?<source>[^"]*)" to rootfs(?: "[^"]*")? at "(?<subject>[^"]*)"/,
      /mount `(?<source>[^`]*)` to `(?<subject>[^`]*)`/,
      /(?:creating|create mountpoint for|openat2?) `?(?<subject>\/[^`\s]*)`?(?: mount)?: .{0,500}(?:Not a directory|not a directory|Is a directory|Read-only file system|read-only file system)/,
    ],
  ],
  ["no-command", [/no command specified/i]],
  [
    "user",
    [
      /unable to find (?:user|group) (?<subject>[^:]+):|no users found|failed to generate user string|user group is specified without user or username|linux spec user: .*/,
    ],
  ],
  [
    "seccomp-apparmor",
    [
      /failed to generate (?:seccomp|apparmor) spec opts|setup seccomp: |apparmor profile (?:"(?<subject>[^"]*)"|\S+) (?:is )?not (?:found|loaded)|unable to apply apparmor profile|apparmor failed to apply profile|failed to load (?:seccomp|apparmor) profile|seccomp profile .{0,500} (?:not found|no such file)/i,
    ],
  ],
  ["seccomp", [/unable to init seccomp|error (?:loading|adding) seccomp|seccomp killed|libseccomp/]],
  [
    "capability",
    [
      /unknown capability "?(?<subject>[A-Z_a-z]+)|no privileged container allowed in sandbox|unknown capability to add/,
    ],
  ],
  ["hugepages", [/huge pages limits are specified but hugetlb cgroup controller is missing/]],
  ["cdi-device", [/CDI devices? .*|unresolvable CDI devices (?<subject>.*)|failed to set (?:RDT|blockio) class/]],
  ["device-plugin", [/Internal Pre(?:Create|Start)Container hook failed/]],
  [
    "name-conflict",
    [
      /failed to reserve container name|The container name "?[^"]*"? is already in use|kubelet may be retrying requests that are timing out/,
    ],
  ],
  ["disk-full", [/no space left on device|disk quota exceeded/i]],
  [
    "mount-source",
    [
      /path "(?<subject>[^"]*)" is mounted on "[^"]*" but it is not a (?:shared|slave)/,
      /failed to (?:mkdir|stat) "?(?<subject>\/[^":]*)/,
      /relabel "(?<subject>[^"]*)"/,
      /failed to resolve symlink "(?<subject>[^"]*)"/,
      /cannot mount (?<subject>\/\S*): path does not exist/,
      /bind source path does not exist: (?<subject>\S+)/,
    ],
  ],
  [
    "image-missing",
    [
      /failed to resolve image "?(?<subject>[^":]*)/,
      /failed to get image from containerd/,
      /image "?(?<subject>[^" ]*)"? does not exist locally/,
      /No such image: (?<subject>\S+)/,
    ],
  ],
  [
    "sandbox-gone",
    [
      /failed to find sandbox id|sandbox container "[^"]*" is not running|the sandbox was stopped|specified sandbox not found|namespace path: lstat \/proc\/\d+\/ns\/\w+: no such file or directory/,
    ],
  ],
  [
    "cgroup",
    [
      /error setting cgroup config|unable to (?:apply|freeze) cgroup|(?:writing|open(?:ing)?) (?:file )?`?\/sys\/fs\/cgroup|failed to write [^:]* (?:to )?"?\/sys\/fs\/cgroup/,
    ],
  ],
  ["timeout", [/context deadline exceeded|create container timeout|DeadlineExceeded/]],
];

/** Takes a message of the runtime apart, as it stands in a waiting or terminated state or in the event Failed. */
export function parseStartError(message: string): StartError {
  const content = unescaped(message);
  const detail = innermost(content);
  for (const [cause, wordings] of WORDINGS) {
    for (const wording of wordings) {
      const match = wording.exec(content);
      if (!match) continue;
      const { subject, source } = match.groups ?? {};
      return { cause, ...(subject && { subject }), ...(source && { source }), detail };
    }
  }
  return { cause: "runtime-other", detail };
}

/** Old runc quotes what it wraps, once for every layer. */
function unescaped(message: string): string {
  return message.replace(/(?<!\\)\\+"/g, '"').trim();
}

/** What the components between the kubelet and the kernel put before the cause. */
const WRAPPERS = [
  /^Error: /,
  /^Error response from daemon: /,
  /^rpc error: code = \w+ desc = /,
  /^failed to (?:create|start) (?:containerd task|shim task|task for container|shim|container "[^"]*"|container task)(?: "[^"]*")?: /,
  /^failed to generate container "[^"]*" spec: /,
  /^failed to (?:generate spec|apply OCI options): /,
  /^(?:OCI runtime|runc|crun|container) create failed: /,
  /^unable to start container process: /,
  /^error during container init: /,
  /^(?:container|process|standard_init|rootfs|init)_linux\.go:\d+: /,
  /^(?:starting container process|container init|running exec setns process for init|exec user process|process_linux\.go:\d+:) caused:? /,
  /^"/,
  /^time="[^"]*" level=\w+ msg="/,
];

/** The innermost text of a message: what is left when the wrappers are taken off. */
export function innermost(message: string): string {
  let rest = unescaped(message);
  for (let wrapper: RegExp | undefined = /^/; wrapper; ) {
    wrapper = WRAPPERS.find((one) => one.test(rest));
    if (wrapper) rest = rest.replace(wrapper, "");
  }
  // containerd ends a message with the name of a status code.
  return (
    rest.replace(/(?:"{0,200}: (?:unknown|not found|failed precondition))+$/, "").replace(/^([^"]*)"+$/, "$1") ||
    message
  );
}
