import type { Rule } from "../rule.ts";
import cronjobNotStarting from "./cronjob-not-starting.ts";
import cronjobSuspended from "./cronjob-suspended.ts";
import deployPaused from "./deploy-paused.ts";
import dsFailedPodRecreateLoop from "./ds-failed-pod-recreate-loop.ts";
import dsNodeNotSelected from "./ds-node-not-selected.ts";
import invalidSpec from "./invalid-spec.ts";
import jobBackoffLimit from "./job-backoff-limit.ts";
import jobDeadline from "./job-deadline.ts";
import jobPodFailurePolicy from "./job-pod-failure-policy.ts";
import jobSuspended from "./job-suspended.ts";
import limitrangeViolation from "./limitrange-violation.ts";
import namespacePolicy from "./namespace-policy.ts";
import namespaceTerminating from "./namespace-terminating.ts";
import noLabels from "./no-labels.ts";
import ownerNotObserved from "./owner-not-observed.ts";
import ownerSelectsAll from "./owner-selects-all.ts";
import podSecurityPolicy from "./pod-security-policy.ts";
import podsecurityViolation from "./podsecurity-violation.ts";
import priorityclassMissing from "./priorityclass-missing.ts";
import progressDeadline from "./progress-deadline.ts";
import quotaExceeded from "./quota-exceeded.ts";
import quotaMustSpecify from "./quota-must-specify.ts";
import quotaStatusUnknown from "./quota-status-unknown.ts";
import runtimeclassConflict from "./runtimeclass-conflict.ts";
import runtimeclassMissing from "./runtimeclass-missing.ts";
import scaledToZero from "./scaled-to-zero.ts";
import sccDenied from "./scc-denied.ts";
import serviceaccountMissing from "./serviceaccount-missing.ts";
import stsClaimCreateFailed from "./sts-claim-create-failed.ts";
import stsWaitingForPredecessor from "./sts-waiting-for-predecessor.ts";
import vapDenied from "./vap-denied.ts";
import webhookBadResponse from "./webhook-bad-response.ts";
import webhookDenied from "./webhook-denied.ts";
import webhookUnreachable from "./webhook-unreachable.ts";

/** Why a workload has no pod; catalogue stage 0. */
const family: readonly Rule[] = [
  namespaceTerminating,
  ownerSelectsAll,
  ownerNotObserved,
  deployPaused,
  scaledToZero,
  quotaExceeded,
  quotaMustSpecify,
  quotaStatusUnknown,
  limitrangeViolation,
  podsecurityViolation,
  podSecurityPolicy,
  sccDenied,
  webhookDenied,
  webhookUnreachable,
  webhookBadResponse,
  vapDenied,
  serviceaccountMissing,
  priorityclassMissing,
  runtimeclassMissing,
  runtimeclassConflict,
  noLabels,
  invalidSpec,
  namespacePolicy,
  stsWaitingForPredecessor,
  stsClaimCreateFailed,
  dsNodeNotSelected,
  dsFailedPodRecreateLoop,
  jobSuspended,
  jobBackoffLimit,
  jobDeadline,
  jobPodFailurePolicy,
  cronjobSuspended,
  cronjobNotStarting,
  progressDeadline,
];
export default family;
