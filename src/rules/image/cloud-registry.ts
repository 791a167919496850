import { name, type Text, text } from "../../text/text.ts";
import type { Fix } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import { adminTask } from "../repair.ts";
import type { PullAttempt } from "./pull-attempt.ts";
import { pullSecretsOf } from "./pull-credentials.ts";
import { hostOf, nodeOf, targetOf } from "./words.ts";

/**
 * Registries of clouds whose nodes log in by an identity of their own, through the kubelet's credential provider, and what that
 * identity needs there.
 */
const CLOUDS: readonly (readonly [RegExp, (node: Text) => Text])[] = [
  [
    /\.dkr\.ecr(?:-fips)?\.[\w-]+\.amazonaws\.com(?:\.cn)?$/,
    (node) =>
      text`Let the IAM role of ${node} pull: attach the policy ${name("AmazonEC2ContainerRegistryPullOnly")} to it; a repository of another account has to allow it in its own policy too.`,
  ],
  [
    /(?:\.pkg\.dev|(?:^|\.)gcr\.io)$/,
    (node) =>
      text`Let the service account of ${node} pull: give it ${name("roles/artifactregistry.reader")} in the registry's project; nodes also need the storage or cloud-platform scope.`,
  ],
  [
    /\.azurecr\.(?:io|cn|us)$/,
    (node) =>
      text`Let the kubelet's identity of ${node} pull: give it the role ${name("AcrPull")} on the registry (AKS: ${name("az aks update --attach-acr")}).`,
  ],
];

/** Where the pod names no pull secret and the registry is a cloud's: the login is the node's affair. */
export function nodeIdentityRepairs(attempt: PullAttempt, input: PodInput): readonly Fix[] {
  const [, repair] = CLOUDS.find(([hosts]) => hosts.test(hostOf(attempt))) ?? [];
  return repair && pullSecretsOf(input, targetOf(attempt)).length === 0
    ? [adminTask(repair(text`node ${nodeOf(input)}`))]
    : [];
}
