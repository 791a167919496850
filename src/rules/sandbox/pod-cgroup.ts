import { refTo } from "../../objects/object.ts";
import { kubectl } from "../../text/command.ts";
import { name, text, value } from "../../text/text.ts";
import { seen } from "../finding.ts";
import { adminTask } from "../repair.ts";
import { defineRule } from "../rule.ts";
import { awaitsSandbox } from "../volume/standing.ts";

/** The node cannot make the pod's cgroup or its directories, which come before everything else. */
export default defineRule<{ what: "cgroup" | "directories"; detail: string }>({
  id: "sandbox/pod-cgroup",
  title: "The node cannot make the pod's cgroup or directories",
  effect: "blocks",
  needs: ["Event", "Node"],
  check: ({ pod, events }) => {
    const event = events.findLast(
      ({ reason, message = "" }) =>
        reason === "FailedCreatePodContainer" ||
        (reason === "Failed" && message.startsWith("error making pod data directories")),
    );
    if (!event || !awaitsSandbox(pod)) return [];
    const detail = (event.message ?? "").replace(
      /^(?:unable to ensure pod container exists|error making pod data directories): /,
      "",
    );
    return [
      {
        subject: refTo(pod),
        confidence: "certain",
        facts: { what: event.reason === "Failed" ? ("directories" as const) : ("cgroup" as const), detail },
        evidence: [seen(event, "message", "event")],
      },
    ];
  },
  message: ({ facts: { what, detail } }, { pod }) => ({
    headline: text`Node ${name(pod.spec.nodeName ?? "")} cannot make ${what === "cgroup" ? "the pod's cgroup" : "the pod's directories"}.`,
    why: text`That comes before volumes and sandbox, and concerns every new pod of the node: ${value(detail)}.`,
    outlook: text`The kubelet tries again every 10 to 15 s.`,
  }),
  fixes: ({ facts: { what } }, { pod }) => [
    adminTask(
      what === "cgroup"
        ? text`On the node, see kubelet and systemd (journalctl -u kubelet): cgroup driver, dbus, free memory and process ids.`
        : text`On the node, see whether the disk below /var/lib/kubelet is full or read-only.`,
      kubectl("reads", undefined, "describe", "node", pod.spec.nodeName ?? ""),
    ),
  ],
  doc: {
    means: "The kubelet begins with a cgroup and directories for the pod; the node refuses.",
    seenIn:
      "Events FailedCreatePodContainer `unable to ensure pod container exists: …`, Failed `error making pod data directories: …` (kubelet, all versions).",
    repair: "Repair the node.",
    catalogue: ["pod-cgroup"],
  },
});
