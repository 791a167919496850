import { fullName } from "../objects/object.ts";
import type { Finding } from "../rules/finding.ts";
import { compare } from "../snapshot/lookup.ts";
import type { Group, RawReason, Report } from "./report.ts";

/**
 * Groups reports by their cause: the same rule with the same key. Pods that no rule explains are grouped by the reason
 * that some object gives. Known causes first, most pods first.
 */
export function groupsOf(items: readonly Report[]): readonly Group[] {
  const groups = new Map<string, { key: string; cause?: Finding; raw?: RawReason; members: number[] }>();
  for (const [index, report] of items.entries()) {
    const key = groupKey(report);
    if (key === undefined) continue;
    const known = groups.get(key);
    if (known) {
      known.members.push(index);
      continue;
    }
    const raw = report.rootCause ? undefined : mostTelling(report);
    groups.set(key, {
      key,
      ...(report.rootCause && { cause: report.rootCause }),
      ...(raw && { raw }),
      members: [index],
    });
  }
  return [...groups.values()]
    .sort(
      (a, b) =>
        Number(b.cause !== undefined) - Number(a.cause !== undefined) ||
        b.members.length - a.members.length ||
        compare(a.key, b.key),
    )
    .map(({ key: _, ...group }) => group);
}

/** Undefined for a report that has nothing to group: a pod that is fine, or on its way. */
function groupKey(report: Report): string | undefined {
  const { rootCause, verdict, status, target } = report;
  if (rootCause) return `${rootCause.rule}\n${rootCause.groupKey}`;
  if (verdict === "not-found" || verdict === "not-analysed") return `\n${verdict}`;
  if (verdict !== "unexplained" && verdict !== "failed") return undefined;
  const raw = mostTelling(report);
  if (!raw) return `\n${status}\n${ownerName(report)}`;
  // What a container says of itself (it crashed, it cannot be created) is about its own template: two workloads that
  // crash need not crash for one cause. What a scheduler or a volume plugin says names its cause itself.
  const isOwn = raw.path.includes("tatuses[") || raw.message === "";
  const words = withoutIdentity(raw.message, fullName(target), target.name, target.uid);
  return `\n${raw.reason}\n${words}\n${isOwn ? ownerName(report) : ""}`;
}

const ownerName = ({ workload, target }: Report) =>
  workload ? `${workload.kind} ${fullName(workload)}` : fullName(target);

/** A message without what differs from pod to pod of one cause: names, uids, times. Amounts stay, they are the cause. */
function withoutIdentity(message: string, ...identities: readonly (string | undefined)[]): string {
  let words = withoutPreemption(message);
  for (const identity of identities) {
    // As a word of its own: a pod may be named like a part of any other word.
    if (identity)
      words = words.replace(
        new RegExp(`(?<![A-Za-z0-9-])${identity.replace(/[^A-Za-z0-9-]/g, "\\$&")}(?![A-Za-z0-9-])`, "g"),
        "*",
      );
  }
  return words
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\b[0-9a-f]{32,64}\b/g, "*")
    .replace(/\bback-off (?:\d+[hms])+/g, "back-off *");
}

/** A scheduler's message up to where it tells of preemption: that part is never the cause, and differs by priority. */
export const withoutPreemption = (message: string): string =>
  message.replace(/(?<!\s)\s*(?:no new claims to deallocate, )?preemption: \d+\/\d+ nodes are available: .*$/s, "");

/** Reasons that every pod on its way has: they say where it stands, not what is wrong. */
export const EXPECTED_WHILE_STARTING: ReadonlySet<string> = new Set([
  "ContainersNotReady",
  "ContainersNotInitialized",
  "ContainerCreating",
  "PodInitializing",
]);

/** The one reason to show where there is room for one. */
export const mostTelling = ({ raw }: Pick<Report, "raw">): RawReason | undefined => raw[0];

/** Reasons in the order of what they tell: what the pod says of itself now before what was said once, newest first. */
export function byWeight(raw: readonly RawReason[]): readonly RawReason[] {
  // Events come oldest first.
  return [...raw].reverse().sort((a, b) => weightOf(a) - weightOf(b));
}

function weightOf({ reason, path, message }: RawReason): number {
  if (EXPECTED_WHILE_STARTING.has(reason)) return 9;
  if (path === "status") return 0;
  // That a container is not started again yet says nothing of why it ended.
  if (path.endsWith(".state.waiting")) return reason === "CrashLoopBackOff" ? 3.5 : 1;
  if (path.endsWith(".state.terminated")) return 2;
  if (path.endsWith(".lastState.terminated")) return 3;
  if (path.startsWith("status.conditions")) return message ? 4 : 8;
  return 5;
}
