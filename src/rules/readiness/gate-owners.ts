/** Who sets well-known readiness gates, by the start of the condition's type. */
const OWNERS: readonly (readonly [prefix: string, owner: string])[] = [
  ["target-health.elbv2.k8s.aws/", "the AWS Load Balancer Controller, once the target is healthy in its target group"],
  [
    "target-health.alb.ingress.k8s.aws/",
    "the AWS ALB Ingress Controller, once the target is healthy in its target group",
  ],
  [
    "cloud.google.com/load-balancer-neg-ready",
    "the GKE NEG controller, once the endpoint is healthy in its network endpoint group",
  ],
  ["cloud.google.com/", "a controller of Google Kubernetes Engine"],
  [
    "service.readiness.alibabacloud.com/",
    "the Alibaba Cloud controller manager, once the backend is attached to the load balancer",
  ],
  ["InPlaceUpdateReady", "OpenKruise, while it updates the pod in place"],
  ["KruisePodReady", "OpenKruise"],
  ["apps.kruise.io/", "OpenKruise"],
  ["cilium.io/", "Cilium"],
  ["networking.istio.io/", "Istio"],
];

/** Who sets a readiness gate; undefined where only its name tells. */
export function gateOwner(conditionType: string): string | undefined {
  return OWNERS.find(([prefix]) => conditionType.startsWith(prefix))?.[1];
}
