import { refTo } from "../../objects/object.ts";
import { specField, statusNumber, workloadConditions } from "../../objects/workload.ts";
import { kubectl } from "../../text/command.ts";
import { duration, name, path, type Text, text } from "../../text/text.ts";
import { type Evidence, seen } from "../finding.ts";
import { defineWorkloadRule } from "../rule.ts";
import type { WorkloadInput } from "../workload-input.ts";
import { adminFix, look } from "./repair.ts";

/** A controller takes a moment; only a workload that is older has been overlooked. */
const MOMENT_SECONDS = 60;

/** No controller has looked at the workload. */
export default defineWorkloadRule<{
  managedBy?: string;
  generation?: number;
  observed: number;
  isControllerGone?: boolean;
}>({
  id: "creation/owner-not-observed",
  title: "No controller has looked at the workload",
  effect: "blocks",
  needs: ["Event", "Lease"],
  check: (input) => {
    const { object, events, pods, makers } = input;
    const managedBy = specField(object, "managedBy");
    const isForeign = typeof managedBy === "string" && managedBy !== "kubernetes.io/job-controller";
    if (object.kind === "CronJob" || pods.length > 0 || object.metadata.deletionTimestamp) return [];
    const observed = statusNumber(object, "observedGeneration");
    const { generation } = object.metadata;
    // A Job's status has no observedGeneration; one that was looked at has a start or a condition.
    const isJobUntouched =
      object.kind === "Job" &&
      !(object.status as { startTime?: string } | undefined)?.startTime &&
      workloadConditions(object).length === 0;
    const isBehind = object.kind === "Job" ? isJobUntouched : generation !== undefined && observed < generation;
    const waited = input.snapshot.secondsSince(object.metadata.creationTimestamp) ?? 0;
    if (!isBehind || waited < MOMENT_SECONDS || events.length > 0 || makers.some((one) => one !== object)) return [];
    const evidence: [Evidence, ...Evidence[]] = [
      isForeign
        ? seen(object, "spec.managedBy")
        : generation !== undefined
          ? seen(object, "metadata.generation", "generation", [`${generation}, observed ${observed}`])
          : seen(object, "metadata.creationTimestamp", "created"),
    ];
    const gone = isControllerGone(input);
    return [
      {
        subject: refTo(object),
        confidence: isForeign || gone ? "certain" : "likely",
        evidence,
        facts: {
          ...(isForeign && { managedBy: String(managedBy) }),
          ...(generation !== undefined && { generation }),
          observed,
          ...(gone !== undefined && { isControllerGone: gone }),
        },
      },
    ];
  },
  message: ({ facts: { managedBy, isControllerGone: gone } }, { object, snapshot }) => {
    const waited = snapshot.secondsSince(object.metadata.creationTimestamp);
    const notes: Text[] = gone ? [text`kube-controller-manager has not renewed its Lease: it is down.`] : [];
    return {
      headline: managedBy
        ? text`Job ${name(object.metadata.name)} is left to controller ${name(managedBy)}, and that one has not looked at it.`
        : text`No controller has looked at ${object.kind} ${name(object.metadata.name)}${waited !== undefined && ` for ${duration(waited)}`}.`,
      why: managedBy
        ? text`With ${path("spec.managedBy")} the Job controller of Kubernetes keeps its hands off it.`
        : text`Its status is behind its spec, it has no events and nothing was made of it: kube-controller-manager is down, overloaded, or cut off from the API server.`,
      notes,
    };
  },
  fixes: ({ facts: { managedBy } }) =>
    managedBy
      ? [
          adminFix(
            text`See to it that ${name(managedBy)} runs in this cluster, or make the Job anew without ${path("spec.managedBy")}.`,
            [],
          ),
        ]
      : [
          look(
            text`Whether kube-controller-manager is alive: its Lease is renewed every few seconds.`,
            kubectl("reads", "kube-system", "get", "lease", "kube-controller-manager", "-o", "yaml"),
          ),
          adminFix(text`Its own pods, where it runs as such.`, [
            kubectl("reads", "kube-system", "get", "pods", "-l", "component=kube-controller-manager"),
          ]),
        ],
  groupKey: ({ facts: { managedBy = "" } }) => managedBy,
  doc: {
    means: "A workload was created, and the controller that should make pods of it has not touched it.",
    seenIn:
      "`metadata.generation` greater than `status.observedGeneration`, no events, no children, for a minute or more; a Job without a status.",
    repair: "Repair kube-controller-manager; with `spec.managedBy` the controller that is named there.",
    catalogue: ["owner-not-observed"],
  },
});

/** By its Lease; undefined where that was not read (client-go v0.36 tools/leaderelection: 15 s by default). */
function isControllerGone({ snapshot }: WorkloadInput): boolean | undefined {
  const lease = snapshot.get("Lease", "kube-system", "kube-controller-manager") as
    | { spec?: { renewTime?: string } }
    | undefined;
  const since = snapshot.secondsSince(lease?.spec?.renewTime);
  return since === undefined ? undefined : since > 60;
}
