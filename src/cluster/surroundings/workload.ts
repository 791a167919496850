import { lastSeen } from "../../objects/event.ts";
import { controllerOf, type KubeObject } from "../../objects/object.ts";
import { podTemplateOf, statusNumber, WORKLOAD_KINDS, type Workload } from "../../objects/workload.ts";
import { compare } from "../../snapshot/lookup.ts";
import type { Collector } from "../collector.ts";
import { podsBelow, selectorText } from "../targets.ts";

/** Who holds how much of a quota is worth knowing; in a very full namespace some of it will do. */
const MOST_PODS = 1000;

/** What surrounds a workload that may lack pods: what it made, its events, and what the refusal in them is about. */
export async function readWorkload(workload: Workload, collector: Collector, isOneOfMany: boolean): Promise<void> {
  const { namespace } = workload.metadata;
  const [, ownEvents, makers] = await Promise.all([
    readOwners(workload, collector),
    eventsAbout(workload, collector, isOneOfMany),
    readMakers(workload, collector),
    collector.get("Namespace", undefined, namespace ?? ""),
  ]);
  const events = [
    ...ownEvents,
    ...(await Promise.all(makers.map((one) => eventsAbout(one, collector, isOneOfMany)))).flat(),
  ];
  const refusals = events
    .filter(({ reason = "" }) => /^(?:FailedCreate|ReplicaSetCreateError)$/.test(reason))
    .sort((a, b) => compare(lastSeen(a), lastSeen(b)));
  const conditions = [workload, ...makers].flatMap(conditionMessages);
  // The newest event tells more than the condition, which keeps the words of the first failure.
  const message = refusals.at(-1)?.message ?? conditions.at(-1) ?? "";
  await Promise.all([
    readWhatItNames(message, workload, collector),
    workload.spec?.replicas === 0 ? collector.list("HorizontalPodAutoscaler", namespace) : undefined,
    workload.kind === "DaemonSet" && statusNumber(workload, "desiredNumberScheduled") === 0
      ? collector.list("Node", undefined)
      : undefined,
    message === "" && events.length === 0 && makers.length === 0
      ? collector.get("Lease", "kube-system", "kube-controller-manager")
      : undefined,
  ]);
}

async function readOwners(workload: Workload, collector: Collector): Promise<void> {
  let current: KubeObject | undefined = workload;
  for (let depth = 0; current && depth < 3; depth++) {
    const owner = controllerOf(current);
    const kind = WORKLOAD_KINDS.find((one) => one === owner?.kind);
    if (!owner || !kind) return;
    const next: Workload | undefined = await collector.get(kind, workload.metadata.namespace, owner.name);
    current = next;
  }
}

/** The ReplicaSets of a Deployment, the Jobs of a CronJob, and the pods of either. */
async function readMakers(workload: Workload, collector: Collector): Promise<readonly Workload[]> {
  const { namespace, uid } = workload.metadata;
  const labelSelector = selectorText(workload.spec?.selector);
  const [made] = await Promise.all([
    workload.kind === "Deployment"
      ? collector.list("ReplicaSet", namespace, labelSelector ? { labelSelector } : {})
      : workload.kind === "CronJob"
        ? collector.list("Job", namespace)
        : [],
    podsBelow(workload, collector),
  ]);
  const own = made.filter((one) => controllerOf(one)?.uid === uid) as readonly Workload[];
  // Of a long history only the newest can be the one that lacks pods.
  return [...own]
    .sort((a, b) => compare(b.metadata.creationTimestamp ?? "", a.metadata.creationTimestamp ?? ""))
    .slice(0, 3);
}

/** Of many workloads the refusals are read at once for the whole namespace. */
async function eventsAbout(
  { kind, metadata: { namespace, name } }: Workload,
  collector: Collector,
  isOneOfMany: boolean,
) {
  const events = await collector.list(
    "Event",
    namespace,
    isOneOfMany
      ? { fieldSelector: "reason=FailedCreate", most: MOST_PODS }
      : { fieldSelector: `involvedObject.kind=${kind},involvedObject.name=${name}` },
  );
  return events.filter(({ involvedObject: about }) => about.kind === kind && about.name === name);
}

function conditionMessages({ status }: Workload): readonly string[] {
  const { conditions = [] } = (status ?? {}) as {
    conditions?: readonly { type?: string; status?: string; message?: string }[];
  };
  return conditions.flatMap(({ type, status: state, message }) =>
    type === "ReplicaFailure" && state === "True" && message ? [message] : [],
  );
}

/** What one needs to know besides, by what the API server says. */
async function readWhatItNames(message: string, workload: Workload, collector: Collector): Promise<void> {
  const { namespace } = workload.metadata;
  const reads: Promise<unknown>[] = [];
  if (/quota/.test(message)) reads.push(collector.list("ResourceQuota", namespace));
  if (/exceeded quota/.test(message)) reads.push(collector.list("Pod", namespace, { most: MOST_PODS }));
  if (/must specify|usage per|limit to request ratio|\.resources\b/.test(message))
    reads.push(collector.list("LimitRange", namespace));
  if (/service account/.test(message)) reads.push(collector.list("ServiceAccount", namespace));
  if (/PriorityClass/.test(message)) reads.push(collector.list("PriorityClass", undefined));
  if (/RuntimeClass/.test(message)) reads.push(collector.list("RuntimeClass", undefined));
  if (/webhook/.test(message)) {
    reads.push(
      collector.list("ValidatingWebhookConfiguration", undefined),
      collector.list("MutatingWebhookConfiguration", undefined),
    );
    const [, service, itsNamespace] = /https:\/\/([^./:\s]+)\.([^./:\s]+)\.svc[:/]/.exec(message) ?? [];
    if (service && itsNamespace) reads.push(readService(service, itsNamespace, collector));
  }
  if (/security context constraint|pod security policy/.test(message))
    reads.push(
      collector.get("ServiceAccount", namespace, podTemplateOf(workload)?.spec?.serviceAccountName ?? "default"),
    );
  await Promise.all(reads);
}

/** The service behind a webhook: its endpoints, and the pods that should be them. */
async function readService(service: string, namespace: string, collector: Collector): Promise<void> {
  const [found] = await Promise.all([
    collector.get("Service", namespace, service),
    collector.list("EndpointSlice", namespace, { labelSelector: `kubernetes.io/service-name=${service}` }),
  ]);
  const { selector } = (found as { spec?: { selector?: unknown } } | undefined)?.spec ?? {};
  const labelSelector = selectorText(selector);
  if (labelSelector) await collector.list("Pod", namespace, { labelSelector });
}
