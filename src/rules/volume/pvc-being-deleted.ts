import { kubectl } from "../../text/command.ts";
import { list, name, text } from "../../text/text.ts";
import { look } from "../repair.ts";
import { claimRule } from "./claim-rule.ts";
import { remakeClaim, usersOf } from "./claim-words.ts";

/** The claim is on its way out: new pods may not use it any more. */
export default claimRule({
  id: "volume/pvc-being-deleted",
  title: "The claim is being deleted",
  trouble: "being-deleted",
  needs: ["PersistentVolumeClaim", "Pod"],
  more: ({ view }, input) => {
    const users = usersOf(view.name, input).map(({ metadata }) => metadata.name);
    return users.length > 0 ? { usedBy: users } : undefined;
  },
  headline: ({ view }, input) => {
    const users = usersOf(view.name, input);
    return text`PersistentVolumeClaim ${name(view.name)} is being deleted${users.length > 0 && text`; it goes when ${list(users.map(({ metadata }) => name(metadata.name)))} ${users.length > 1 ? "are" : "is"} gone`}.`;
  },
  why: ({ view }) =>
    text`No new pod may use a claim that was deleted. It stays only as long as ${view.claim?.metadata.finalizers?.includes("kubernetes.io/pvc-protection") ? "pods that use it are there (finalizer kubernetes.io/pvc-protection)" : "its finalizers keep it"}, and a deletion cannot be taken back.`,
  fixes: ({ view }, input) => {
    const { namespace } = input.pod.metadata;
    const users = usersOf(view.name, input);
    return [
      ...(users.length > 0
        ? [
            {
              title: text`Let it go: delete what still uses it. Its data goes too, unless its volume is to be retained.`,
              commands: [kubectl("deletes", namespace, "delete", "pod", ...users.map(({ metadata }) => metadata.name))],
              applies: "maybe" as const,
              by: "workload-owner" as const,
            },
          ]
        : [
            look(
              text`See what keeps it.`,
              kubectl("reads", namespace, "get", "persistentvolumeclaim", view.name, "-o", "yaml"),
            ),
          ]),
      remakeClaim(view, input, text`Then create the claim again.`),
    ];
  },
  doc: {
    means: "The claim has a deletionTimestamp: it is kept for the pods that use it, and no further pod may.",
    seenIn:
      '`persistentvolumeclaim "x" is being deleted` (kube-scheduler, all versions); metadata.deletionTimestamp of the claim.',
    repair: "Delete what uses it and create it again.",
    catalogue: ["pvc-being-deleted"],
  },
});
