import type { Rule } from "../rule.ts";
import cgroupDriver from "./cgroup-driver.ts";
import cniAgentDown from "./cni-agent-down.ts";
import cniApiUnreachable from "./cni-api-unreachable.ts";
import cniBinaryMissing from "./cni-binary-missing.ts";
import cniFailed from "./cni-failed.ts";
import cniStaleAuth from "./cni-stale-auth.ts";
import config from "./config.ts";
import diskFull from "./disk-full.ts";
import dnsConfig from "./dns-config.ts";
import ipExhausted from "./ip-exhausted.ts";
import nameReserved from "./name-reserved.ts";
import netNotReady from "./net-not-ready.ts";
import outOfMemory from "./out-of-memory.ts";
import pauseImage from "./pause-image.ts";
import podCgroup from "./pod-cgroup.ts";
import runc from "./runc.ts";
import runtimeDown from "./runtime-down.ts";
import runtimeHandlerMissing from "./runtime-handler-missing.ts";
import runtimeclassMissing from "./runtimeclass-missing.ts";
import sandboxChanged from "./sandbox-changed.ts";
import sysctl from "./sysctl.ts";
import timeout from "./timeout.ts";
import unknownError from "./unknown-error.ts";
import userns from "./userns.ts";

/** Why a pod has no sandbox: its network, its runtime, its node; catalogue stage 3. */
const family: readonly Rule[] = [
  podCgroup,
  netNotReady,
  cniBinaryMissing,
  ipExhausted,
  cniStaleAuth,
  cniAgentDown,
  cniApiUnreachable,
  cniFailed,
  runtimeclassMissing,
  runtimeHandlerMissing,
  pauseImage,
  userns,
  cgroupDriver,
  sysctl,
  outOfMemory,
  diskFull,
  runtimeDown,
  nameReserved,
  timeout,
  config,
  runc,
  unknownError,
  sandboxChanged,
  dnsConfig,
];
export default family;
