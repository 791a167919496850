import type { Rule } from "../rule.ts";
import attachFailed from "./attach-failed.ts";
import attachPending from "./attach-pending.ts";
import cacheSync from "./cache-sync.ts";
import configmapMissing from "./configmap-missing.ts";
import csiDriverNotRegistered from "./csi-driver-not-registered.ts";
import csiError from "./csi-error.ts";
import csiLifecycle from "./csi-lifecycle.ts";
import csiSecret from "./csi-secret.ts";
import deviceBusy from "./device-busy.ts";
import diskConflict from "./disk-conflict.ts";
import draPrepareFailed from "./dra-prepare-failed.ts";
import fsDamage from "./fs-damage.ts";
import hostpathType from "./hostpath-type.ts";
import keyMissing from "./key-missing.ts";
import localPathMissing from "./local-path-missing.ts";
import mountFailed from "./mount-failed.ts";
import mountNodeAffinity from "./mount-node-affinity.ts";
import multiAttach from "./multi-attach.ts";
import nfs from "./nfs.ts";
import permission from "./permission.ts";
import permissionSlow from "./permission-slow.ts";
import pvMissing from "./pv-missing.ts";
import pvNodeAffinityConflict from "./pv-node-affinity-conflict.ts";
import pvZoneConflict from "./pv-zone-conflict.ts";
import pvcBeingDeleted from "./pvc-being-deleted.ts";
import pvcCapacity from "./pvc-capacity.ts";
import pvcClassNotFound from "./pvc-class-not-found.ts";
import pvcEphemeralPending from "./pvc-ephemeral-pending.ts";
import pvcNoClass from "./pvc-no-class.ts";
import pvcNoMatchingPv from "./pvc-no-matching-pv.ts";
import pvcNotBoundOnNode from "./pvc-not-bound-on-node.ts";
import pvcNotFound from "./pvc-not-found.ts";
import pvcProvisioningFailed from "./pvc-provisioning-failed.ts";
import pvcRequestedPvMismatch from "./pvc-requested-pv-mismatch.ts";
import pvcRwopInUse from "./pvc-rwop-in-use.ts";
import pvcStuckTerminating from "./pvc-stuck-terminating.ts";
import pvcUnboundImmediate from "./pvc-unbound-immediate.ts";
import pvcWaitFirstConsumer from "./pvc-wait-first-consumer.ts";
import pvcWaitingExternal from "./pvc-waiting-external.ts";
import resizeFailed from "./resize-failed.ts";
import rootCaMissing from "./root-ca-missing.ts";
import saToken from "./sa-token.ts";
import secretMissing from "./secret-missing.ts";
import secretProviderClassMissing from "./secret-provider-class-missing.ts";
import timeout from "./timeout.ts";
import trustBundle from "./trust-bundle.ts";

/** Why a pod's volumes are not there; catalogue stages 1b and 3. */
const family: readonly Rule[] = [
  pvcNotFound,
  pvcEphemeralPending,
  pvcBeingDeleted,
  pvMissing,
  pvcRequestedPvMismatch,
  pvcNoClass,
  pvcClassNotFound,
  pvcProvisioningFailed,
  pvcNoMatchingPv,
  pvcWaitingExternal,
  pvcNotBoundOnNode,
  pvcUnboundImmediate,
  pvcWaitFirstConsumer,
  pvNodeAffinityConflict,
  pvZoneConflict,
  pvcRwopInUse,
  pvcCapacity,
  diskConflict,
  secretMissing,
  configmapMissing,
  keyMissing,
  rootCaMissing,
  cacheSync,
  saToken,
  trustBundle,
  hostpathType,
  localPathMissing,
  nfs,
  csiDriverNotRegistered,
  csiSecret,
  csiLifecycle,
  secretProviderClassMissing,
  csiError,
  fsDamage,
  deviceBusy,
  permission,
  permissionSlow,
  mountNodeAffinity,
  multiAttach,
  attachFailed,
  attachPending,
  resizeFailed,
  draPrepareFailed,
  mountFailed,
  timeout,
  pvcStuckTerminating,
];
export default family;
