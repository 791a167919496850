import { list, name, path, text, value } from "../../text/text.ts";
import type { PodInput } from "../pod-input.ts";
import { type Eviction, parseEviction } from "./eviction.ts";
import { doubled } from "./quantities.ts";
import { verdictRule } from "./verdict.ts";
import { leftover, setResources } from "./words.ts";

type PodLimit = Extract<Eviction, { kind: "pod-limit" }>;

/** All containers and emptyDirs of the pod together hold more than the limits allow. */
export default verdictRule<PodLimit>({
  id: "node/evicted-ephemeral-pod-limit",
  title: "Evicted, because the pod used more local disk than its limits allow",
  read: ({ reason, message }) => {
    const eviction = reason === "Evicted" ? parseEviction(message) : undefined;
    return eviction?.kind === "pod-limit" ? eviction : undefined;
  },
  headline: ({ limit }) =>
    text`Evicted: the pod used more local disk than its ephemeral-storage limit of ${value(limit)}.`,
  why: (_more, input) => {
    const dirs = (input.pod.spec.volumes ?? [])
      .filter(({ emptyDir }) => emptyDir !== undefined)
      .map(({ name: volume }) => name(volume));
    return text`The limits of all containers are added up${limited(input).length === 1 && ", here of one"}. Against the sum count the files that the containers write outside of volumes${dirs.length > 0 ? text`, their logs, and the emptyDir volumes ${list(dirs)}` : " and their logs"}.`;
  },
  fixes: ({ limit }, input) => {
    const [only, ...others] = limited(input);
    const isOne = only !== undefined && others.length === 0;
    const size = isOne ? doubled(only.limit) : undefined;
    return [
      setResources(
        input,
        only?.name ?? "<container>",
        "limits",
        "ephemeral-storage",
        size ?? "<size>",
        text`Raise ${path("limits.ephemeral-storage")}${size && `, here to twice the ${limit}`}; how much it takes only the program knows.`,
        size ? "maybe" : "fill-in",
      ),
      ...leftover(input),
    ];
  },
  doc: {
    means:
      "The pod's containers, their logs and its emptyDir volumes together used more local disk than the sum of the containers' ephemeral-storage limits.",
    seenIn:
      "Phase Failed, reason Evicted, `Pod ephemeral local storage usage exceeds the total limit of containers N.` (kubelet, all versions).",
    repair: "Raise limits.ephemeral-storage, or move data to a volume claim.",
    notToConfuseWith: "A node that is short of disk: that message begins with `The node was low on resource`.",
    catalogue: ["evicted-ephemeral-pod-limit"],
  },
});

/** The containers with a limit for local disk. */
function limited({ containers }: PodInput): readonly { readonly name: string; readonly limit: string }[] {
  return containers.flatMap(({ name: container, spec }) => {
    const { limits } = (spec.resources ?? {}) as { limits?: Readonly<Record<string, unknown>> };
    const limit = limits?.["ephemeral-storage"];
    return limit === undefined ? [] : [{ name: container, limit: String(limit) }];
  });
}
