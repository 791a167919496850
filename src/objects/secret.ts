import * as z from "zod/mini";
import { STATUS_NAME, STATUS_NAMESPACE } from "./autoscaler-status.ts";
import { anything, type KubeObject, metadataSchema, optionalText } from "./object.ts";
import { PULL_SECRET_KEYS, parsePullSecret } from "./pull-secret-entry.ts";

/**
 * A Secret as we keep it: names of its keys, no values. `withoutValues` makes it, at the edge where a Secret enters.
 * `data` has every key with an empty value; it is absent where only the metadata was read, so that "no such key" is
 * never concluded from a list of names. `whyPending.registries` are the hosts a pull secret has credentials for.
 */
export const secretSchema = z.looseObject({
  apiVersion: optionalText,
  kind: z.literal("Secret"),
  metadata: metadataSchema,
  type: optionalText,
  data: z.optional(z.record(z.string(), z.literal(""))),
  whyPending: z.optional(
    z.looseObject({
      registries: z.optional(z.array(z.string())),
      /** Why the pull secret cannot be read; never quotes its content. */
      malformed: optionalText,
    }),
  ),
});
export type Secret = z.infer<typeof secretSchema>;

/**
 * A ConfigMap as we keep it: names of its keys only; they are configuration and may hold what should not be shown. The one
 * in which the cluster autoscaler writes its status is no configuration, and keeps it.
 */
export const configMapSchema = z.looseObject({
  apiVersion: optionalText,
  kind: z.literal("ConfigMap"),
  metadata: metadataSchema,
  data: anything,
  binaryData: anything,
});
export type ConfigMap = z.infer<typeof configMapSchema>;

/**
 * The annotations that are kept: those that say who manages the object, and when the cluster autoscaler wrote its
 * status. Others may repeat the whole object (kubectl, kapp, Rancher) or hold a token (OpenShift).
 */
const KEPT_ANNOTATIONS: readonly string[] = [
  "argocd.argoproj.io/tracking-id",
  "cluster-autoscaler.kubernetes.io/last-updated",
  "meta.helm.sh/release-name",
  "meta.helm.sh/release-namespace",
];

/**
 * Drops every value of a Secret or ConfigMap, there and then: what it returns may be kept, shown and saved. Of a pull
 * secret it keeps the registry hosts, of the annotations a few.
 */
export function withoutValues(object: KubeObject): KubeObject {
  const { data, binaryData, stringData, metadata, ...rest } = object as KubeObject & Record<string, unknown>;
  // managedFields name keys only, but are noise.
  const { annotations = {}, managedFields: _, ...meta } = metadata as typeof metadata & { managedFields?: unknown };
  const kept = Object.fromEntries(Object.entries(annotations).filter(([key]) => KEPT_ANNOTATIONS.includes(key)));
  const keys = [...keysOf(data), ...keysOf(binaryData), ...keysOf(stringData)];
  const pullKey = PULL_SECRET_KEYS.get(String((object as Secret).type));
  const value = (data as Record<string, unknown> | undefined)?.[pullKey ?? ""];
  // An empty value was emptied by somebody before us (the API server does not accept one): it says nothing.
  const wantsFacts =
    object.kind === "Secret" && pullKey && data !== undefined && value !== "" && !("whyPending" in rest);
  const status = isAutoscalerStatus(object) && (data as { status?: unknown } | undefined)?.status;
  return {
    ...rest,
    metadata: { ...meta, ...(Object.keys(kept).length && { annotations: kept }) },
    ...((data !== undefined || binaryData !== undefined || stringData !== undefined) && {
      data: {
        ...Object.fromEntries(keys.map((key) => [key, ""])),
        ...(typeof status === "string" && { status }),
      },
    }),
    ...(wantsFacts && { whyPending: pullSecretFacts(pullKey, value) }),
  } as KubeObject;
}

const isAutoscalerStatus = ({ kind, metadata: { namespace, name } }: KubeObject) =>
  kind === "ConfigMap" && namespace === STATUS_NAMESPACE && name === STATUS_NAME;

function keysOf(value: unknown): string[] {
  return value && typeof value === "object" ? Object.keys(value) : [];
}

function pullSecretFacts(key: string, encoded: unknown): { registries?: string[]; malformed?: string } {
  const content = parsePullSecret(key, encoded);
  if ("entries" in content) return { registries: content.entries.map((entry) => entry.key).sort() };
  return { ...(content.keys && { registries: [...content.keys].sort() }), malformed: content.malformed };
}
