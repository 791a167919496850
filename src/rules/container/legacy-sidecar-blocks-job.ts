import { refTo } from "../../objects/object.ts";
import { duration, list, name, path, text } from "../../text/text.ts";
import { seen } from "../finding.ts";
import { defineRule } from "../rule.ts";
import { repairProgram } from "./crash-rule.ts";

const PATIENCE_SECONDS = 60;
const SIDECARS = /proxy|envoy|istio|linkerd|vault|agent|fluent|filebeat|log|sync|exporter|tunnel|sidecar|otel|daprd/i;

/** The work of a Job is done, and a container beside it never ends. */
export default defineRule<{ done: readonly string[]; running: readonly string[]; seconds: number }>({
  id: "container/legacy-sidecar-blocks-job",
  title: "A container beside a Job's work never ends",
  effect: "delays",
  needs: ["Event"],
  check: ({ pod, containers, snapshot, owners }) => {
    const isOfJob = owners.some(({ ref }) => ref.kind === "Job");
    if (!isOfJob || pod.metadata.deletionTimestamp || pod.status?.phase !== "Running") return [];
    const mains = containers.filter(({ role }) => role === "main");
    const done = mains.filter(({ status }) => status?.state?.terminated?.exitCode === 0);
    const running = mains.filter(({ status }) => status?.state?.running);
    const [first] = done;
    const since = Math.min(
      ...done.map(({ status }) => snapshot.secondsSince(status?.state?.terminated?.finishedAt) ?? 0),
    );
    if (
      !first?.statusPath ||
      running.length === 0 ||
      done.length + running.length < mains.length ||
      since < PATIENCE_SECONDS
    )
      return [];
    const areSidecars = running.every(({ name: one, spec }) => SIDECARS.test(one) || SIDECARS.test(spec.image ?? ""));
    return [
      {
        subject: refTo(pod),
        confidence: areSidecars ? ("likely" as const) : ("possible" as const),
        facts: { done: done.map((one) => one.name), running: running.map((one) => one.name), seconds: since },
        evidence: [
          seen(pod, `${first.statusPath}.state.terminated.reason`, first.name),
          ...running
            .filter(({ status }) => status?.state?.running?.startedAt !== undefined)
            .map((one) => seen(pod, `${one.statusPath}.state.running.startedAt`, one.name)),
        ] as const,
      },
    ];
  },
  message: ({ facts }) => ({
    headline: text`${list(facts.done.map(name))} is done for ${duration(facts.seconds)}, but ${list(facts.running.map(name))} still runs and keeps the Job from completing.`,
    why: text`A Job's pod completes when all of its containers have ended. A helper that serves the others never ends by itself.`,
  }),
  fixes: () => [
    repairProgram(
      text`Move the helper to ${path("initContainers")} with ${path("restartPolicy: Always")} (a sidecar, from 1.29 on): it is ended with the last main container. Or let the work tell it to end.`,
    ),
  ],
  doc: {
    means:
      "The main container of a Job's pod has completed, and a proxy or log shipper beside it runs on, so that the pod never completes.",
    seenIn: "STATUS NotReady; one container Completed, another running.",
    repair: "Make it a sidecar: an init container with restartPolicy Always.",
    catalogue: ["legacy-sidecar-blocks-job"],
  },
});
