import type { Unchecked } from "../../diagnosis/diagnose.ts";
import { fullName, type ObjectRef } from "../../objects/object.ts";
import type { Evidence, Finding } from "../../rules/finding.ts";
import type { Command } from "../../text/command.ts";
import { duration, name, path, type Text, text, value } from "../../text/text.ts";
import type { Checks, Moment, RawReason, Report, Scheduling, Step } from "../report.ts";

// Phrases that the terminal and Markdown share.

/** `image/not-found · likely` */
export const tagOf = ({ rule, confidence }: Finding) => `${rule} · ${confidence}`;

/** `Node worker-2`, `Pod shop/web`: an object as people name it. */
export const objectName = (ref: ObjectRef) => `${ref.kind} ${fullName(ref)}`;

/** What was seen, as it is to be read: the value itself, or the words that the rule has for it. */
export function evidenceValue({ value: content, shows }: Evidence): Text {
  if (shows) return shows;
  return [value(typeof content === "string" ? content.trim() : JSON.stringify(content))];
}

/** Where it was seen: the path, and the object unless it is the target. */
export function evidencePlace({ ref, path: fieldPath }: Evidence, target: ObjectRef): Text {
  const isTarget = ref.kind === target.kind && ref.name === target.name && ref.namespace === target.namespace;
  // An event's name is an accident; that it is an event is what counts.
  if (ref.kind === "Event") return text`event`;
  // What a registry said is told with who asked; there is no object to look it up in.
  if (ref.kind === "RegistryAnswer") return [];
  if (ref.kind === "Log") return text`${fieldPath.startsWith("previous") ? "log of the run before" : "log"}`;
  return isTarget ? text`${path(fieldPath)}` : text`${ref.kind} ${name(fullName(ref))} ${path(fieldPath)}`;
}

/** What to know before taking a step: who may, and why it is not to be pasted blindly. */
export function caveatsOf({ applies, by, placeholders }: Pick<Step, "applies" | "by" | "placeholders">): string {
  const caveats = [
    by === "cluster-admin" && "cluster admin",
    applies === "maybe" && "if it is right for you",
    applies === "fill-in" && `fill in ${placeholders.length ? placeholders.join(", ") : "first"}`,
  ].filter((caveat) => caveat !== false);
  return caveats.length ? `(${caveats.join("; ")})` : "";
}

/** `1.`, `2.`, `or`: what stands before each step. What goes on with an alternative has no number of its own. */
export function marksOf(steps: readonly Step[]): readonly string[] {
  let number = 0;
  let isWithinAlternative = false;
  return steps.map(({ isAlternative, title, act }) => {
    if (isAlternative) isWithinAlternative = true;
    else if (title.length > 0 || act === "verify") isWithinAlternative = false;
    if (isAlternative) return "or";
    return isWithinAlternative ? "" : `${++number}.`;
  });
}

/** A title of an alternative without the "Or" that its mark says already. */
export function titleOf({ title, isAlternative }: Pick<Step, "title" | "isAlternative">): Text {
  const [first, ...rest] = title;
  const or = typeof first === "string" && isAlternative ? /^Or,? ([\s\S]*)$/.exec(first) : null;
  if (!or) return title;
  const words = or[1] ?? "";
  return [words.charAt(0).toUpperCase() + words.slice(1), ...rest];
}

/** `Secret (forbidden; needs: get secrets in namespace shop)`, and which rules it left unsure where they are few. */
export function uncheckedWords({ what, gap, rules }: Unchecked): Text {
  if (!gap) return text`${what}`;
  const subject = gap.name ? `${what} ${gap.name}` : what;
  const where = gap.namespace ? ` in namespace ${gap.namespace}` : "";
  const right = gap.right ?? `${gap.name ? "get" : "list"} ${resourceOf(gap.kind)}${where}`;
  const why =
    gap.state === "forbidden"
      ? ` (forbidden; needs: ${right})`
      : gap.state === "not-served"
        ? " (this server has no such kind)"
        : ` (${gap.state}: ${gap.message})`;
  // A list of all that a missing node would have made surer helps nobody.
  const isShort = rules.length > 0 && rules.length <= 3;
  return text`${subject}${gap.state === "forbidden" ? "" : where}${why}${isShort && `; less sure: ${rules.join(", ")}`}`;
}

/** `registry.test:5000 (as secret shop/pull, user ada; anonymously), auth.docker.io` */
export function askedWords(asked: Report["asked"]): Text {
  return asked.flatMap(({ host, isReached, logins }, index) => {
    const ways = logins.map((login) =>
      login.as === "anonymous"
        ? text`anonymously`
        : text`as secret ${name(login.secret)}${login.user !== undefined && text`, user ${name(login.user)}`}`,
    );
    const details = [...(isReached ? [] : [text`no answer`]), ...ways];
    const shown = details.flatMap((way, at) => text`${at > 0 && "; "}${way}`);
    return text`${index > 0 && ", "}${name(host)}${shown.length > 0 && text` (${shown})`}`;
  });
}

/** The resource of a kind, as `kubectl get` takes it (apimachinery v0.36 pkg/api/meta/restmapper.go UnsafeGuessKindToResource). */
function resourceOf(kind: string): string {
  const lower = kind.toLowerCase();
  if (lower.endsWith("endpoints")) return lower;
  if (lower.endsWith("s")) return `${lower}es`;
  return lower.endsWith("y") ? `${lower.slice(0, -1)}ies` : `${lower}s`;
}

/** What looked at a pod that no rule explains. */
export function checksWords({ rules, stages, rulesOfStages }: Checks): string {
  const about = stages.join(" and ");
  if (stages.length === 0) return `${rules} rules looked at it and none fits.`;
  if (rulesOfStages === 0)
    return `None of the ${rules} rules is about this step (${about}), so its cause is not known here.`;
  const [were, fit] = rulesOfStages === 1 ? ["is", "does not fit"] : ["are", "do not fit"];
  return `${rules} rules looked at it; ${rulesOfStages} of them ${were} about this step (${about}) and ${fit}.`;
}

/** `3 (2m ago)`, as kubectl shows RESTARTS. */
export function restartsWords({ restarts, restartedSecondsAgo }: Report): string {
  return restarts && restartedSecondsAgo !== undefined
    ? `${restarts} (${duration(restartedSecondsAgo)} ago)`
    : `${restarts}`;
}

/** The time of day in UTC; with the date where it is another day than the report's. */
export function clock(at: string, takenAt: string): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return "--:--:--";
  const [day, time = ""] = date.toISOString().split("T");
  const short = time.slice(0, 8);
  return day === takenAt.slice(0, 10) ? short : `${day} ${short}`;
}

/** `×5, last 11:03:01` */
export function timesWords({ times, lastAt, at }: Moment, takenAt: string): string {
  if (times < 2) return "";
  return lastAt && lastAt !== at ? `×${times}, last ${clock(lastAt, takenAt)}` : `×${times}`;
}

/** The first and the last of a long list, and how many are left out between. */
export function firstAndLast<T>(
  items: readonly T[],
  most: number,
): { head: readonly T[]; left: number; tail: readonly T[] } {
  if (items.length <= most) return { head: items, left: 0, tail: [] };
  const head = Math.floor((most - 1) / 2);
  const tail = most - 1 - head;
  return { head: items.slice(0, head), left: items.length - head - tail, tail: items.slice(-tail) };
}

/** `web-7d4-x2k`, `deployment/web`: how the program takes a target. */
export const targetArgument = ({ kind, name: itsName }: ObjectRef): string =>
  kind === "Pod" ? itsName : `${kind.toLowerCase()}/${itsName}`;

/** Whether a report is on a workload itself, not on a pod. */
export const isWorkload = ({ target }: Pick<Report, "target">): boolean => target.kind !== "Pod";

/** How to see one target in full. */
export const ownCommand = ({ namespace, ...target }: ObjectRef): Command => ({
  argv: ["kubectl", "why-pending", targetArgument(target), ...(namespace ? ["-n", namespace] : [])],
  does: "reads",
});

/** `2,310` */
export const thousands = (n: number) => String(n).replace(/\B(?=(\d{3}){1,200}$)/g, ",");

/**
 * The reasons as lines: a message that stands in several places (Ready and ContainersReady, a condition and its event)
 * is one line that names them all.
 */
export function mergedRaw(raw: readonly RawReason[]): readonly { words: string; abouts: readonly string[] }[] {
  const byMessage = new Map<string, { reasons: Set<string>; message: string; abouts: string[] }>();
  for (const { reason, message, about, times = 1 } of raw) {
    const place = times > 1 ? `${about} ×${times}` : about;
    const key = message || `\n${reason}`;
    const known = byMessage.get(key) ?? { reasons: new Set<string>(), message, abouts: [] };
    known.reasons.add(reason);
    known.abouts.push(place);
    byMessage.set(key, known);
  }
  return [...byMessage.values()].map(({ reasons, message, abouts }) => ({
    words: [[...reasons].filter(Boolean).join(", "), message].filter(Boolean).join(": "),
    abouts,
  }));
}

/** `a, b and c`; more than that as `8 × worker-*`, or the first of them and how many more. */
export function nodeNames(names: readonly string[], isWide: boolean): string {
  const [first = "", ...others] = names;
  if (isWide || names.length <= 2) return names.join(", ");
  let shared = first;
  for (const other of others) while (!other.startsWith(shared)) shared = shared.slice(0, -1);
  return shared.length >= 3 ? `${names.length} × ${shared}*` : `${first} and ${others.length} more`;
}

/** The head of the table of nodes. What keeps the pod from all of them is told as the cause; they say what comes after it. */
export const stopsTitle = ({ podRejections }: Scheduling): string =>
  podRejections.length > 0 ? "what would stop the pod there next" : "what stops the pod there";
