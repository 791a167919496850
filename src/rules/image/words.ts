import { kubectl } from "../../text/command.ts";
import { count, list, name, type Piece, type Text, text, value } from "../../text/text.ts";
import type { Fix } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import { setImage } from "../repair.ts";
import { recentPulls } from "./known-images.ts";
import type { PullAttempt } from "./pull-attempt.ts";

/** The image, as a value to show. */
export const imageOf = ({ image }: PullAttempt): Piece => value(image);

/** The node the pod is bound to, by name; `the node` where there is none. */
export const nodeOf = ({ pod }: PodInput): Piece => (pod.spec.nodeName ? name(pod.spec.nodeName) : "the node");

/** Sets another image on the container in trouble; without a better one a placeholder stands for it. */
export function editImage(
  { container, image, reference }: PullAttempt,
  input: PodInput,
  title: Text,
  better?: string,
): Fix {
  return setImage(input, container.name, better ?? `${reference?.name ?? image.replace(/[:@].*$/, "")}:<tag>`, title);
}

/** A look at the node, for troubles that sit there. */
export const describeNode = (input: PodInput, title: Text): Fix => ({
  title,
  commands: input.pod.spec.nodeName ? [kubectl("reads", undefined, "describe", "node", input.pod.spec.nodeName)] : [],
  applies: "as-is",
  by: "cluster-admin",
});

/** How far the trouble reaches: who else waits for the same host, and who pulled from it on this node lately. */
export function reachNotes({ error }: PullAttempt, input: PodInput): readonly Text[] {
  const { snapshot, pod } = input;
  const waiting = snapshot
    .list("Pod")
    .items.filter(
      (other) =>
        other.metadata.uid !== pod.metadata.uid &&
        other.status?.containerStatuses?.some(
          ({ state, image }) =>
            /^(?:ErrImagePull|ImagePullBackOff)$/.test(state?.waiting?.reason ?? "") &&
            (image ?? "").startsWith(`${error.host}/`),
        ),
    );
  const elsewhere = new Set(waiting.map(({ spec }) => spec.nodeName ?? ""));
  const pulls = recentPulls(input, error.host);
  return [
    waiting.length > 0 &&
      text`${count(waiting.length, "other pod")} that we see cannot pull from ${name(error.host)} either, on ${count(elsewhere.size, "node")}: the trouble is larger than this pod.`,
    pulls.length > 0 &&
      text`${list(pulls.map(name))} pulled from ${name(error.host)} on the same node within the hour, so the node can reach it in general.`,
  ].filter((note): note is Text => note !== false);
}
