import type { Rule } from "../rule.ts";
import exec from "./exec.ts";
import grpc from "./grpc.ts";
import httpConnect from "./http-connect.ts";
import httpStatus from "./http-status.ts";
import livenessFailing from "./liveness-failing.ts";
import livenessKill from "./liveness-kill.ts";
import minReadySeconds from "./min-ready-seconds.ts";
import notSeen from "./not-seen.ts";
import portName from "./port-name.ts";
import probeFailed from "./probe-failed.ts";
import readinessGate from "./readiness-gate.ts";
import resizeDeferred from "./resize-deferred.ts";
import resizeError from "./resize-error.ts";
import resizeInfeasible from "./resize-infeasible.ts";
import scheme from "./scheme.ts";
import starting from "./starting.ts";
import startupKill from "./startup-kill.ts";
import startupStuck from "./startup-stuck.ts";
import tcp from "./tcp.ts";
import timeout from "./timeout.ts";

/** Why a pod that runs is not Ready, or is restarted by its probes; catalogue stage 6. */
const family: readonly Rule[] = [
  livenessKill,
  startupKill,
  portName,
  httpStatus,
  httpConnect,
  scheme,
  timeout,
  tcp,
  exec,
  grpc,
  probeFailed,
  notSeen,
  starting,
  startupStuck,
  livenessFailing,
  readinessGate,
  minReadySeconds,
  resizeDeferred,
  resizeInfeasible,
  resizeError,
];
export default family;
