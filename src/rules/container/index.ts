import type { Rule } from "../rule.ts";
import appError from "./app-error.ts";
import capability from "./capability.ts";
import cdiDevice from "./cdi-device.ts";
import cgroup from "./cgroup.ts";
import clusterDns from "./cluster-dns.ts";
import commandNotFound from "./command-not-found.ts";
import completedLoop from "./completed-loop.ts";
import devicePlugin from "./device-plugin.ts";
import diskFull from "./disk-full.ts";
import dnsConfig from "./dns-config.ts";
import execFormat from "./exec-format.ts";
import executableNotFound from "./executable-not-found.ts";
import exit132 from "./exit-132.ts";
import exit134 from "./exit-134.ts";
import exit139 from "./exit-139.ts";
import exit143 from "./exit-143.ts";
import exitUnknownContainerd from "./exit-unknown-containerd.ts";
import hook from "./hook.ts";
import hugepages from "./hugepages.ts";
import imageMissing from "./image-missing.ts";
import initCrash from "./init-crash.ts";
import initOom from "./init-oom.ts";
import initWaiting from "./init-waiting.ts";
import legacySidecarBlocksJob from "./legacy-sidecar-blocks-job.ts";
import missingInterpreter from "./missing-interpreter.ts";
import mount from "./mount.ts";
import mountSource from "./mount-source.ts";
import nameConflict from "./name-conflict.ts";
import networkPolicy from "./network-policy.ts";
import noCommand from "./no-command.ts";
import noSuchFile from "./no-such-file.ts";
import notExecutable from "./not-executable.ts";
import oomContainer from "./oom-container.ts";
import oomInit from "./oom-init.ts";
import oomNode from "./oom-node.ts";
import oomUndetected from "./oom-undetected.ts";
import permissionDenied from "./permission-denied.ts";
import postStartHook from "./post-start-hook.ts";
import restartingAllContainers from "./restarting-all-containers.ts";
import runtimeOther from "./runtime-other.ts";
import sandboxGone from "./sandbox-gone.ts";
import seccomp from "./seccomp.ts";
import seccompApparmor from "./seccomp-apparmor.ts";
import serviceMissing from "./service-missing.ts";
import serviceNoEndpoints from "./service-no-endpoints.ts";
import servicePort from "./service-port.ts";
import sidecarCrash from "./sidecar-crash.ts";
import sidecarNotStarted from "./sidecar-not-started.ts";
import timeout from "./timeout.ts";
import user from "./user.ts";
import workdir from "./workdir.ts";

/** Making, starting and running containers: what the runtime refuses, and how programs end. */
const container: readonly Rule[] = [
  nameConflict,
  timeout,
  noCommand,
  imageMissing,
  mountSource,
  seccompApparmor,
  seccomp,
  capability,
  cdiDevice,
  hugepages,
  sandboxGone,
  diskFull,
  devicePlugin,
  cgroup,
  executableNotFound,
  noSuchFile,
  permissionDenied,
  workdir,
  mount,
  user,
  oomInit,
  execFormat,
  missingInterpreter,
  hook,
  runtimeOther,
  postStartHook,
  serviceMissing,
  serviceNoEndpoints,
  servicePort,
  dnsConfig,
  clusterDns,
  networkPolicy,
  initWaiting,
  sidecarNotStarted,
  appError,
  initCrash,
  sidecarCrash,
  commandNotFound,
  notExecutable,
  completedLoop,
  oomContainer,
  initOom,
  oomNode,
  oomUndetected,
  exit143,
  exit139,
  exit134,
  exit132,
  restartingAllContainers,
  exitUnknownContainerd,
  legacySidecarBlocksJob,
];
export default container;
