import { refTo } from "../../objects/object.ts";
import { kubectl } from "../../text/command.ts";
import { duration, list, name, path, text } from "../../text/text.ts";
import { seen } from "../finding.ts";
import { look } from "../repair.ts";
import { defineRule } from "../rule.ts";

/** A sidecar runs and does not count as started, so nothing after it starts. */
export default defineRule<{ seconds: number; hasStartupProbe: boolean; waiting: readonly string[] }>({
  id: "container/sidecar-not-started",
  title: "A sidecar is not started yet, and the containers after it wait",
  effect: "delays",
  needs: ["Event"],
  check: ({ pod, containers, snapshot }) => {
    if (pod.metadata.deletionTimestamp || pod.status?.reason) return [];
    const first = containers.findIndex(({ role, status }) =>
      role === "init" ? status?.state?.terminated?.exitCode !== 0 : role === "sidecar" && status?.started !== true,
    );
    const view = containers[first];
    const running = view?.status?.state?.running;
    const seconds = snapshot.secondsSince(running?.startedAt);
    if (view?.role !== "sidecar" || !view.statusPath || seconds === undefined || seconds < 20) return [];
    // A probe that fails is the readiness family's.
    if (view.events.some(({ reason }) => reason === "Unhealthy")) return [];
    const waiting = containers
      .slice(first + 1)
      .filter(({ role }) => role !== "ephemeral")
      .map((one) => one.name);
    return [
      {
        subject: refTo(pod),
        container: view.name,
        confidence: "certain" as const,
        facts: { seconds, hasStartupProbe: view.spec.startupProbe !== undefined, waiting },
        evidence: [
          seen(pod, `${view.statusPath}.state.running.startedAt`, "runs since"),
          ...(view.spec.startupProbe === undefined
            ? []
            : [seen(pod, `${view.specPath}.startupProbe`, "startup probe")]),
        ] as const,
      },
    ];
  },
  message: ({ facts, container = "" }) => ({
    headline: text`Sidecar ${name(container)} runs for ${duration(facts.seconds)} and is not started yet; ${facts.waiting.length > 0 ? list(facts.waiting.map(name)) : "the others"} wait for it.`,
    why: facts.hasStartupProbe
      ? text`A sidecar counts as started when its ${path("startupProbe")} succeeds, and only then the containers after it start.`
      : text`The containers after a sidecar start once the kubelet counts it as started, which follows right after its postStart hook.`,
  }),
  fixes: ({ subject, container = "" }) => [
    look(
      text`Read what it says.`,
      kubectl("reads", subject.namespace, "logs", subject.name, "-c", container, "--tail=50"),
    ),
  ],
  doc: {
    means: "An init container with restartPolicy Always holds up everything after it until it counts as started.",
    seenIn: "initContainerStatuses of the sidecar: running, started false.",
    repair: "Repair the sidecar's startup probe, or what it needs.",
    notToConfuseWith: "container/init-waiting: an ordinary init container, which has to end.",
    catalogue: ["sidecar-not-started"],
  },
});
