import { untolerated } from "../../objects/toleration.ts";
import { tolerationsOf } from "../affinity-terms.ts";
import type { Filter } from "../filter.ts";

/** Taints (kube-scheduler v1.36 plugins/tainttoleration). The scheduler stops at the first; all are needed to tell. */
export const taintToleration: Filter = {
  name: "TaintToleration",
  prepare(pod) {
    const tolerations = tolerationsOf(pod);
    return ({ node }) =>
      untolerated(node.spec?.taints, tolerations).map(({ key, value, effect }) => ({
        plugin: "TaintToleration",
        reason: "node(s) had untolerated taint(s)",
        isUnresolvable: true,
        lack: { of: "toleration", key, ...(value && { value }), effect },
      }));
  },
};
