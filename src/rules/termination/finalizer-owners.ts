/** What a finalizer waits for. */
export interface FinalizerOwner {
  readonly owner: string;
  readonly waitsFor: string;
}

const OWNERS: readonly (readonly [name: RegExp, owner: string, waitsFor: string])[] = [
  [/^batch\.kubernetes\.io\/job-tracking$/, "the Job controller", "the pod to be counted in its Job's status"],
  [/^foregroundDeletion$/, "the garbage collector", "all dependents of the pod that block its deletion to be gone"],
  [/^orphan$/, "the garbage collector", "the dependents of the pod to lose their reference to it"],
  [/^kueue\.x-k8s\.io\/managed$/, "Kueue", "the pod to be taken out of its Workload"],
  [/^(?:.*\.)?karpenter\.sh\//, "Karpenter", "the node to be emptied"],
  [/^service\.kubernetes\.io\//, "the cloud's load balancer controller", "the load balancer to be taken down"],
  [
    /^(?:elbv2|targetgroupbinding|.*\.elbv2)\.k8s\.aws/,
    "the AWS Load Balancer Controller",
    "the pod to be taken out of its target group",
  ],
  [/^.*argoproj\.io\//, "Argo", "the object that the pod belongs to"],
  [/^.*tekton\.dev/, "Tekton", "the results of the pod to be stored"],
];

/** Who owns a well-known finalizer; undefined where only its name tells. */
export function finalizerOwner(finalizer: string): FinalizerOwner | undefined {
  const known = OWNERS.find(([name]) => name.test(finalizer));
  return known && { owner: known[1], waitsFor: known[2] };
}

/** The domain before the slash, which is by convention that of the owner; undefined without one. */
export function domainOf(finalizer: string): string | undefined {
  const at = finalizer.indexOf("/");
  return at > 0 ? finalizer.slice(0, at) : undefined;
}
