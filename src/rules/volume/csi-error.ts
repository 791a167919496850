import { name, text, value } from "../../text/text.ts";
import { describeClaim } from "./claim-words.ts";
import { inWords, meaningOf, parseRpcError } from "./grpc.ts";
import { driverOf, lookAtDriver, mountRule, nodeName, volumeText } from "./mount-rule.ts";

/** The driver was asked to mount, and answered with an error. */
export default mountRule({
  id: "volume/csi-error",
  title: "The CSI driver cannot mount the volume",
  causes: ["csi-error"],
  needs: ["Event", "PersistentVolume", "Pod"],
  headline: (failure, input) => {
    const driver = driverOf(failure, input);
    const meaning = inWords(meaningOf(failure.detail));
    return text`${driver === undefined ? "The CSI driver" : name(driver)} cannot mount ${volumeText(failure)} on node ${nodeName(input)}: ${meaning ?? value(short(descriptionOf(failure.detail)))}.`;
  },
  why: ({ detail, operation }) =>
    text`The driver answers ${value(parseRpcError(detail)?.code ?? "Unknown")} to ${operation}: ${value(descriptionOf(detail))}.`,
  fixes: (failure, input) => [
    lookAtDriver(driverOf(failure, input), input, text`See what the driver's pod on node ${nodeName(input)} says.`),
    ...(failure.claim ? [describeClaim(failure.claim, input, text`See the claim and its volume.`)] : []),
  ],
  doc: {
    means: "NodeStageVolume or NodePublishVolume of the driver failed; the driver's own words follow the gRPC code.",
    seenIn:
      'Event FailedMount `MountVolume.MountDevice failed for volume "v" : rpc error: code = C desc = …`, `MountVolume.SetUp failed …`; for block volumes FailedMapVolume (kubelet, all versions).',
    repair: "By the code and the words; the driver's log on that node has more.",
    notToConfuseWith:
      "volume/csi-driver-not-registered: there the driver is not on the node. volume/attach-failed: there the disk did not come to the node.",
    catalogue: ["mount-csi-error"],
  },
});

const descriptionOf = (detail: string): string =>
  (parseRpcError(detail)?.description ?? detail).replace(/(?<!\s)\s*\.$/, "");
const short = (words: string) => (words.length > 110 ? `${words.slice(0, 109)}…` : words);
