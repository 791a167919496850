import { kubectl } from "../../text/command.ts";
import { name, text } from "../../text/text.ts";
import { adminTask, look } from "../repair.ts";
import { ROOT_CA } from "./missing-files.ts";
import { mountRule } from "./mount-rule.ts";

/** The certificate that every namespace gets is not there yet. */
export default mountRule({
  id: "volume/root-ca-missing",
  title: "The ConfigMap kube-root-ca.crt is not in the namespace",
  causes: ["object-missing"],
  effect: "delays",
  needs: ["Event", "ConfigMap"],
  fits: ({ detail }) => detail.includes(`configmap "${ROOT_CA}" not found`),
  headline: (_, { pod }) =>
    text`Namespace ${name(pod.metadata.namespace ?? "")} has no ConfigMap ${name(ROOT_CA)} yet, which every pod's token volume needs.`,
  why: () =>
    text`kube-controller-manager puts it into each namespace within seconds. In a namespace that is older, somebody deleted it, or that controller does not run.`,
  fixes: (_, { pod }) => [
    look(
      text`Look again: it usually appears by itself.`,
      kubectl("reads", pod.metadata.namespace, "get", "configmap", ROOT_CA),
    ),
    adminTask(
      text`If not, see whether kube-controller-manager runs and leads.`,
      kubectl("reads", "kube-system", "get", "lease", "kube-controller-manager", "-o", "yaml"),
    ),
  ],
  doc: {
    means:
      "The token volume of a pod also holds the cluster's certificate, from the ConfigMap kube-root-ca.crt of the namespace.",
    seenIn:
      'Event FailedMount `… configmap "kube-root-ca.crt" not found` (kubelet); written by the root CA publisher of kube-controller-manager.',
    repair: "Wait some seconds; else repair kube-controller-manager.",
    notToConfuseWith: "volume/configmap-missing: a ConfigMap that a user has to create.",
    catalogue: ["mount-configmap-missing"],
  },
});
