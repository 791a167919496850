import { describe, expect, test } from "@jest/globals";
import { meaningOf, parseRpcError } from "../../../src/rules/volume/grpc.ts";
import { classifyMountError, outputOf, parseVolumeMessage } from "../../../src/rules/volume/mount-error.ts";

const MOUNT = (args: string, output: string) =>
  `mount failed: exit status 32\nMounting command: mount\nMounting arguments: ${args}\nOutput: ${output}\n`;

// Messages as the kubelet and the attach/detach controller write them (kubernetes pkg/volume/util/types/types.go).
test.each([
  [
    'MountVolume.SetUp failed for volume "tls" : secret "x" not found',
    "tls",
    "MountVolume.SetUp",
    'secret "x" not found',
  ],
  [
    'MountVolume.NodeAffinity check failed for volume "pv" : no matching NodeSelectorTerms',
    "pv",
    "MountVolume.NodeAffinity",
    "no matching NodeSelectorTerms",
  ],
  [
    'MountVolume.NewMounter initialization failed for volume "pv" : path "/a" does not exist',
    "pv",
    "MountVolume.NewMounter",
    'path "/a" does not exist',
  ],
  ['MapVolume.MapPodDevice failed for volume "pv" : x', "pv", "MapVolume.MapPodDevice", "x"],
  [
    'AttachVolume.Attach failed for volume "pv" : rpc error: code = Internal desc = x',
    "pv",
    "AttachVolume.Attach",
    "rpc error: code = Internal desc = x",
  ],
  ['(combined from similar events): MountVolume.SetUp failed for volume "v" : y', "v", "MountVolume.SetUp", "y"],
  [
    'MountVolume.SetUp failed for volume "kubernetes.io/nfs/uid-nfs" (spec.Name: "nfs") pod "uid" (UID: "uid") with: mount failed',
    "nfs",
    "MountVolume.SetUp",
    "mount failed",
  ],
  [
    'Multi-Attach error for volume "pv" Volume is already used by pod(s) a, b',
    "pv",
    "Multi-Attach",
    "Volume is already used by pod(s) a, b",
  ],
  [
    'Volume not attached according to node status for volume "pv"',
    "pv",
    "WaitForAttach",
    "Volume not attached according to node status",
  ],
])("%s", (message, volume, operation, detail) => {
  expect(parseVolumeMessage(message)).toEqual({ volume, operation, detail });
});

test("the list of volumes up to 1.27 names no single volume", () => {
  expect(
    parseVolumeMessage(
      "Unable to attach or mount volumes: unmounted volumes=[a], unattached volumes=[a]: timed out waiting for the condition",
    ),
  ).toBeUndefined();
});

describe("what a detail comes to", () => {
  test.each([
    ['object "shop"/"tls" not registered', "not-registered"],
    ["failed to sync configmap cache: timed out waiting for the condition", "cache-sync"],
    ['configmap "x" not found', "object-missing"],
    ["configmap references non-existent config key: a", "object-missing"],
    ['failed to fetch token: serviceaccounts "b" not found', "sa-token"],
    ["hostPath type check failed: /dev/kvm is not a character device", "hostpath-type"],
    [
      "kubernetes.io/csi: mounter.SetUpAt failed to get CSI client: driver name d not found in the list of registered CSI drivers",
      "csi-driver-not-registered",
    ],
    ["CSINode worker-1 does not contain driver ebs.csi.aws.com", "csi-driver-not-registered"],
    ["fetching NodeStageSecretRef ns/s failed: x", "csi-secret"],
    [MOUNT("-o bind /mnt/disks/a /x", "mount: special device /mnt/disks/a does not exist"), "local-path"],
    [MOUNT("-t nfs h:/p /x", "mount.nfs: access denied by server while mounting h:/p"), "nfs"],
    [MOUNT("-t cifs //h/s /x", "mount error(13): Permission denied"), "cifs"],
    [MOUNT("-t ext4 /dev/sdb /x", "mount: wrong fs type, bad option, bad superblock on /dev/sdb"), "fs-damage"],
    [MOUNT("-t ext4 /dev/sdb /x", "mount: /dev/sdb already mounted or mount point busy."), "device-busy"],
    [
      "applyFSGroup failed for vol x: lstat /var/lib/kubelet/pods/1/volumes/kubernetes.io~csi/x/mount: no such file or directory",
      "permission",
    ],
    [
      'rpc error: code = Unknown desc = format of disk "/dev/sdb" failed: type:("xfs") target:("/t") options:("defaults") errcode:(exit status 1) output:(mkfs.xfs: cannot open /dev/sdb: Read-only file system)',
      "format",
    ],
    ["applyFSGroup failed for vol x: lchown /x: operation not permitted", "permission"],
    ["rpc error: code = Aborted desc = an operation with the given Volume ID x already exists", "csi-error"],
    ["nobody has seen this", "unknown"],
  ])("%s", (detail, cause) => {
    expect(classifyMountError("MountVolume.SetUp", detail).cause).toBe(cause);
  });
});

describe("what mount.nfs and mount.cifs say", () => {
  test.each([
    ["mount.nfs: Connection timed out", "unreachable"],
    ["mount.nfs: No route to host", "unreachable"],
    ["mount.nfs: Failed to resolve server nas: Name or service not known", "unknown-host"],
    ["mount.nfs: mounting h:/p failed, reason given by server: No such file or directory", "no-such-path"],
    [
      "mount: /x: bad option; for several filesystems (e.g. nfs, cifs) you might need a /sbin/mount.<type> helper program.",
      "helper-missing",
    ],
    ["mount.nfs: Protocol not supported", "version"],
    ["mount.nfs: Stale file handle", "stale"],
    ["mount.nfs: access denied by server while mounting h:/p", "denied"],
  ])("%s", (output, problem) => {
    const { names } = classifyMountError("MountVolume.SetUp", MOUNT("-t nfs -o ro h:/p /x", output));
    expect(names).toEqual({ type: "nfs", source: "h:/p", server: "h", problem });
  });
});

test("systemd's own line is no output of mount", () => {
  expect(outputOf(MOUNT("--scope -- mount -t nfs h:/p /x", "Running scope as unit: run-r1.scope\nmount.nfs: x"))).toBe(
    "mount.nfs: x",
  );
});

describe("gRPC errors", () => {
  test.each([
    [
      'failed to provision volume with StorageClass "c": rpc error: code = ResourceExhausted desc = full',
      "ResourceExhausted",
      "full",
      "ResourceExhausted",
    ],
    [
      "rpc error: code = Internal desc = UnauthorizedOperation: You are not authorized",
      "Internal",
      "UnauthorizedOperation: You are not authorized",
      "PermissionDenied",
    ],
    ["rpc error: code = Unknown desc = rpc error: code = NotFound desc = no disk", "NotFound", "no disk", "NotFound"],
    ["rpc error: code = Internal desc = boom", "Internal", "boom", "Internal"],
  ])("%s", (message, code, description, meaning) => {
    expect(parseRpcError(message)).toEqual({ code, description });
    expect(meaningOf(message)).toBe(meaning);
  });
});
