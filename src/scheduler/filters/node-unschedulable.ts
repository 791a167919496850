import { tolerates } from "../../objects/toleration.ts";
import { tolerationsOf } from "../affinity-terms.ts";
import type { Filter } from "../filter.ts";

const TAINT = { key: "node.kubernetes.io/unschedulable", effect: "NoSchedule" };

/** A cordoned node (kube-scheduler v1.36 plugins/nodeunschedulable). Tolerating its taint passes. */
export const nodeUnschedulable: Filter = {
  name: "NodeUnschedulable",
  prepare(pod) {
    const isTolerated = tolerationsOf(pod).some((toleration) => tolerates(toleration, TAINT));
    return ({ node }) =>
      node.spec?.unschedulable === true && !isTolerated
        ? [
            {
              plugin: "NodeUnschedulable",
              reason: "node(s) were unschedulable",
              isUnresolvable: true,
              lack: { of: "schedulable" },
            },
          ]
        : [];
  },
};
