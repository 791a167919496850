import { name, path, text, value } from "../../text/text.ts";
import { adminTask } from "../repair.ts";
import { patchContainer } from "./edit.ts";
import type { StartError } from "./start-error.ts";
import { startRule } from "./start-rule.ts";
import { containerInSentence, nodeOf } from "./words.ts";

/** A security profile is not on the node. */
export default startRule({
  id: "container/seccomp-apparmor",
  title: "A security profile is not on the node",
  causes: ["seccomp-apparmor"],
  headline: ({ view, error }, input) =>
    text`The ${isAppArmor(error) ? "AppArmor" : "seccomp"} profile of ${containerInSentence(view)} is not on node ${nodeOf(input)}.`,
  why: ({ error }) =>
    text`The runtime could not load it: ${value(error.detail.slice(0, 240))}. Profiles of type Localhost must be installed on every node the pod may go to.`,
  fixes: ({ view, error }, input) => {
    const own = { type: "RuntimeDefault", localhostProfile: null };
    return [
      adminTask(
        isAppArmor(error)
          ? text`Load the profile into the kernel of the node (${name("apparmor_parser")}, ${path("/etc/apparmor.d")}), or on all nodes with the Security Profiles Operator.`
          : text`Install the profile on the node (${path("/var/lib/kubelet/seccomp")}), or on all nodes with the Security Profiles Operator.`,
      ),
      patchContainer(
        input,
        view,
        { securityContext: isAppArmor(error) ? { appArmorProfile: own } : { seccompProfile: own } },
        isAppArmor(error)
          ? text`Or use the runtime's own profile (a field since 1.30; before that an annotation).`
          : text`Or use the runtime's own profile.`,
        { applies: "maybe" },
      ),
    ];
  },
  doc: {
    means: "The profile that the securityContext names does not exist on that node.",
    seenIn:
      "`failed to generate seccomp spec opts`, `failed to generate apparmor spec opts` (containerd), `setup seccomp:` (CRI-O), `unable to apply apparmor profile` (runc).",
    repair: "Ship the profile to all nodes, or use RuntimeDefault.",
    catalogue: ["create-seccomp-apparmor"],
  },
});

const isAppArmor = ({ detail }: StartError): boolean => /apparmor/i.test(detail);
