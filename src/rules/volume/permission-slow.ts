import { refTo } from "../../objects/object.ts";
import { path, text } from "../../text/text.ts";
import { seen } from "../finding.ts";
import { patchPodSpec } from "../repair.ts";
import { defineRule } from "../rule.ts";
import { awaitsSandbox } from "./standing.ts";

/** The kubelet is still changing the group of each file. */
export default defineRule<{ files?: number }>({
  id: "volume/permission-slow",
  title: "The kubelet is changing the group of many files",
  effect: "delays",
  needs: ["Event"],
  check: ({ pod, events }) => {
    const event = events.findLast(({ reason }) => reason === "VolumePermissionChangeInProgress");
    if (!event || !awaitsSandbox(pod)) return [];
    const files = /processed (\d+) files/.exec(event.message ?? "")?.[1];
    return [
      {
        subject: refTo(pod),
        confidence: "certain",
        facts: { ...(files !== undefined && { files: Number(files) }) },
        evidence: [seen(event, "message", "event")],
      },
    ];
  },
  message: ({ facts: { files } }) => ({
    headline: text`The kubelet is giving the files of a volume to the pod's fsGroup${files !== undefined && `; ${files} files are done`}.`,
    why: text`With ${path("securityContext.fsGroup")} every file gets the group before the pod starts, at each start anew. With millions of files that takes long.`,
    outlook: text`It goes on by itself.`,
  }),
  fixes: (_, input) => [
    patchPodSpec(
      input,
      { securityContext: { fsGroupChangePolicy: "OnRootMismatch" } },
      text`Change nothing where the top directory has the right group already: the next start is quick. This one begins anew.`,
      { applies: "maybe" },
    ),
  ],
  doc: {
    means: "fsGroup makes the kubelet change owner and mode of all files of a volume; this is under way.",
    seenIn:
      "Event VolumePermissionChangeInProgress `Setting volume ownership for P, processed N files.` [1.33+]; silent before.",
    repair: "fsGroupChangePolicy OnRootMismatch.",
    notToConfuseWith: "volume/permission: there it fails.",
    catalogue: ["mount-permission-slow"],
  },
});
