import type { KubeObject } from "../objects/object.ts";
import type { Container, Pod } from "../objects/pod.ts";
import { nanos } from "../objects/quantity.ts";
import type { Objects } from "./objects.ts";
import { podRequests } from "./pod-requests.ts";

type Quantities = Readonly<Record<string, string | number>>;

interface Limit {
  readonly type: string;
  readonly min?: Quantities;
  readonly maxLimitRequestRatio?: Quantities;
}

/** The bounds for one type of thing, `Container` or `Pod`, that the LimitRanges of a namespace set. */
function limitsFor(type: string, namespace: string | undefined, snapshot: Objects): readonly Limit[] {
  const ranges = snapshot.list("LimitRange", namespace).items as readonly (KubeObject & {
    readonly spec?: { readonly limits?: readonly Limit[] };
  })[];
  return ranges.flatMap(({ spec }) => spec?.limits ?? []).filter((limit) => limit.type === type);
}

/** How many times its request the limit of a container may be; undefined where nothing bounds it. In billionths. */
export function mostRatio(resource: string, { metadata }: Pod, snapshot: Objects): bigint | undefined {
  const ratios = limitsFor("Container", metadata.namespace, snapshot).flatMap(
    ({ maxLimitRequestRatio }) => nanos(maxLimitRequestRatio?.[resource]) ?? [],
  );
  return ratios.sort((a, b) => (a < b ? -1 : 1))[0];
}

/**
 * Whether a pod may still be made once its requests of a resource are lowered: not below what a LimitRange demands of each
 * container and of the pod, nor too far below the limits (kubernetes v1.36 plugin/pkg/admission/limitranger/admission.go
 * PodValidateLimitFunc). What is lowered is allowed by every maximum, and by every quota that let the pod in.
 */
export function isWithinLimitRanges(pod: Pod, resource: string, snapshot: Objects): boolean {
  const { spec, metadata } = pod;
  const ofContainers = [...spec.containers, ...(spec.initContainers ?? [])].map((one) => ({
    request: nanos(quantityOf(one, "requests", resource)),
    limit: nanos(quantityOf(one, "limits", resource)),
  }));
  const ofPod = { request: podRequests(pod).get(resource), limit: podRequests(withLimits(pod)).get(resource) };
  return (
    limitsFor("Container", metadata.namespace, snapshot).every((bound) =>
      ofContainers.every((amounts) => keeps(amounts, nanos(bound.min?.[resource]), bound, resource)),
    ) &&
    limitsFor("Pod", metadata.namespace, snapshot).every((bound) => {
      const least = nanos(bound.min?.[resource]);
      return keeps(ofPod, least && least / (resource === "cpu" ? 1_000_000n : 1_000_000_000n), bound, resource);
    })
  );
}

interface Amounts {
  readonly request: bigint | undefined;
  readonly limit: bigint | undefined;
}

function keeps({ request, limit }: Amounts, least: bigint | undefined, bound: Limit, resource: string): boolean {
  if (least !== undefined && (request === undefined || request < least || (limit !== undefined && limit < least)))
    return false;
  const ratio = nanos(bound.maxLimitRequestRatio?.[resource]);
  return ratio === undefined || (!!request && !!limit && limit * 1_000_000_000n <= request * ratio);
}

const quantityOf = ({ resources }: Container, list: "requests" | "limits", resource: string) =>
  (resources as Readonly<Record<string, Quantities | undefined>> | undefined)?.[list]?.[resource];

/** The pod with its limits for requests: they are added up alike. */
function withLimits(pod: Pod): Pod {
  const swapped = (one: Container): Container => ({
    ...one,
    resources: { requests: (one.resources as { limits?: Quantities } | undefined)?.limits ?? {} },
  });
  const { containers, initContainers = [] } = pod.spec;
  return {
    metadata: pod.metadata,
    kind: "Pod",
    spec: { containers: containers.map(swapped), initContainers: initContainers.map(swapped) },
  };
}
