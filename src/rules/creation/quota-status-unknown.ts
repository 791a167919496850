import { kubectl } from "../../text/command.ts";
import { name, text, value } from "../../text/text.ts";
import { refusalRule } from "./refusal-rule.ts";
import { look } from "./repair.ts";

interface Facts {
  readonly quota?: string;
  readonly what: string;
}

/** The quota plugin cannot decide: nobody has counted yet, or no quota covers what must be covered. */
export default refusalRule<Facts>({
  id: "creation/quota-status-unknown",
  title: "The API server cannot tell whether a quota allows the pod",
  needs: ["Event", "ResourceQuota"],
  read: (message) => {
    const [, quota, what] = /^status unknown for quota: (\S+), resources: (\S+)/.exec(message) ?? [];
    if (quota && what) return { quota, what };
    const [other] =
      /^insufficient quota to (?:consume|match these scopes): .+$|^resource quota evaluation timed out/.exec(message) ??
      [];
    return other ? { what: other } : undefined;
  },
  effect: ({ quota }) => (quota ? "delays" : "blocks"),
  confidence: ({ quota }) => (quota ? "certain" : "likely"),
  message: ({ quota, what }) => ({
    headline: quota
      ? text`Nobody has counted yet what quota ${name(quota)} has in use.`
      : what.startsWith("insufficient")
        ? text`No quota of the namespace covers what the pod needs one for.`
        : text`The quota check of the API server took too long.`,
    why: quota
      ? text`A new quota has no ${name("status.used")} for ${value(what)} until kube-controller-manager has counted: seconds, as a rule. If it stays so, that controller does not run.`
      : text`The API server says: ${value(what)}.`,
  }),
  fixes: ({ quota }, { object }) => [
    look(
      quota ? text`Whether it is counted by now.` : text`The quotas that there are.`,
      kubectl("reads", object.metadata.namespace, "describe", "resourcequota", ...(quota ? [quota] : [])),
    ),
  ],
  doc: {
    means: "A quota has to be checked, and the API server lacks the numbers for it, or a quota that should be there.",
    seenIn:
      "`status unknown for quota`, `insufficient quota to consume`, `insufficient quota to match these scopes`, `resource quota evaluation timed out` in FailedCreate.",
    repair: "Wait a moment; see whether kube-controller-manager runs; create the quota that is demanded.",
    notToConfuseWith: "creation/quota-exceeded.",
    catalogue: ["create-quota-status-unknown"],
  },
});
