import { kubectl } from "../../text/command.ts";
import { text, value } from "../../text/text.ts";
import { look } from "../repair.ts";
import { driverOf, lookAtDriver, mountRule, nodeName, VolumeText, volumeText } from "./mount-rule.ts";

/** The mount fails, in words that are new to us. */
export default mountRule({
  id: "volume/mount-failed",
  title: "A volume cannot be mounted",
  causes: ["unknown"],
  confidence: () => "possible",
  headline: (failure, input) =>
    text`Node ${nodeName(input)} cannot mount ${volumeText(failure)}: ${value(short(failure.error.words))}`,
  why: (failure) =>
    text`${VolumeText(failure)} fails at ${failure.operation}. The words are none that this program knows; they are shown as they are.`,
  fixes: (failure, input) => [
    look(
      text`See the whole message.`,
      kubectl("reads", input.pod.metadata.namespace, "describe", "pod", input.pod.metadata.name),
    ),
    ...(failure.claim
      ? [
          lookAtDriver(
            driverOf(failure, input),
            input,
            text`See what the pods on the node say, the driver's above all.`,
          ),
        ]
      : []),
  ],
  doc: {
    means: "A mount fails for a reason that fits no other rule.",
    seenIn: "Events FailedMount and FailedMapVolume (kubelet).",
    repair: "Read the message.",
    catalogue: [],
  },
});

const short = (words: string) => (words.length > 110 ? `${words.slice(0, 109)}…` : words);
