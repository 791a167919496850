import { type Text, text } from "../../text/text.ts";
import type { PodInput } from "../pod-input.ts";
import { serviceAccountOf } from "./cause-words.ts";
import type { LogCause } from "./log-cause.ts";

const LOOKS: ReadonlySet<string> = new Set(["get", "list", "watch"]);
const VERBS: ReadonlySet<string> = new Set([
  ...LOOKS,
  "create",
  "update",
  "patch",
  "delete",
  "deletecollection",
  "use",
]);

/**
 * Resources that give away the cluster: who may write rights or admission, or run commands in pods, or gets tokens and
 * certificates, can become cluster-admin (https://kubernetes.io/docs/concepts/security/rbac-good-practices/).
 */
const POWERFUL: readonly RegExp[] = [
  /^(?:cluster)?role(?:binding)?s$/,
  /^(?:pods|services|nodes)\/(?:exec|attach|portforward|proxy|ephemeralcontainers)$/,
  /^serviceaccounts\/token$/,
  /^certificatesigningrequests(?:\/.*)?$/,
  /^signers$/,
  /^(?:validating|mutating)(?:webhookconfigurations|admissionpolic(?:ies|ybindings))$/,
  /^(?:apiservices|customresourcedefinitions)(?:\/.*)?$/,
];

/**
 * Why no right is granted for what a log says, or undefined where it may be. The log line is the only witness, and a
 * program writes into its log what it likes.
 */
export function reasonAgainstGrant(
  cause: Extract<LogCause, { kind: "forbidden" }>,
  { pod }: Pick<PodInput, "pod">,
): Text | undefined {
  const { verb, resource, group, namespace } = cause;
  const account = serviceAccountOf(cause);
  const isOwn =
    account?.namespace === pod.metadata.namespace && account?.account === (pod.spec.serviceAccountName || "default");
  if (!isOwn) return text`the log names another account than the pod's own ServiceAccount`;
  if (!VERBS.has(verb) || resource.includes("*") || group.includes("*"))
    return text`this right is equal to the rights of a cluster administrator`;
  if (group === "rbac.authorization.k8s.io" || POWERFUL.some((one) => one.test(resource)))
    return text`this right can be used to become a cluster administrator`;
  if (namespace === pod.metadata.namespace) return undefined;
  if (/^secrets(?:\/|$)/.test(resource)) return text`it is for Secrets outside of the pod's namespace`;
  return LOOKS.has(verb) ? undefined : text`it allows changes outside of the pod's namespace`;
}
