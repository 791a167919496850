import { name, text, value } from "../../text/text.ts";
import { look } from "../repair.ts";
import type { PullAttempt } from "./pull-attempt.ts";
import { pullRule } from "./pull-rule.ts";
import { askerOf, describeNode, hostOf, imageOf, nodeOf, reachNotes } from "./words.ts";

/** A layer cannot be unpacked. */
export default pullRule({
  id: "image/layer-corrupt",
  title: "A layer is broken or missing",
  causes: ["layer-corrupt", "layer-missing"],
  confidence: () => "likely",
  headline: (attempt, input) =>
    isMissing(attempt)
      ? text`${name(hostOf(attempt))} has the image, but a layer of it is missing there.`
      : isNodeTrouble(attempt)
        ? text`Node ${nodeOf(input)} cannot unpack the image: ${value(lastWords(attempt))}.`
        : text`A layer of the image cannot be unpacked on node ${nodeOf(input)}: it is broken or was cut off.`,
  why: (attempt) =>
    isMissing(attempt)
      ? text`${askerOf(attempt)} asks for ${imageOf(attempt)}. The registry gave the manifest, and answered "not found" for a part that the manifest lists: a clean-up or a broken push removed it.`
      : isNodeTrouble(attempt)
        ? text`${askerOf(attempt)} asks for ${imageOf(attempt)}. The layers arrived, and the node's file system did not take them: its mounts, its permissions, the disk, or what the container runtime keeps on it are at fault rather than the image.`
        : text`${askerOf(attempt)} asks for ${imageOf(attempt)}. The download came to an end, but the layer is not a complete, valid archive: a broken push, an interrupted connection, or a bad disk.`,
  notes: reachNotes,
  fixes: (attempt, input) => [
    ...(isNodeTrouble(attempt) ? [] : [look(text`Push the image again.`)]),
    ...(isMissing(attempt)
      ? []
      : [
          describeNode(
            input,
            text`${isNodeTrouble(attempt) ? "Look" : "If other nodes pull it well, look"} at the disk and the container runtime of node ${nodeOf(input)}.`,
          ),
        ]),
  ],
  groupKey: ({ host }) => host,
  doc: {
    means: "A layer is damaged: it does not unpack, or not to the content it should have.",
    seenIn:
      "`failed to extract layer`, `wrong diff id`, `unexpected EOF`, `failed to register layer`; for a missing one `blob unknown`, `content at …/blobs/sha256:… not found`.",
    repair: "Push again; check the disk of the node.",
    notToConfuseWith: "image/disk-full: the same wrapper around `no space left on device`.",
    catalogue: ["image-layer-corrupt"],
  },
});

const isMissing = ({ error }: PullAttempt) => error.cause === "layer-missing";

/** Errors of the file system that layers are unpacked into. */
const isNodeTrouble = ({ error }: PullAttempt) =>
  /operation not permitted|permission denied|input\/output error|read-only file system|failed to mount|lchown|failed to prepare|parent snapshot|content store/.test(
    error.detail,
  );

const lastWords = ({ error }: PullAttempt) =>
  error.detail
    .replace(/: not found$/, "")
    .split(": ")
    .slice(-1)[0] ?? error.detail;
