import { kubectl } from "../../text/command.ts";
import { name, text, value } from "../../text/text.ts";
import type { Fix } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import { deletePod } from "../repair.ts";
import type { MountFailure } from "./mount-failure.ts";
import { mountRule, nodeName } from "./mount-rule.ts";

/** The kubelet gets no token for the pod's ServiceAccount. */
export default mountRule({
  id: "volume/sa-token",
  title: "The kubelet gets no token for the pod's ServiceAccount",
  causes: ["sa-token"],
  needs: ["Event", "ServiceAccount"],
  headline: (failure, input) => {
    const account = name(input.pod.spec.serviceAccountName ?? "default");
    return isAbsent(failure, input)
      ? text`ServiceAccount ${account} of the pod does not exist any more, so there is no token for it.`
      : text`The kubelet of node ${nodeName(input)} gets no token for ServiceAccount ${account}.`;
  },
  why: (failure) =>
    text`Volume ${name(failure.called)} holds the token with which the pod calls the API. The API server answers: ${value(failure.error.words.replace(/^failed to fetch token: /, ""))}.`,
  fixes: (failure, input): readonly Fix[] => {
    const { namespace } = input.pod.metadata;
    const account = input.pod.spec.serviceAccountName ?? "default";
    return isAbsent(failure, input)
      ? [
          {
            title: text`Create it again, and have the pod made anew: a token is bound to the account it was made with.`,
            commands: [kubectl("changes", namespace, "create", "serviceaccount", account), deletePod(input.pod)],
            applies: input.owners.length > 0 ? "as-is" : "maybe",
            by: "workload-owner",
          },
        ]
      : [
          {
            title: text`See whether the account is there, and whether the node reaches the API server.`,
            commands: [
              kubectl("reads", namespace, "get", "serviceaccount", account),
              kubectl("reads", undefined, "describe", "node", input.pod.spec.nodeName ?? ""),
            ],
            applies: "as-is",
            by: "workload-owner",
          },
        ];
  },
  doc: {
    means:
      "The token volume kube-api-access-… is filled with a token that the kubelet requests for the pod's ServiceAccount.",
    seenIn:
      'Event FailedMount `MountVolume.SetUp failed for volume "kube-api-access-…" : failed to fetch token: …` (kubelet, pkg/kubelet/token).',
    repair: "Create the ServiceAccount, then the pod anew; or repair the node's way to the API server.",
    notToConfuseWith: "creation/serviceaccount-missing: there no pod could be created.",
    catalogue: ["mount-sa-token"],
  },
});

function isAbsent({ detail }: MountFailure, { pod, snapshot }: PodInput): boolean {
  const account = pod.spec.serviceAccountName ?? "default";
  return (
    new RegExp(`serviceaccounts? "${account.replaceAll(".", "\\.")}" not found`).test(detail) ||
    snapshot.find("ServiceAccount", pod.metadata.namespace, account).state === "absent"
  );
}
