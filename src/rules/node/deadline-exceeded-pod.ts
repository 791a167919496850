import { compare } from "../../snapshot/lookup.ts";
import { duration, path, text } from "../../text/text.ts";
import { patchPodSpec } from "../repair.ts";
import { verdictRule } from "./verdict.ts";
import { leftover } from "./words.ts";

interface Deadline {
  readonly deadlineSeconds?: number;
  /** From `status.startTime` to the first start of a container: pulls and mounts. */
  readonly startTookSeconds?: number;
  readonly hasRun: boolean;
}

/** The pod's own activeDeadlineSeconds ran out. */
export default verdictRule<Deadline>({
  id: "node/deadline-exceeded-pod",
  title: "Ended because its activeDeadlineSeconds ran out",
  read: ({ reason }, { pod, containers }) => {
    if (reason !== "DeadlineExceeded") return undefined;
    const started = containers
      .flatMap(({ status }) => status?.state?.terminated?.startedAt ?? status?.lastState?.terminated?.startedAt ?? [])
      .sort(compare)[0];
    const took =
      started && pod.status?.startTime ? (Date.parse(started) - Date.parse(pod.status.startTime)) / 1000 : undefined;
    return {
      ...(pod.spec.activeDeadlineSeconds !== undefined && { deadlineSeconds: pod.spec.activeDeadlineSeconds }),
      ...(took !== undefined && took >= 0 && { startTookSeconds: Math.round(took) }),
      hasRun: started !== undefined,
    };
  },
  headline: ({ deadlineSeconds }) =>
    text`Ended: the pod was active longer than its deadline${deadlineSeconds !== undefined && ` of ${duration(deadlineSeconds)}`} (activeDeadlineSeconds).`,
  why: ({ startTookSeconds, hasRun }) =>
    text`The time counts from when the kubelet took the pod on, so pulling images and mounting volumes use it up too${startTookSeconds !== undefined && `: here ${duration(startTookSeconds)} until the first container started`}. ${hasRun ? "" : "No container of it is known to have run. "}When it is over the kubelet ends the containers, whatever ${path("restartPolicy")} says; an exit code of 137 or 143 comes from that.`,
  fixes: ({ deadlineSeconds }, input) => [
    patchPodSpec(
      input,
      { activeDeadlineSeconds: deadlineSeconds === undefined ? "<seconds>" : deadlineSeconds * 2 },
      text`Give it more time, here twice as much; how long it takes only the program knows.`,
      { applies: "maybe" },
    ),
    ...leftover(input),
  ],
  doc: {
    means:
      "spec.activeDeadlineSeconds limits how long a pod may be active on its node. The time was over, and the kubelet ended the pod.",
    seenIn:
      "Phase Failed, reason DeadlineExceeded, `Pod was active on the node longer than the specified deadline` (kubelet, all versions); event DeadlineExceeded.",
    repair: "Raise the deadline, or make the start faster.",
    notToConfuseWith: "A Job's own activeDeadlineSeconds: that deletes its pods, and the Job says so.",
    catalogue: ["deadline-exceeded-pod"],
  },
});
