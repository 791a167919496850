import { path, text, value } from "../../text/text.ts";
import { byReason, verdictRule } from "./verdict.ts";
import { leftover, nodeName } from "./words.ts";

/** Refused, because of a sysctl that the node does not allow. */
export default verdictRule<{ message: string }>({
  id: "node/sysctl",
  title: "Refused, because of a sysctl that the node does not allow",
  needs: [],
  read: byReason("SysctlForbidden"),
  headline: (_more, input) =>
    text`Refused (SysctlForbidden): node ${nodeName(input)} does not allow a sysctl of the pod.`,
  why: ({ message }) =>
    text`The kubelet says ${value(message)}. Sysctls beyond the safe ones have to be allowed on each node (${path("allowedUnsafeSysctls")}).`,
  fixes: (_more, input) => [...leftover(input)],
  doc: {
    means: "The pod sets a kernel parameter that the kubelet does not allow.",
    seenIn: "Phase Failed, reason SysctlForbidden, `forbidden sysctl: …`.",
    repair: "Allow the sysctl in the kubelet's configuration, or do without it.",

    catalogue: ["admit-sysctl"],
  },
});
