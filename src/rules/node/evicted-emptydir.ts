import { name, path, text, value } from "../../text/text.ts";
import { patchPodSpec } from "../repair.ts";
import { type Eviction, parseEviction } from "./eviction.ts";
import { doubled } from "./quantities.ts";
import { verdictRule } from "./verdict.ts";
import { leftover } from "./words.ts";

type EmptyDir = Extract<Eviction, { kind: "empty-dir" }>;

/** More in an emptyDir than its sizeLimit. */
export default verdictRule<EmptyDir>({
  id: "node/evicted-emptydir",
  title: "Evicted, because an emptyDir held more than its limit",
  read: ({ reason, message }) => {
    const eviction = reason === "Evicted" ? parseEviction(message) : undefined;
    return eviction?.kind === "empty-dir" ? eviction : undefined;
  },
  headline: ({ volume, limit }) =>
    text`Evicted: the emptyDir volume ${name(volume)} held more than its limit of ${value(limit)}.`,
  why: ({ volume }, { containers }) => {
    const writers = containers.filter(({ spec }) => spec.volumeMounts?.some((mount) => mount.name === volume));
    return text`The kubelet measures the volume now and then and evicts the pod when it is above ${path("sizeLimit")}: no write fails before. ${writers.length > 0 && text`It is mounted in ${writers.map(({ name: one }) => one).join(", ")}.`}`;
  },
  fixes: ({ volume, limit }, input) => [
    patchPodSpec(
      input,
      { volumes: [{ name: volume, emptyDir: { sizeLimit: doubled(limit) ?? "<size>" } }] },
      text`Raise the limit, here to twice its size; how much it takes only the program knows.`,
      { applies: "maybe" },
    ),
    ...leftover(input),
  ],
  doc: {
    means: "The pod wrote more into an emptyDir volume than the volume's sizeLimit.",
    seenIn:
      'Phase Failed, reason Evicted, `Usage of EmptyDir volume "X" exceeds the limit "N".` (kubelet, all versions).',
    repair:
      "Raise sizeLimit, write less, or use a volume claim. A memory-backed emptyDir counts as memory of the containers too.",
    catalogue: ["evicted-emptydir"],
  },
});
