import { matchesSelector } from "../../objects/label-selector.ts";
import type { KubeObject } from "../../objects/object.ts";
import type { Pod } from "../../objects/pod.ts";
import { isReady } from "../../objects/pod.ts";
import type { Lookup } from "../../snapshot/lookup.ts";

/** One webhook of a configuration, as far as we read it. */
export interface Webhook {
  readonly configuration: KubeObject;
  readonly index: number;
  readonly failurePolicy?: string;
  readonly namespaceSelector?: unknown;
}

/** The webhook of that name, if its configuration was read. */
export function webhookNamed(name: string, snapshot: Lookup): Webhook | undefined {
  for (const kind of ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"]) {
    for (const configuration of snapshot.list(kind).items) {
      const { webhooks } = configuration as KubeObject & { webhooks?: readonly Readonly<Record<string, unknown>>[] };
      const index = Array.isArray(webhooks) ? webhooks.findIndex((one) => one?.name === name) : -1;
      const webhook = webhooks?.[index];
      if (!webhook) continue;
      return {
        configuration,
        index,
        ...(typeof webhook.failurePolicy === "string" && { failurePolicy: webhook.failurePolicy }),
        ...(isFilled(webhook.namespaceSelector) && { namespaceSelector: webhook.namespaceSelector }),
      };
    }
  }
  return undefined;
}

const isFilled = (selector: unknown) =>
  typeof selector === "object" && selector !== null && Object.keys(selector).length > 0;

/** `https://SERVICE.NAMESPACE.svc:443/path?timeout=10s` (apiserver v0.36 pkg/util/webhook/client.go). */
export function serviceIn(url: string): { readonly service: string; readonly namespace: string } | undefined {
  const [, service, namespace] = /^https:\/\/([^./:]+)\.([^./:]+)\.svc[:/]/.exec(url) ?? [];
  return service && namespace ? { service, namespace } : undefined;
}

/** How many ready addresses stand behind a service; undefined where neither slices nor endpoints were read. */
export function readyEndpoints(service: string, namespace: string, snapshot: Lookup): number | undefined {
  const slices = snapshot.list("EndpointSlice", namespace);
  const own = slices.items.filter(({ metadata }) => metadata.labels?.["kubernetes.io/service-name"] === service);
  if (own.length > 0) {
    return own.reduce((sum, slice) => {
      const { endpoints = [] } = slice as KubeObject & {
        endpoints?: readonly { conditions?: { ready?: boolean }; addresses?: readonly string[] }[];
      };
      return sum + endpoints.filter(({ conditions }) => conditions?.ready !== false).length;
    }, 0);
  }
  const old = snapshot.find("Endpoints", namespace, service);
  if (old.state === "found") {
    const { subsets = [] } = old.object as KubeObject & { subsets?: readonly { addresses?: readonly unknown[] }[] };
    return subsets.reduce((sum, { addresses = [] }) => sum + addresses.length, 0);
  }
  return slices.isComplete ? 0 : undefined;
}

/** The pods that a service selects; undefined where the service or the pods were not read. */
export function podsBehind(service: string, namespace: string, snapshot: Lookup): readonly Pod[] | undefined {
  const selector = selectorOf(service, namespace, snapshot);
  const pods = snapshot.list("Pod", namespace);
  if (!selector || (!pods.isComplete && pods.items.length === 0)) return undefined;
  return pods.items.filter(({ metadata }) => matchesSelector({ matchLabels: selector }, metadata.labels ?? {}));
}

/** The labels by which a service chooses its pods. */
export function selectorOf(
  service: string,
  namespace: string,
  snapshot: Lookup,
): Readonly<Record<string, string>> | undefined {
  const found = snapshot.get("Service", namespace, service) as
    | (KubeObject & { spec?: { selector?: Readonly<Record<string, string>> } })
    | undefined;
  const selector = found?.spec?.selector;
  return selector && Object.keys(selector).length > 0 ? selector : undefined;
}

export const notReady = (pods: readonly Pod[]): readonly Pod[] => pods.filter((pod) => !isReady(pod));
