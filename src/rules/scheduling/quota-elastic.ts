import { kubectl } from "../../text/command.ts";
import { name, text } from "../../text/text.ts";
import { type Evidence, seen } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import { look } from "../repair.ts";
import { type Obstruction, refusalRule } from "./refusal-rule.ts";

const OVER_MAX = /because ElasticQuota (\S+) is more than Max/;

/** The quota that the sentence names; it names one only where that one is over its own maximum. */
const quotaOf = ({ refusals }: Obstruction) =>
  refusals.map(({ reason }) => OVER_MAX.exec(reason)?.[1]).find((one) => one !== undefined);

/** The objects of the quota: the name may come with its namespace. */
function objectOf(obstruction: Obstruction, { pod, snapshot }: PodInput) {
  const quota = quotaOf(obstruction)?.split("/").at(-1);
  const items = snapshot.list("ElasticQuota", pod.metadata.namespace).items;
  return items.find(({ metadata }) => metadata.name === quota) ?? items[0];
}

/** An ElasticQuota has nothing left. */
export default refusalRule({
  id: "scheduling/quota-elastic",
  title: "An ElasticQuota has nothing left for the pod",
  obstacles: ["elastic-quota"],
  needs: ["ElasticQuota"],
  headline: (obstruction) => {
    const quota = quotaOf(obstruction);
    return quota
      ? text`With this pod ElasticQuota ${name(quota)} would be over its maximum.`
      : text`All ElasticQuotas together would be over their minimum with this pod: nothing is left to borrow.`;
  },
  why: (obstruction) =>
    quotaOf(obstruction)
      ? text`The capacity scheduling plugin lets the pods of a namespace use its ElasticQuota's spec.max and no more.`
      : text`A namespace may use more than its spec.min only as long as others leave that much of theirs; they do not.`,
  evidence: (obstruction, input): readonly Evidence[] => {
    const object = objectOf(obstruction, input) as { spec?: object; status?: { used?: object } } | undefined;
    const quota = objectOf(obstruction, input);
    if (!quota || !object) return [];
    return [
      ...(object.spec ? [seen(quota, "spec", "quota")] : []),
      ...(object.status?.used ? [seen(quota, "status.used", "used")] : []),
    ];
  },
  fixes: (_, { pod }) => [
    look(
      text`See what is used, and by whom.`,
      kubectl("reads", pod.metadata.namespace, "get", "elasticquotas.scheduling.x-k8s.io", "-o", "yaml"),
      kubectl("reads", pod.metadata.namespace, "get", "pods"),
    ),
    {
      title: text`Ask for less, or wait until other pods have ended.`,
      commands: [],
      applies: "maybe",
      by: "workload-owner",
    },
    {
      title: text`Or raise the quota.`,
      commands: [kubectl("changes", pod.metadata.namespace, "edit", "elasticquotas.scheduling.x-k8s.io")],
      applies: "maybe",
      by: "cluster-admin",
    },
  ],
  doc: {
    means:
      "A scheduler with the capacity scheduling plugin counts what the pods of a namespace request against its ElasticQuota, and this pod would exceed it.",
    seenIn:
      "`Pod ns/p is rejected in PreFilter because ElasticQuota q is more than Max`, `Pod ns/p is rejected in PreFilter because total ElasticQuota used is more than min` (scheduler-plugins, capacityscheduling).",
    repair: "Free some of it, ask for less, or raise the quota.",
    notToConfuseWith: "creation/quota-exceeded: a ResourceQuota refuses the pod itself.",
    catalogue: ["quota-elastic"],
  },
});
