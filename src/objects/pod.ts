import type {
  V1Affinity,
  V1Container,
  V1ContainerPort,
  V1ContainerState,
  V1ContainerStateRunning,
  V1ContainerStateTerminated,
  V1ContainerStateWaiting,
  V1ContainerStatus,
  V1EnvFromSource,
  V1EnvVar,
  V1EnvVarSource,
  V1HostAlias,
  V1Lifecycle,
  V1LifecycleHandler,
  V1Pod,
  V1PodCondition,
  V1PodDNSConfig,
  V1PodDNSConfigOption,
  V1PodResourceClaim,
  V1PodSpec,
  V1PodStatus,
  V1Probe,
  V1ResourceRequirements,
  V1SecretKeySelector,
  V1SecurityContext,
  V1TopologySpreadConstraint,
  V1Volume,
  V1VolumeMount,
} from "@kubernetes/client-node";
import * as z from "zod/mini";
import { labelSelectorSchema, nodeSelectorTermSchema } from "./label-selector.ts";
import {
  fieldsOf,
  metadataSchema,
  numberOrText,
  optionalBoolean,
  optionalNumber,
  optionalText,
  optionalTextMap,
} from "./object.ts";
import { tolerationSchema } from "./toleration.ts";

const keySelectorSchema = fieldsOf<V1SecretKeySelector>()({
  name: optionalText,
  key: optionalText,
  optional: optionalBoolean,
});
const envVarSchema = fieldsOf<V1EnvVar>()({
  name: z.string(),
  value: optionalText,
  valueFrom: z.optional(
    fieldsOf<V1EnvVarSource>()({
      configMapKeyRef: z.optional(keySelectorSchema),
      secretKeyRef: z.optional(keySelectorSchema),
      fieldRef: z.optional(z.looseObject({ fieldPath: optionalText })),
      resourceFieldRef: z.optional(z.looseObject({ containerName: optionalText, resource: optionalText })),
    }),
  ),
});
const sourceSchema = z.looseObject({ name: optionalText, optional: optionalBoolean });
const envFromSchema = fieldsOf<V1EnvFromSource>()({
  prefix: optionalText,
  configMapRef: z.optional(sourceSchema),
  secretRef: z.optional(sourceSchema),
});
const quantities = z.optional(z.record(z.string(), numberOrText));
const resourcesSchema = fieldsOf<V1ResourceRequirements>()({ requests: quantities, limits: quantities });
const portSchema = fieldsOf<V1ContainerPort>()({
  name: optionalText,
  containerPort: optionalNumber,
  hostPort: optionalNumber,
  hostIP: optionalText,
  protocol: optionalText,
});
const volumeMountSchema = fieldsOf<V1VolumeMount>()({
  name: z.string(),
  mountPath: optionalText,
  subPath: optionalText,
  subPathExpr: optionalText,
  readOnly: optionalBoolean,
});
const handlerFields = {
  exec: z.optional(z.looseObject({ command: z.optional(z.array(z.string())) })),
  httpGet: z.optional(
    z.looseObject({ path: optionalText, port: z.optional(numberOrText), host: optionalText, scheme: optionalText }),
  ),
  tcpSocket: z.optional(z.looseObject({ port: z.optional(numberOrText), host: optionalText })),
};
const probeSchema = fieldsOf<V1Probe>()({
  ...handlerFields,
  grpc: z.optional(z.looseObject({ port: z.optional(numberOrText), service: optionalText })),
  initialDelaySeconds: optionalNumber,
  periodSeconds: optionalNumber,
  timeoutSeconds: optionalNumber,
  failureThreshold: optionalNumber,
  successThreshold: optionalNumber,
  terminationGracePeriodSeconds: optionalNumber,
});
const hookSchema = fieldsOf<V1LifecycleHandler>()(handlerFields);

const containerSchema = fieldsOf<V1Container>()({
  name: z.string(),
  image: optionalText,
  imagePullPolicy: optionalText,
  command: z.optional(z.array(z.string())),
  args: z.optional(z.array(z.string())),
  workingDir: optionalText,
  restartPolicy: optionalText,
  restartPolicyRules: z.optional(z.array(z.looseObject({ action: optionalText }))),
  env: z.optional(z.array(envVarSchema)),
  envFrom: z.optional(z.array(envFromSchema)),
  ports: z.optional(z.array(portSchema)),
  resources: z.optional(resourcesSchema),
  volumeMounts: z.optional(z.array(volumeMountSchema)),
  livenessProbe: z.optional(probeSchema),
  readinessProbe: z.optional(probeSchema),
  startupProbe: z.optional(probeSchema),
  lifecycle: z.optional(
    fieldsOf<V1Lifecycle>()({ preStop: z.optional(hookSchema), postStart: z.optional(hookSchema) }),
  ),
  securityContext: z.optional(
    fieldsOf<V1SecurityContext>()({
      runAsUser: optionalNumber,
      runAsGroup: optionalNumber,
      runAsNonRoot: optionalBoolean,
      readOnlyRootFilesystem: optionalBoolean,
      privileged: optionalBoolean,
      allowPrivilegeEscalation: optionalBoolean,
      capabilities: z.optional(
        z.looseObject({ add: z.optional(z.array(z.string())), drop: z.optional(z.array(z.string())) }),
      ),
    }),
  ),
});
export type Container = z.infer<typeof containerSchema>;

const podAffinityTermSchema = z.looseObject({
  labelSelector: z.optional(labelSelectorSchema),
  namespaceSelector: z.optional(labelSelectorSchema),
  namespaces: z.optional(z.array(z.string())),
  topologyKey: optionalText,
  matchLabelKeys: z.optional(z.array(z.string())),
  mismatchLabelKeys: z.optional(z.array(z.string())),
});
const podAffinitySchema = z.looseObject({
  requiredDuringSchedulingIgnoredDuringExecution: z.optional(z.array(podAffinityTermSchema)),
});
const affinitySchema = fieldsOf<V1Affinity>()({
  nodeAffinity: z.optional(
    z.looseObject({
      requiredDuringSchedulingIgnoredDuringExecution: z.optional(
        z.looseObject({ nodeSelectorTerms: z.optional(z.array(nodeSelectorTermSchema)) }),
      ),
    }),
  ),
  podAffinity: z.optional(podAffinitySchema),
  podAntiAffinity: z.optional(podAffinitySchema),
});
const spreadSchema = fieldsOf<V1TopologySpreadConstraint>()({
  topologyKey: z.string(),
  maxSkew: optionalNumber,
  minDomains: optionalNumber,
  whenUnsatisfiable: optionalText,
  labelSelector: z.optional(labelSelectorSchema),
  matchLabelKeys: z.optional(z.array(z.string())),
  nodeAffinityPolicy: optionalText,
  nodeTaintsPolicy: optionalText,
});

const itemsSchema = z.optional(z.array(z.looseObject({ key: optionalText, path: optionalText })));
const projectedSourceFields = {
  configMap: z.optional(z.looseObject({ name: optionalText, items: itemsSchema, optional: optionalBoolean })),
};
const volumeSchema = fieldsOf<V1Volume>()({
  name: z.string(),
  ...projectedSourceFields,
  secret: z.optional(z.looseObject({ secretName: optionalText, items: itemsSchema, optional: optionalBoolean })),
  projected: z.optional(
    z.looseObject({
      sources: z.optional(
        z.array(
          z.looseObject({
            ...projectedSourceFields,
            secret: z.optional(z.looseObject({ name: optionalText, items: itemsSchema, optional: optionalBoolean })),
          }),
        ),
      ),
    }),
  ),
  persistentVolumeClaim: z.optional(z.looseObject({ claimName: optionalText, readOnly: optionalBoolean })),
  csi: z.optional(
    z.looseObject({
      driver: optionalText,
      readOnly: optionalBoolean,
      volumeAttributes: optionalTextMap,
      nodePublishSecretRef: z.optional(z.looseObject({ name: optionalText })),
    }),
  ),
  hostPath: z.optional(z.looseObject({ path: optionalText, type: optionalText })),
  image: z.optional(z.looseObject({ reference: optionalText, pullPolicy: optionalText })),
  nfs: z.optional(z.looseObject({ server: optionalText, path: optionalText, readOnly: optionalBoolean })),
  emptyDir: z.optional(z.looseObject({ medium: optionalText, sizeLimit: z.optional(numberOrText) })),
});

export const podSpecSchema = fieldsOf<V1PodSpec>()({
  containers: z.array(containerSchema),
  initContainers: z.optional(z.array(containerSchema)),
  ephemeralContainers: z.optional(z.array(containerSchema)),
  nodeName: optionalText,
  serviceAccountName: optionalText,
  imagePullSecrets: z.optional(z.array(z.looseObject({ name: optionalText }))),
  restartPolicy: optionalText,
  hostNetwork: optionalBoolean,
  hostUsers: optionalBoolean,
  hostAliases: z.optional(z.array(fieldsOf<V1HostAlias>()({ hostnames: z.optional(z.array(z.string())) }))),
  dnsPolicy: optionalText,
  dnsConfig: z.optional(
    fieldsOf<V1PodDNSConfig>()({
      nameservers: z.optional(z.array(z.string())),
      searches: z.optional(z.array(z.string())),
      options: z.optional(z.array(fieldsOf<V1PodDNSConfigOption>()({ name: optionalText, value: optionalText }))),
    }),
  ),
  nodeSelector: optionalTextMap,
  schedulerName: optionalText,
  runtimeClassName: optionalText,
  priorityClassName: optionalText,
  priority: optionalNumber,
  preemptionPolicy: optionalText,
  terminationGracePeriodSeconds: optionalNumber,
  activeDeadlineSeconds: optionalNumber,
  volumes: z.optional(z.array(volumeSchema)),
  affinity: z.optional(affinitySchema),
  topologySpreadConstraints: z.optional(z.array(spreadSchema)),
  resourceClaims: z.optional(
    z.array(
      fieldsOf<V1PodResourceClaim>()({
        name: z.string(),
        resourceClaimName: optionalText,
        resourceClaimTemplateName: optionalText,
      }),
    ),
  ),
  tolerations: z.optional(z.array(tolerationSchema)),
  readinessGates: z.optional(z.array(z.looseObject({ conditionType: z.string() }))),
  schedulingGates: z.optional(z.array(z.looseObject({ name: z.string() }))),
});
export type PodSpec = z.infer<typeof podSpecSchema>;

const waitingSchema = fieldsOf<V1ContainerStateWaiting>()({ reason: optionalText, message: optionalText });
const runningSchema = fieldsOf<V1ContainerStateRunning>()({ startedAt: optionalText });
const terminatedSchema = fieldsOf<V1ContainerStateTerminated>()({
  exitCode: z.number(),
  signal: optionalNumber,
  reason: optionalText,
  message: optionalText,
  startedAt: optionalText,
  finishedAt: optionalText,
});
const stateSchema = fieldsOf<V1ContainerState>()({
  waiting: z.optional(waitingSchema),
  running: z.optional(runningSchema),
  terminated: z.optional(terminatedSchema),
});

const containerStatusSchema = fieldsOf<V1ContainerStatus>()({
  name: z.string(),
  image: optionalText,
  imageID: optionalText,
  ready: optionalBoolean,
  started: optionalBoolean,
  restartCount: optionalNumber,
  state: z.optional(stateSchema),
  lastState: z.optional(stateSchema),
});
export type ContainerStatus = z.infer<typeof containerStatusSchema>;

const podConditionSchema = fieldsOf<V1PodCondition>()({
  type: z.string(),
  status: z.string(),
  reason: optionalText,
  message: optionalText,
  lastTransitionTime: optionalText,
});
export type PodCondition = z.infer<typeof podConditionSchema>;

export const podSchema = fieldsOf<V1Pod>()({
  apiVersion: optionalText,
  kind: z.literal("Pod"),
  metadata: metadataSchema,
  spec: podSpecSchema,
  status: z.optional(
    fieldsOf<V1PodStatus>()({
      phase: optionalText,
      reason: optionalText,
      message: optionalText,
      startTime: optionalText,
      podIP: optionalText,
      nominatedNodeName: optionalText,
      resourceClaimStatuses: z.optional(z.array(z.looseObject({ name: z.string(), resourceClaimName: optionalText }))),
      conditions: z.optional(z.array(podConditionSchema)),
      containerStatuses: z.optional(z.array(containerStatusSchema)),
      initContainerStatuses: z.optional(z.array(containerStatusSchema)),
      ephemeralContainerStatuses: z.optional(z.array(containerStatusSchema)),
    }),
  ),
});
export type Pod = z.infer<typeof podSchema>;

/** The condition of one type, if the pod has it. */
export function podCondition(pod: Pod, type: string): PodCondition | undefined {
  return pod.status?.conditions?.find((condition) => condition.type === type);
}

/** Whether the pod's Ready condition is True. */
export function isReady(pod: Pod): boolean {
  return podCondition(pod, "Ready")?.status === "True";
}

/** Whether the pod is over: Succeeded or Failed, which no pod leaves again. */
export function isTerminal(pod: Pod): boolean {
  return pod.status?.phase === "Succeeded" || pod.status?.phase === "Failed";
}

/** Waiting reasons of a container whose image did not arrive (kubelet v1.36 pkg/kubelet/images/types.go, cri-api errors). */
export const IMAGE_REASONS: ReadonlySet<string> = new Set([
  "ErrImagePull",
  "ImagePullBackOff",
  "InvalidImageName",
  "ErrImageNeverPull",
  "ImageInspectError",
  "RegistryUnavailable",
  "SignatureValidationFailed",
]);

/** A container may fail once; and when it has run for so long the kubelet itself forgets its restarts. */
const LEAST_RESTARTS = 2;
const LONG_RUN_SECONDS = 600;
const SHORTEST_TRIAL_SECONDS = 15;

/**
 * Whether a container runs between two crashes: it was restarted more than once, and has not yet run for longer than it
 * did before it ended last time (half as long again, at least a quarter of a minute). `now` in milliseconds.
 */
export function isBetweenCrashes(
  { state, lastState, restartCount = 0 }: ContainerStatus,
  now: number,
  least = LEAST_RESTARTS,
): boolean {
  const { startedAt = "", finishedAt = "" } = lastState?.terminated ?? {};
  const age = (now - Date.parse(state?.running?.startedAt ?? "")) / 1000;
  if (!lastState?.terminated || restartCount < least || Number.isNaN(age)) return false;
  const lasted = (Date.parse(finishedAt) - Date.parse(startedAt)) / 1000 || 0;
  return age <= Math.min(LONG_RUN_SECONDS, Math.max(SHORTEST_TRIAL_SECONDS, 1.5 * lasted + 5));
}

/** Pods of a higher one go first, and may make others go (component-helpers v0.36 scheduling/corev1 PodPriority). */
export const priorityOf = (pod: Pod): number => pod.spec.priority ?? 0;
