import { name, path, text, value } from "../../text/text.ts";
import { type Eviction, parseEviction } from "./eviction.ts";
import { doubled } from "./quantities.ts";
import { verdictRule } from "./verdict.ts";
import { leftover, setResources } from "./words.ts";

type ContainerLimit = Extract<Eviction, { kind: "container-limit" }>;

/** One container wrote more to local disk than it may. */
export default verdictRule<ContainerLimit>({
  id: "node/evicted-ephemeral-container-limit",
  title: "Evicted, because a container wrote more to local disk than its limit",
  read: ({ reason, message }) => {
    const eviction = reason === "Evicted" ? parseEviction(message) : undefined;
    return eviction?.kind === "container-limit" ? eviction : undefined;
  },
  headline: ({ container, limit }) =>
    text`Evicted: container ${name(container)} wrote more to local disk than its limit of ${value(limit)}.`,
  why: () =>
    text`Files that the container writes outside of volumes count, and its logs on the node do too. Above ${path("limits.ephemeral-storage")} the whole pod is evicted.`,
  fixes: ({ container, limit }, input) => [
    setResources(
      input,
      container,
      "limits",
      "ephemeral-storage",
      doubled(limit) ?? "<size>",
      text`Raise the limit, here to twice its size; how much it takes only the program knows.`,
      doubled(limit) ? "maybe" : "fill-in",
    ),
    ...leftover(input),
  ],
  doc: {
    means: "A container used more local disk (its writable layer and its logs) than its ephemeral-storage limit.",
    seenIn:
      'Phase Failed, reason Evicted, `Container X exceeded its local ephemeral storage limit "N".` (kubelet, all versions).',
    repair: "Raise limits.ephemeral-storage, write less, log less, or write to a volume.",
    notToConfuseWith:
      "node/evicted-ephemeral-pod-limit: there all containers together were above the sum of their limits.",
    catalogue: ["evicted-ephemeral-container-limit"],
  },
});
