import { describe, expect, test } from "@jest/globals";
import { innermost, parseStartError, type StartCause } from "../../../src/rules/container/start-error.ts";

const RUNC =
  "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: ";

// Wordings of containerd 1.2–2.2 with runc 1.0–1.3, CRI-O with runc and crun, Docker through cri-dockerd.
const rows: readonly [StartCause, string | undefined, string][] = [
  [
    "executable-not-found",
    "sh",
    'failed to create containerd task: OCI runtime create failed: container_linux.go:345: starting container process caused "exec: \\"sh\\": executable file not found in $PATH": unknown',
  ],
  ["executable-not-found", "npm start", `${RUNC}exec: "npm start": executable file not found in $PATH: unknown`],
  [
    "executable-not-found",
    "foo",
    `${RUNC}error during container init: exec: "foo": executable file not found in $PATH: unknown`,
  ],
  [
    "executable-not-found",
    "foo",
    "container create failed: executable file `foo` not found in $PATH: No such file or directory",
  ],
  [
    "executable-not-found",
    "foo",
    'container create failed: time="2023-01-01T00:00:00Z" level=error msg="runc create failed: unable to start container process: exec: \\"foo\\": executable file not found in $PATH"',
  ],
  ["executable-not-found", undefined, 'failed to start container "app": executable not found in $PATH'],
  [
    "no-such-file",
    "/usr/bin/server",
    `${RUNC}exec: "/usr/bin/server": stat /usr/bin/server: no such file or directory`,
  ],
  [
    "no-such-file",
    "./user",
    'failed to start container "x": Error response from daemon: failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: exec: "./user": stat ./user: no such file or directory: unknown',
  ],
  ["no-such-file", "/app/x", "container create failed: executable file `/app/x` not found: No such file or directory"],
  ["permission-denied", "/opt/not-executable", `${RUNC}exec: "/opt/not-executable": permission denied`],
  [
    "permission-denied",
    "/app",
    "container create failed: the path `/app` is not a regular file: Operation not permitted",
  ],
  [
    "permission-denied",
    "/app/run.sh",
    "container create failed: the path `/app/run.sh` exists but it is not executable: Operation not permitted",
  ],
  ["permission-denied", "/app/run.sh", "container create failed: open `/app/run.sh`: Permission denied"],
  ["permission-denied", "/", `${RUNC}exec: "/": is a directory: unknown`],
  ["exec-format", "/app/x", "container create failed: exec container process `/app/x`: Exec format error"],
  [
    "missing-interpreter",
    "/app/x",
    "container create failed: exec container process (missing dynamic library?) `/app/x`: No such file or directory",
  ],
  [
    "workdir",
    "/srv/app",
    `${RUNC}chdir to cwd ("/srv/app") set in config.json failed: no such file or directory: unknown`,
  ],
  [
    "workdir",
    "/root/x",
    `${RUNC}error during container init: chdir to cwd ("/root/x") set in config.json failed: permission denied: unknown`,
  ],
  // As runc in the cluster says it, where workingDir is a file.
  ["workdir", "/etc/passwd", `${RUNC}error during container init: mkdir /etc/passwd: not a directory`],
  [
    "mount",
    "/etc/nginx/nginx.conf",
    `${RUNC}error during container init: error mounting "/var/lib/kubelet/pods/1/volume-subpaths/conf/app/0" to rootfs at "/etc/nginx/nginx.conf": mount src=/var/lib/kubelet/pods/1/volume-subpaths/conf/app/0, dst=/etc/nginx/nginx.conf, flags=MS_BIND|MS_REC: not a directory: unknown`,
  ],
  [
    "mount",
    "/etc/x.conf",
    'OCI runtime create failed: container_linux.go:367: starting container process caused: process_linux.go:495: container init caused: rootfs_linux.go:60: mounting "/var/lib/kubelet/pods/1/x" to rootfs at "/etc/x.conf" caused: not a directory: unknown',
  ],
  ["mount", "/etc/x.conf", "container create failed: mount `/var/lib/x` to `/etc/x.conf`: Not a directory"],
  ["oom-init", undefined, `${RUNC}container init was OOM-killed (memory limit too low?): unknown`],
  [
    "cgroup",
    undefined,
    `${RUNC}error setting cgroup config for procHooks process: failed to write "400000": write /sys/fs/cgroup/cpu.max: invalid argument: unknown`,
  ],
  [
    "user",
    "appuser",
    'failed to generate container "1" spec: failed to apply OCI options: unable to find user appuser: no matching entries in passwd file',
  ],
  ["user", undefined, "no users found"],
  [
    "seccomp",
    undefined,
    `${RUNC}unable to init seccomp: error loading seccomp filter into kernel: invalid argument: unknown`,
  ],
  [
    "seccomp-apparmor",
    undefined,
    'failed to generate container "1" spec: failed to generate seccomp spec opts: cannot load seccomp profile "/var/lib/kubelet/seccomp/x.json": open /var/lib/kubelet/seccomp/x.json: no such file or directory',
  ],
  ["no-command", undefined, 'failed to generate container "1" spec: failed to apply OCI options: no command specified'],
  ["capability", "CAP_FOO", 'unknown capability "CAP_FOO" to add'],
  [
    "name-conflict",
    undefined,
    'failed to reserve container name "app_web_shop_1_0": name "app_web_shop_1_0" is reserved for "abc"',
  ],
  ["timeout", undefined, "context deadline exceeded"],
  [
    "disk-full",
    undefined,
    "failed to create containerd container: mkdir /var/lib/containerd/x: no space left on device",
  ],
  ["image-missing", "sha256", 'failed to resolve image "sha256:12": not found'],
  ["sandbox-gone", undefined, 'sandbox container "12" is not running'],
  [
    "hugepages",
    undefined,
    "huge pages limits are specified but hugetlb cgroup controller is missing. Please make sure …",
  ],
  ["device-plugin", undefined, "Internal PreStartContainer hook failed: rpc error: code = Unknown desc = device gone"],
  [
    "mount-source",
    "/mnt",
    'failed to generate container "1" spec: failed to generate spec: path "/mnt" is mounted on "/mnt" but it is not a shared mount',
  ],
  ["runtime-other", undefined, "Error response from daemon: linux runtime spec devices: readdirent: invalid argument"],
  [
    "mount",
    "/proc/cpuinfo",
    'OCI runtime create failed: container_linux.go:349: starting container process caused "process_linux.go:449: container init caused \\"rootfs_linux.go:58: mounting \\\\\\"/var/lib/lxcfs/proc/cpuinfo\\\\\\" to rootfs \\\\\\"/var/lib/docker/overlay2/c8de/merged\\\\\\" at \\\\\\"/var/lib/docker/overlay2/c8de/merged/proc/cpuinfo\\\\\\" caused \\\\\\"not a directory\\\\\\"\\"": unknown',
  ],
  [
    "hook",
    undefined,
    `${RUNC}error running prestart hook #0: exit status 1, stdout: , stderr: nvidia-container-cli: initialization error: nvml error: driver not loaded: unknown`,
  ],
];

describe("a runtime's message", () => {
  test.each(rows)("%s %s: %s", (cause, subject, message) => {
    const parsed = parseStartError(message);
    expect(parsed.cause).toBe(cause);
    expect(parsed.subject).toBe(subject);
  });

  test("names the source of a mount", () => {
    expect(parseStartError("container create failed: mount `/a` to `/b`: Not a directory").source).toBe("/a");
  });

  test.each([
    [`${RUNC}exec: "x": permission denied: unknown`, 'exec: "x": permission denied'],
    [
      'rpc error: code = Unknown desc = failed to start shim: exec: "containerd-shim-foo-v2": file does not exist',
      'exec: "containerd-shim-foo-v2": file does not exist',
    ],
    ["something new went wrong", "something new went wrong"],
  ])("has at its core: %s", (message, core) => {
    expect(innermost(message)).toBe(core);
  });
});
