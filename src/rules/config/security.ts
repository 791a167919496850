import type { PodInput } from "../pod-input.ts";

/** The fields of a security context that decide which user a container runs as. */
export interface UserSettings {
  readonly runAsUser?: number;
  readonly runAsNonRoot?: boolean;
}

/** Where the effective value of a field stands: a container's own before the pod's. */
export interface Effective<T> {
  readonly value: T;
  readonly path: string;
}

/** The effective value of one field (kubernetes v1.36 pkg/securitycontext/util.go DetermineEffectiveSecurityContext). */
export function effective<Field extends keyof UserSettings>(
  { pod }: PodInput,
  container: { readonly spec: { readonly securityContext?: unknown }; readonly specPath: string },
  field: Field,
): Effective<NonNullable<UserSettings[Field]>> | undefined {
  const own = (container.spec.securityContext as UserSettings | undefined)?.[field];
  if (own !== undefined) return { value: own, path: `${container.specPath}.securityContext.${field}` };
  const shared = (pod.spec.securityContext as UserSettings | undefined)?.[field];
  return shared === undefined ? undefined : { value: shared, path: `spec.securityContext.${field}` };
}
