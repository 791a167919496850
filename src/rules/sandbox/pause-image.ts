import { text, value } from "../../text/text.ts";
import { adminTask } from "../repair.ts";
import { describeNode, nodeName, sandboxRule } from "./sandbox-rule.ts";

/** The small image of the sandbox itself cannot be pulled. */
export default sandboxRule({
  id: "sandbox/pause-image",
  title: "The node cannot pull the image of the sandbox itself",
  causes: ["pause-image"],
  headline: ({ error: { names } }, input) =>
    text`Node ${nodeName(input)} cannot pull ${value(names.image ?? names.pulled ?? "the pause image")}, the image that every pod's sandbox is made of.`,
  why: ({ error: { words } }) =>
    text`It is none of the pod's own images: the container runtime's configuration names it. The pull failed: ${value(words)}.`,
  fixes: (_, input) => [
    adminTask(
      text`Let the node reach that registry, or set an image that it can pull: for containerd sandbox_image (1.x) or pinned_images.sandbox (2.x) in /etc/containerd/config.toml, for CRI-O pause_image; then restart the runtime.`,
    ),
    describeNode(input, text`See the node.`),
  ],
  doc: {
    means:
      "Each pod begins with a sandbox from a tiny image (pause). A node without a way to its registry, or without the image, can start no pod.",
    seenIn:
      'FailedCreatePodSandBox with `failed to get sandbox image "i": failed to pull image …` (containerd up to 2.0), `failed to pull image "i"` (later), `failed pulling image "i"` (cri-dockerd).',
    repair: "Make the image reachable, or name a mirror in the runtime's configuration.",
    notToConfuseWith: "image/…: those are about the pod's own images, and come after the sandbox.",
    catalogue: ["sandbox-pause-image"],
  },
});
