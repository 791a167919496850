import type { Rule } from "../rule.ts";
import caNotTriggered from "./ca-not-triggered.ts";
import caSilent from "./ca-silent.ts";
import caTriggered from "./ca-triggered.ts";
import declaredFeatures from "./declared-features.ts";
import draBindingConditions from "./dra-binding-conditions.ts";
import draCannotAllocate from "./dra-cannot-allocate.ts";
import draClaimInUse from "./dra-claim-in-use.ts";
import draClaimNotCreated from "./dra-claim-not-created.ts";
import draClaimNotFound from "./dra-claim-not-found.ts";
import enforcedAffinity from "./enforced-affinity.ts";
import existingAntiAffinity from "./existing-anti-affinity.ts";
import gangWaiting from "./gang-waiting.ts";
import gated from "./gated.ts";
import hostPort from "./host-port.ts";
import insufficientCpu from "./insufficient-cpu.ts";
import insufficientEphemeralStorage from "./insufficient-ephemeral-storage.ts";
import insufficientExtended from "./insufficient-extended.ts";
import insufficientMemory from "./insufficient-memory.ts";
import karpenterExcluded from "./karpenter-excluded.ts";
import karpenterFailed from "./karpenter-failed.ts";
import karpenterNominated from "./karpenter-nominated.ts";
import kueueAdmissionCheck from "./kueue-admission-check.ts";
import kueueQueueMissing from "./kueue-queue-missing.ts";
import kueueWaiting from "./kueue-waiting.ts";
import noNodes from "./no-nodes.ts";
import noScheduler from "./no-scheduler.ts";
import nodeAffinity from "./node-affinity.ts";
import nodeUnschedulable from "./node-unschedulable.ts";
import otherReason from "./other-reason.ts";
import podAffinity from "./pod-affinity.ts";
import podAntiAffinity from "./pod-anti-affinity.ts";
import preempting from "./preempting.ts";
import preemptionNever from "./preemption-never.ts";
import quotaElastic from "./quota-elastic.ts";
import schedulerError from "./scheduler-error.ts";
import staleMessage from "./stale-message.ts";
import tooManyPods from "./too-many-pods.ts";
import topologySpread from "./topology-spread.ts";
import topologySpreadLabel from "./topology-spread-label.ts";
import untoleratedTaint from "./untolerated-taint.ts";
import volumeLimit from "./volume-limit.ts";

/** Why no node takes a pod; catalogue stages 1 and 1c. What claims have to do with it is told by the volume family. */
const family: readonly Rule[] = [
  kueueQueueMissing,
  kueueAdmissionCheck,
  kueueWaiting,
  gated,
  gangWaiting,
  noScheduler,
  staleMessage,
  schedulerError,
  noNodes,
  preempting,
  preemptionNever,
  insufficientCpu,
  insufficientMemory,
  insufficientEphemeralStorage,
  insufficientExtended,
  tooManyPods,
  hostPort,
  podAntiAffinity,
  existingAntiAffinity,
  topologySpread,
  topologySpreadLabel,
  nodeAffinity,
  podAffinity,
  volumeLimit,
  nodeUnschedulable,
  untoleratedTaint,
  enforcedAffinity,
  declaredFeatures,
  draClaimNotCreated,
  draClaimNotFound,
  draClaimInUse,
  draCannotAllocate,
  draBindingConditions,
  quotaElastic,
  otherReason,
  caTriggered,
  caNotTriggered,
  caSilent,
  karpenterNominated,
  karpenterFailed,
  karpenterExcluded,
];
export default family;
