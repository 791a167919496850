import { writtenBy } from "../../objects/event.ts";
import { kubectl } from "../../text/command.ts";
import { list, name, type Text, text, value } from "../../text/text.ts";
import type { Fix } from "../finding.ts";
import { look } from "../repair.ts";
import { claimRule } from "./claim-rule.ts";
import { describeClaim, driverPods, remakeClaim } from "./claim-words.ts";
import { provisionerOf, type TroubledClaim } from "./claims.ts";
import { inWords, meaningOf, parseRpcError } from "./grpc.ts";

/** The provisioner tried to make the volume, and could not. */
export default claimRule({
  id: "volume/pvc-provisioning-failed",
  title: "The volume of the claim could not be provisioned",
  trouble: "provisioning-failed",
  needs: ["PersistentVolumeClaim", "StorageClass", "Event"],
  more: (claim) => ({ code: meaningOf(messageOf(claim)), detail: detailOf(claim) }),
  headline: (claim) => {
    const { view } = claim;
    const said = inWords(meaningOf(messageOf(claim)));
    return text`${name(provisionerOf(view) ?? "The provisioner")} cannot make a volume for claim ${name(view.name)}${said === undefined ? text`: ${value(short(detailOf(claim)))}` : `: ${said}`}.`;
  },
  why: (claim) =>
    text`${claim.event && writtenBy(claim.event) ? name(writtenBy(claim.event)) : "The provisioner"} says: ${value(detailOf(claim))}. Until the claim has a volume ${claim.view.claim?.metadata.annotations?.["volume.kubernetes.io/selected-node"] ? "the pod is not bound to the node chosen for it" : "the scheduler considers no node for the pod"}.`,
  notes: ({ view }, input): readonly Text[] => {
    const pods = driverPods(provisionerOf(view) ?? "", input);
    const broken = pods.filter(({ status }) => status?.containerStatuses?.some(({ ready }) => !ready));
    return broken.length > 0
      ? [
          text`Of the driver's pods ${list(broken.map(({ metadata }) => name(`${metadata.namespace}/${metadata.name}`)))} ${broken.length > 1 ? "are" : "is"} not ready.`,
        ]
      : [];
  },
  outlook: text`The provisioner tries again by itself, at longer and longer intervals.`,
  fixes: (claim, input): readonly Fix[] => {
    const { view } = claim;
    const byCode = FIXES.get(meaningOf(messageOf(claim)));
    return [
      look(
        text`${byCode ?? "See the whole message and what came before it."}`,
        kubectl("reads", input.pod.metadata.namespace, "describe", "persistentvolumeclaim", view.name),
      ),
      ...(view.className
        ? [
            look(
              text`The class says with which parameters.`,
              kubectl("reads", undefined, "get", "storageclass", view.className, "-o", "yaml"),
            ),
          ]
        : []),
      ...(["InvalidArgument", "OutOfRange", "Unimplemented"].includes(meaningOf(messageOf(claim)))
        ? [
            remakeClaim(
              view,
              input,
              text`Then make the claim anew with values that the driver takes; it has no data yet.`,
            ),
          ]
        : [describeClaim(view, input, text`After the repair, watch the claim become Bound.`)]),
    ];
  },
  doc: {
    means: "The StorageClass's provisioner was asked for a volume and answered with an error.",
    seenIn:
      'Event ProvisioningFailed on the claim: `failed to provision volume with StorageClass "c": rpc error: code = X desc = …` (external-provisioner), `Failed to provision volume with StorageClass "c": …`, `Mount options are not supported by the provisioner …`, `error generating accessibility requirements: …`.',
    repair:
      "By the gRPC code: capacity, permission, parameters, a missing source, or a storage system that does not answer.",
    notToConfuseWith: "volume/pvc-waiting-external: there nobody answered at all.",
    catalogue: ["pvc-provisioning-failed"],
  },
});

const FIXES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ResourceExhausted:
      "Free storage, or raise the quota of the storage system; a smaller claim helps where there is some left.",
    PermissionDenied:
      "Give the driver's account the permission that the message names (IAM role, service principal, secret of the driver).",
    Unauthenticated: "Renew the driver's credentials, in its Secret or its cloud identity.",
    InvalidArgument: "Correct what the message names: parameters of the class, size or access mode of the claim.",
    NotFound: "Create what the message names, or correct its name in the class or in the claim's dataSource.",
    DeadlineExceeded: "See whether the storage system answers the driver's controller.",
    Unavailable: "See whether the storage system can be reached from the driver's controller.",
  }),
);

const messageOf = ({ event }: TroubledClaim): string => event?.message ?? "";

/** The part that says why, without the wrappers. */
function detailOf(claim: TroubledClaim): string {
  const message = messageOf(claim);
  const inner =
    parseRpcError(message)?.description ??
    message.replace(/^failed to provision volume with StorageClass "[^"]*": /i, "");
  return inner.replace(/\.$/, "");
}

const short = (detail: string) => (detail.length > 100 ? `${detail.slice(0, 99)}…` : detail);
