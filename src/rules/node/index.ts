import type { Rule } from "../rule.ts";
import apparmor from "./apparmor.ts";
import containerStatusUnknown from "./container-status-unknown.ts";
import deadlineExceededPod from "./deadline-exceeded-pod.ts";
import evictedApi from "./evicted-api.ts";
import evictedDeviceTaint from "./evicted-device-taint.ts";
import evictedEmptydir from "./evicted-emptydir.ts";
import evictedEphemeralContainerLimit from "./evicted-ephemeral-container-limit.ts";
import evictedEphemeralPodLimit from "./evicted-ephemeral-pod-limit.ts";
import evictedNodePressure from "./evicted-node-pressure.ts";
import evictedTaint from "./evicted-taint.ts";
import featureSkew from "./feature-skew.ts";
import gone from "./gone.ts";
import gracefulShutdown from "./graceful-shutdown.ts";
import invalidNodeInfo from "./invalid-node-info.ts";
import kubeletNotSeen from "./kubelet-not-seen.ts";
import namePreset from "./name-preset.ts";
import nodeAffinity from "./node-affinity.ts";
import nodeName from "./node-name.ts";
import nodePorts from "./node-ports.ts";
import nodePressure from "./node-pressure.ts";
import nodeShutdown from "./node-shutdown.ts";
import notReady from "./not-ready.ts";
import osMismatch from "./os-mismatch.ts";
import outOfResource from "./out-of-resource.ts";
import preemptedByKubelet from "./preempted-by-kubelet.ts";
import preemptedByScheduler from "./preempted-by-scheduler.ts";
import smt from "./smt.ts";
import staticPod from "./static-pod.ts";
import sysctl from "./sysctl.ts";
import taint from "./taint.ts";
import topology from "./topology.ts";
import unexpectedAdmission from "./unexpected-admission.ts";
import unreachable from "./unreachable.ts";
import volumeLimit from "./volume-limit.ts";

/** What the node says: it is not there, it refuses the pod, or it has given it up; catalogue stage 2. */
const family: readonly Rule[] = [
  gone,
  unreachable,
  notReady,
  kubeletNotSeen,
  outOfResource,
  nodeAffinity,
  nodeName,
  nodePorts,
  taint,
  unexpectedAdmission,
  topology,
  smt,
  nodePressure,
  nodeShutdown,
  sysctl,
  apparmor,
  osMismatch,
  featureSkew,
  volumeLimit,
  invalidNodeInfo,
  evictedNodePressure,
  evictedEphemeralContainerLimit,
  evictedEphemeralPodLimit,
  evictedEmptydir,
  evictedTaint,
  evictedDeviceTaint,
  evictedApi,
  preemptedByScheduler,
  preemptedByKubelet,
  deadlineExceededPod,
  gracefulShutdown,
  containerStatusUnknown,
  staticPod,
  namePreset,
];
export default family;
