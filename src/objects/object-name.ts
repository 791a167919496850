import { isLabel, isSubdomain } from "../text/kubectl-words.ts";
import type { KubeObject } from "./object.ts";

/**
 * Kinds whose names need only be a path segment (kubernetes v1.36 pkg/apis/rbac/validation ValidateRBACName). Events of
 * v1 are named for objects of any kind (pkg/apis/core/validation/events.go). All others are DNS-1123 subdomains or
 * stricter; so are custom resources.
 */
const PATH_SEGMENTS: ReadonlySet<string> = new Set([
  "Role",
  "ClusterRole",
  "RoleBinding",
  "ClusterRoleBinding",
  "Event",
]);

/** A path segment (apimachinery v0.36 pkg/api/validation/path IsValidPathSegmentName). */
const isPathSegment = (word: string): boolean => word !== "." && word !== ".." && word !== "" && !/[/%]/.test(word);

/** What is wrong with the name or namespace of an object: no API server has such a one. */
export function nameProblem({ kind, metadata }: Pick<KubeObject, "kind" | "metadata">): string | undefined {
  const isValid = PATH_SEGMENTS.has(kind) ? isPathSegment : isSubdomain;
  if (!isValid(metadata.name)) return "metadata.name is not a valid object name";
  if (metadata.namespace && !isLabel(metadata.namespace)) return "metadata.namespace is not a valid namespace";
  return undefined;
}
