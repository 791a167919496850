import { kubectl } from "../../text/command.ts";
import { name, text, value } from "../../text/text.ts";
import { refusalRule } from "./refusal-rule.ts";
import { adminFix, look } from "./repair.ts";

interface Facts {
  readonly account: string;
  /** What each policy that may be used has against the pod; empty where none may be used. */
  readonly errors: string;
}

/** PodSecurityPolicy admission, gone with 1.25: no policy that the pod's ServiceAccount may use takes the pod. */
export default refusalRule<Facts>({
  id: "creation/pod-security-policy",
  title: "No PodSecurityPolicy takes the pod",
  read: (message, { template }) => {
    // Since 1.20 the first wording (kubernetes v1.24 plugin/pkg/admission/security/podsecuritypolicy/admission.go).
    const [, errors] =
      /^(?:PodSecurityPolicy: unable to admit pod|unable to validate against any pod security policy): \[([\s\S]*)\]/i.exec(
        message,
      ) ?? [];
    if (
      errors === undefined &&
      !/^(?:PodSecurityPolicy: )?no providers available to validate pod request/.test(message)
    )
      return undefined;
    return { account: template?.serviceAccountName || "default", errors: errors ?? "" };
  },
  message: ({ account, errors }, { object }) => ({
    headline: errors
      ? text`No PodSecurityPolicy that ServiceAccount ${name(account)} may use takes the pod.`
      : text`ServiceAccount ${name(account)} may use no PodSecurityPolicy, so the API server refuses every pod of it.`,
    why: errors
      ? text`Each policy was tried: ${value(errors)}.`
      : text`With PodSecurityPolicy admission on, a pod needs one policy that its ServiceAccount, or whoever makes it, has the right to ${name("use")}; here the list is empty.`,
    notes: [
      text`The pods of ${object.kind} ${name(object.metadata.name)} are made by a controller: the rights of the person who created it do not count.`,
    ],
  }),
  fixes: ({ account, errors }, { object }) => {
    const { namespace = "" } = object.metadata;
    const role = `use-psp-${account}`;
    return [
      look(text`The policies that there are.`, kubectl("reads", undefined, "get", "podsecuritypolicies")),
      ...(errors
        ? [adminFix(text`Change what the policies have against it in the template, or allow it in one of them.`, [])]
        : []),
      adminFix(text`${errors ? "Or let" : "Let"} the ServiceAccount use a policy that suits it.`, [
        kubectl(
          "changes",
          namespace,
          "create",
          "role",
          role,
          "--verb=use",
          "--resource=podsecuritypolicies.policy",
          "--resource-name=<policy>",
        ),
        kubectl(
          "changes",
          namespace,
          "create",
          "rolebinding",
          role,
          `--role=${role}`,
          `--serviceaccount=${namespace}:${account}`,
        ),
      ]),
    ];
  },
  groupKey: ({ errors }) => errors,
  doc: {
    means: "PodSecurityPolicy admission is on (up to 1.24), and no policy that may be used allows the pod.",
    seenIn:
      "`unable to validate against any pod security policy: […]` in FailedCreate; empty brackets: none may be used.",
    repair: "Grant the ServiceAccount `use` of a suitable policy, or change what the policy has against the pod.",
    notToConfuseWith: "creation/podsecurity-violation: its successor, by label of the namespace.",
    catalogue: ["create-podsecurity-violation"],
  },
});
