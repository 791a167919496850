import { path, text, value } from "../../text/text.ts";
import { adminTask } from "../repair.ts";
import { patchContainer } from "./edit.ts";
import { startRule } from "./start-rule.ts";
import { containerInSentence, nodeOf } from "./words.ts";

/** A security profile is not on the node. */
export default startRule({
  id: "container/seccomp-apparmor",
  title: "A security profile is not on the node",
  causes: ["seccomp-apparmor"],
  headline: ({ view }, input) =>
    text`The seccomp or AppArmor profile of ${containerInSentence(view)} is not on node ${nodeOf(input)}.`,
  why: ({ error }) =>
    text`The runtime could not load it: ${value(error.detail.slice(0, 240))}. Profiles of type Localhost must be installed on every node the pod may go to.`,
  fixes: ({ view }, input) => [
    adminTask(
      text`Install the profile on the node (${path("/var/lib/kubelet/seccomp")} for seccomp), or on all nodes with the Security Profiles Operator.`,
    ),
    patchContainer(
      input,
      view,
      { securityContext: { seccompProfile: { type: "RuntimeDefault", localhostProfile: null } } },
      text`Or use the runtime's own seccomp profile.`,
      { applies: "maybe" },
    ),
  ],
  doc: {
    means: "The profile that the securityContext names does not exist on that node.",
    seenIn:
      "`failed to generate seccomp spec opts`, `failed to generate apparmor spec opts` (containerd), `setup seccomp:` (CRI-O), `unable to apply apparmor profile` (runc).",
    repair: "Ship the profile to all nodes, or use RuntimeDefault.",
    catalogue: ["create-seccomp-apparmor"],
  },
});
