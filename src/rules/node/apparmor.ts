import { text, value } from "../../text/text.ts";
import { byReason, verdictRule } from "./verdict.ts";
import { leftover, nodeName } from "./words.ts";

/** Refused, because the node cannot enforce AppArmor. */
export default verdictRule<{ message: string }>({
  id: "node/apparmor",
  title: "Refused, because the node cannot enforce AppArmor",
  needs: [],
  read: byReason("AppArmor"),
  headline: (_more, input) =>
    text`Refused (AppArmor): node ${nodeName(input)} cannot enforce the AppArmor profile of the pod.`,
  why: ({ message }) => text`The kubelet says ${value(message)}. Its kernel or its runtime is without AppArmor.`,
  fixes: (_more, input) => [...leftover(input)],
  doc: {
    means: "The pod asks for an AppArmor profile on a node that has no AppArmor.",
    seenIn: "Phase Failed, reason AppArmor, `Cannot enforce AppArmor: …`.",
    repair: "Let the pod go to nodes with AppArmor only, or drop the profile.",
    notToConfuseWith: "A missing profile: that shows later, when the container is created.",
    catalogue: ["admit-apparmor"],
  },
});
