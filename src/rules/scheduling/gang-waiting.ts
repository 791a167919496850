import { refTo } from "../../objects/object.ts";
import { isTerminal, type Pod, podCondition } from "../../objects/pod.ts";
import { type Membership, membershipOf, type PodGroup, quorumOf } from "../../objects/pod-group.ts";
import { compare } from "../../snapshot/lookup.ts";
import { kubectl } from "../../text/command.ts";
import { count, list, name, type Text, text, value } from "../../text/text.ts";
import { type Evidence, type Fix, seen } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import { look } from "../repair.ts";
import { defineRule } from "../rule.ts";
import { alsoThere, likeNames } from "./devices.ts";
import { type Verdict, verdictOn } from "./verdict.ts";

/** A scheduler writes something within seconds about a pod that it tries. */
const PATIENCE_SECONDS = 20;

/** What holds a pod of a group back: its group is not there, has too few pods, or one of the others does not fit. */
interface Gang {
  readonly membership: Membership;
  readonly what: "group-missing" | "too-few" | "other-pod";
  readonly group?: PodGroup;
  readonly wanted?: number;
  /** Pods of the group that are there and not over. */
  readonly members: readonly Pod[];
  readonly verdict?: Verdict;
}

function gangOf(input: PodInput): Gang | undefined {
  const { pod, snapshot, events } = input;
  const membership = membershipOf(pod);
  if (!membership || pod.metadata.deletionTimestamp) return undefined;
  const verdict = verdictOn(input);
  const isSaid = verdict?.refusals.some(({ obstacle }) => obstacle === "gang") ?? false;
  // The gang plugin of kube-scheduler stops the pod before the queue: neither condition nor event tells (gangscheduling.go PreEnqueue).
  const isSilent =
    membership.scheduler === "kube-scheduler" &&
    !podCondition(pod, "PodScheduled") &&
    !events.some(({ reason }) => reason === "FailedScheduling") &&
    (snapshot.secondsSince(pod.metadata.creationTimestamp) ?? 0) >= PATIENCE_SECONDS;
  if (!isSaid && !isSilent && !isGangText(verdict)) return undefined;
  const found = snapshot.find("PodGroup", pod.metadata.namespace, membership.group);
  const members = snapshot
    .list("Pod", pod.metadata.namespace)
    .items.filter((one) => !isTerminal(one) && !one.metadata.deletionTimestamp && isMember(one, membership));
  const base = { membership, members, ...(verdict && { verdict }) };
  if (found.state === "absent" && snapshot.knows("PodGroup")) return { ...base, what: "group-missing" };
  if (found.state !== "found") return isSaid || isGangText(verdict) ? { ...base, what: "other-pod" } : undefined;
  const group = found.object as PodGroup;
  const wanted = quorumOf(group)?.pods;
  if (wanted === undefined) return isSilent ? undefined : { ...base, group, what: "other-pod" };
  // Without a word of the scheduler, only the number explains why there is none.
  if (members.length >= wanted && isSilent) return undefined;
  return { ...base, group, wanted, what: members.length < wanted ? "too-few" : "other-pod" };
}

/** Volcano's sentence is no list of nodes (volcano pkg/scheduler/api/job_info.go FitError). */
const isGangText = (verdict: Verdict | undefined) =>
  verdict !== undefined && /pod group is not ready|tasks in gang unschedulable/.test(verdict.message);

const isMember = (pod: Pod, { group, scheduler }: Membership) => {
  const its = membershipOf(pod);
  return its?.group === group && its.scheduler === scheduler;
};

/** The other pods of the group that have no node, with what is said of them. */
function siblings({ members }: Gang, { pod }: PodInput): readonly { readonly name: string; readonly said: string }[] {
  return members
    .filter((one) => !one.spec.nodeName && one.metadata.name !== pod.metadata.name)
    .flatMap((one) => {
      const said = podCondition(one, "PodScheduled")?.message ?? "";
      return /nodes are available|claim/.test(said) && !/pre-filter pod|pod group is not ready/.test(said)
        ? [{ name: one.metadata.name, said }]
        : [];
    })
    .sort((a, b) => compare(a.name, b.name));
}

/** The pod waits for the other pods of its group. */
export default defineRule<{ group: string; scheduler: string; what: string; members: number; wanted: number | null }>({
  id: "scheduling/gang-waiting",
  title: "The pod is scheduled only together with the others of its group",
  effect: "blocks",
  needs: ["Pod", "PodGroup"],
  explains: ["scheduling/no-scheduler", "scheduling/other-reason"],
  check(input) {
    const gang = gangOf(input);
    if (!gang) return [];
    const { membership, what, members, wanted, verdict } = gang;
    return [
      {
        subject: refTo(input.pod),
        confidence: what === "other-pod" ? "likely" : "certain",
        facts: {
          group: membership.group,
          scheduler: membership.scheduler,
          what,
          members: members.length,
          wanted: wanted ?? null,
        },
        evidence: [
          seen(input.pod, membership.path, "group"),
          ...groupEvidence(gang),
          ...(verdict ? [verdict.source] : []),
        ],
      },
    ];
  },
  message(_, input) {
    const gang = gangOf(input);
    if (!gang) throw new Error("no group");
    const { membership, what, members, wanted } = gang;
    const others = siblings(gang, input);
    const headline: Record<Gang["what"], Text> = {
      "group-missing": text`PodGroup ${name(membership.group)} does not exist${alsoThere(likeNames(input, "PodGroup", membership.group))}; the pod is scheduled only with its group.`,
      "too-few": text`The pod waits for its group ${name(membership.group)}: it has ${count(members.length, "pod")} of the ${wanted ?? 0} that start together.`,
      "other-pod": text`The group ${name(membership.group)} is scheduled as a whole, and not all of its pods find a node.`,
    };
    return {
      headline: headline[what],
      why: text`${membership.scheduler === "kube-scheduler" ? "kube-scheduler" : membership.scheduler} places the pods of a group all at once or not at all${wanted !== undefined && text`; this one needs ${wanted} of them`}.${membership.scheduler === "kube-scheduler" && what !== "other-pod" && text` Until then it writes neither a condition nor an event.`}`,
      notes: others.slice(0, 2).map((one) => text`Of pod ${name(one.name)} the scheduler says: ${value(one.said)}`),
    };
  },
  fixes(_, input) {
    const gang = gangOf(input);
    return gang ? fixesFor(gang, input) : [];
  },
  groupKey: ({ facts: { group, what } }) => `${group} ${what}`,
  doc: {
    means:
      "The pod belongs to a group (PodGroup) whose pods start together or not at all: there are fewer pods than the group's minimum, one of them finds no node, or the group does not exist.",
    seenIn:
      "kube-scheduler [1.36, alpha]: no condition and no event, spec.schedulingGroup; the coscheduling plugin: `pre-filter pod p cannot find enough sibling pods, current pods number: 2, minMember of group: 3`, `podGroup ns/g failed recently`, `PodGroup g gets rejected due to Pod p is unschedulable even after PostFilter`; Volcano: `pod group is not ready, …`, condition Unschedulable of the PodGroup.",
    repair: "Create the missing pods, lower the minimum, or repair the pod of the group that finds no node.",
    notToConfuseWith: "scheduling/no-scheduler: there nobody would ever look.",
    catalogue: ["gang-waiting"],
  },
});

function groupEvidence({ group }: Gang): readonly Evidence[] {
  if (!group) return [];
  const quorum = quorumOf(group);
  const conditions = group.status?.conditions ?? [];
  const at = conditions.findLastIndex(
    ({ type, status, message }) => type === "Unschedulable" && status === "True" && message,
  );
  return [
    ...(quorum ? [seen(group, quorum.path, "start together")] : []),
    ...(at >= 0 ? [seen(group, `status.conditions[${at}].message`, "PodGroup")] : []),
  ];
}

function fixesFor({ membership, what, group, members, wanted }: Gang, input: PodInput): readonly Fix[] {
  const { namespace } = input.pod.metadata;
  const plural = resourceOf(group, membership);
  if (what === "group-missing")
    return [
      look(text`See which groups there are.`, kubectl("reads", namespace, "get", plural)),
      {
        title: text`Create the PodGroup ${name(membership.group)}, or correct its name in the pod.`,
        commands: [kubectl("changes", namespace, "create", "-f", "<podgroup.yaml>")],
        applies: "fill-in",
        by: "workload-owner",
      },
    ];
  const describe = kubectl("reads", namespace, "describe", plural, membership.group);
  const other = members.find((one) => !one.spec.nodeName && one.metadata.name !== input.pod.metadata.name);
  if (what === "other-pod")
    return [
      look(
        text`See which pod of the group finds no node.`,
        describe,
        other && namespace
          ? { argv: ["kubectl", "why-pending", other.metadata.name, "-n", namespace], does: "reads" }
          : kubectl("reads", namespace, "get", "pods"),
      ),
    ];
  const missing = (wanted ?? 0) - members.length;
  return [
    look(text`See the group and its pods.`, describe, kubectl("reads", namespace, "get", "pods")),
    {
      title: text`Create the ${missing === 1 ? "" : `${missing} `}missing ${missing === 1 ? "pod" : "pods"}: ${list(members.map(({ metadata }) => name(metadata.name)))} ${members.length === 1 ? "is" : "are"} there.`,
      commands: [],
      applies: "maybe",
      by: "workload-owner",
    },
    ...(membership.scheduler === "kube-scheduler"
      ? []
      : [
          {
            title: text`Or let ${count(members.length, "pod")} be enough.`,
            commands: [
              kubectl(
                "changes",
                namespace,
                "patch",
                plural,
                membership.group,
                "--type=merge",
                "-p",
                JSON.stringify({ spec: { minMember: members.length } }),
              ),
            ],
            applies: "maybe" as const,
            by: "workload-owner" as const,
          },
        ]),
  ];
}

/** The resource as kubectl takes it: three projects have one of this name. */
function resourceOf(group: PodGroup | undefined, { scheduler }: Membership): string {
  const its = group?.apiVersion?.split("/")[0];
  const usual = {
    "kube-scheduler": "scheduling.k8s.io",
    coscheduling: "scheduling.x-k8s.io",
    Volcano: "scheduling.volcano.sh",
  };
  return `podgroups.${its ?? usual[scheduler]}`;
}
