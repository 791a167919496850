import { kubectl } from "../../text/command.ts";
import { list, name, text } from "../../text/text.ts";
import { seen } from "../finding.ts";
import { usersOf } from "./claim-words.ts";
import { nodeRefusalRule } from "./node-refusal-rule.ts";
import { recreateStrategy } from "./strategy.ts";

/** The claim may be used by one pod alone, and another uses it. */
export default nodeRefusalRule({
  id: "volume/pvc-rwop-in-use",
  title: "Another pod uses the claim, which only one pod may",
  words: /ReadWriteOncePod/,
  needs: ["PersistentVolumeClaim", "Pod"],
  claim: (claims) => claims.find(({ claim }) => claim?.spec?.accessModes?.includes("ReadWriteOncePod")),
  evidence: (claim) => (claim?.claim ? [seen(claim.claim, "spec.accessModes", "access modes")] : []),
  headline: (claim, input) => {
    const users = claim ? usersOf(claim.name, input) : [];
    return text`Claim ${claim ? name(claim.name) : "of the pod"} may be used by one pod alone (ReadWriteOncePod), and ${users.length > 0 ? list(users.map(({ metadata }) => name(metadata.name))) : "another pod"} uses it.`;
  },
  why: () =>
    text`With access mode ReadWriteOncePod the scheduler keeps every further pod away until the first one is gone. A rolling update starts the new pod before it ends the old one.`,
  fixes: (claim, input) => {
    const users = claim ? usersOf(claim.name, input) : [];
    return [
      ...recreateStrategy(input),
      ...users.slice(0, 1).map(({ metadata }) => ({
        title: text`End the other pod, if this one is to take its place.`,
        commands: [kubectl("deletes", input.pod.metadata.namespace, "delete", "pod", metadata.name)],
        applies: "maybe" as const,
        by: "workload-owner" as const,
      })),
    ];
  },
  doc: {
    means: "Access mode ReadWriteOncePod gives a claim to a single pod in the whole cluster.",
    seenIn:
      "`node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod` [1.34+], `node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode` before (kube-scheduler).",
    repair: "Strategy Recreate, or end the other pod.",
    notToConfuseWith: "volume/multi-attach: ReadWriteOnce is about nodes, not pods.",
    catalogue: ["pvc-rwop-in-use"],
  },
});
