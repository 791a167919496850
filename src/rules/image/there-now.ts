import { duration, name, type Text, text, value } from "../../text/text.ts";
import type { Fix, Impact } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import { adminTask, deletePod, isStaticPod, look } from "../repair.ts";
import type { PullAttempt } from "./pull-attempt.ts";
import { isForNewPodsOnly, loginWords, ownTries, type Said, saidOf, shortDigest } from "./registry-said.ts";
import { hostOf, nodeOf } from "./words.ts";

/** The pull failed, and the registry gives the image now: the words and the steps that all rules about it share. */
export interface ThereNow {
  readonly said: Said;
  /** Between the try of the node and the answer to this program; undefined where the try left no time. */
  readonly secondsBetween?: number;
  readonly effect: Impact;
}

/** What is pushed or permitted between a try and our question takes somebody longer than this. */
const LONG_ENOUGH_SECONDS = 10;

/**
 * The registry has the image now, for a login that the kubelet would use as well. It will come by itself then; unless the
 * node's try was so shortly before that nobody can have pushed it in between, or the node asked somebody else.
 */
export function thereNow(attempt: PullAttempt, input: PodInput): ThereNow | undefined {
  const said = saidOf(attempt.image, input);
  if (said?.outcome.is !== "found" || isForNewPodsOnly(said)) return undefined;
  // With logins of its own the kubelet never asks anonymously (v1.36 pkg/kubelet/kuberuntime/kuberuntime_image.go PullImage).
  if (said.login.as === "anonymous" && (ownTries(said).length > 0 || isLoginLikely(attempt))) return undefined;
  const between = (Date.parse(said.answer.askedAt) - Date.parse(attempt.lastTryAt ?? "")) / 1000;
  const isElsewhere = isFromElsewhere(attempt);
  return {
    said,
    ...(Number.isFinite(between) && { secondsBetween: Math.max(0, Math.round(between)) }),
    effect: between >= LONG_ENOUGH_SECONDS && !isElsewhere ? "delays" : "blocks",
  };
}

const isLoginLikely = ({ error: { login } }: PullAttempt) => login === "sent" || login === "seems-sent";

/** The answer came from a host that is not the image's: a mirror. Docker Hub has several names of its own. */
export function isFromElsewhere(attempt: PullAttempt): boolean {
  const { host } = attempt.error;
  return host !== hostOf(attempt) && !host.endsWith(".docker.io") && !host.endsWith(".docker.com");
}

/** `the last try, 2m3s earlier,`: what a headline opposes the present to. */
export const earlierTry = ({ secondsBetween }: ThereNow): Text =>
  secondsBetween === undefined ? text`the last try` : text`the last try, ${duration(secondsBetween)} earlier,`;

/** When the node was answered what, and this program; then what can have happened in between. */
export function whyThereNow(
  { said, effect }: ThereNow,
  attempt: PullAttempt,
  input: PodInput,
  { was, became }: NowWords,
): Text {
  const { answer, login, outcome } = said;
  const digest = outcome.is === "found" && outcome.digest;
  const at = (time: string) => text`${value(clockOf(time))}`;
  return text`${attempt.lastTryAt ? text`At ${at(attempt.lastTryAt)} node ${nodeOf(input)} was answered ${was}` : text`Node ${nodeOf(input)} was answered ${was}`}. At ${at(answer.askedAt)} ${name(hostOf(attempt))} gave it to this machine, asked ${loginWords(login)}${digest && text` (${name(shortDigest(digest))})`}. ${
    isFromElsewhere(attempt)
      ? text`The node was answered by ${name(attempt.error.host)}, which its configuration puts in front of ${name(hostOf(attempt))}: that one lacks it.`
      : effect === "delays"
        ? text`So ${became} in between.`
        : text`Either ${became} in these few seconds, or the node asks another registry under that name than this machine does: a mirror, a proxy, another DNS.`
  }`;
}

/** `11:57:30 UTC`, with the date kept out: both times are of this run. */
function clockOf(time: string): string {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? time : `${date.toISOString().slice(11, 19)} UTC`;
}

/** That this machine's view is not the node's. */
export const otherViewNote = (input: PodInput): Text =>
  text`If the next try fails all the same, node ${nodeOf(input)} asks another registry under that name than this machine does: a mirror, a proxy or another DNS.`;

/** What a rule says of its cause that is over: `"not found"`, and `the image was pushed`. */
export interface NowWords {
  readonly headline: Text;
  /** What the node was answered. */
  readonly was: Text;
  /** What happened since. */
  readonly became: Text;
}

/** Wait, or have the pod made anew: the back-off belongs to one pod (v1.36 pkg/kubelet/images/image_manager.go pullImage). */
export function fixesThereNow(attempt: PullAttempt, input: PodInput): readonly Fix[] {
  if (isFromElsewhere(attempt)) {
    return [
      adminTask(
        text`Have ${name(attempt.error.host)} take the image over from ${name(hostOf(attempt))}, or ask the latter directly: the mirrors are in the registry configuration of the runtime on node ${nodeOf(input)}.`,
      ),
    ];
  }
  const { nextTrySeconds } = attempt;
  const when =
    nextTrySeconds === undefined
      ? text`Wait for the next try, at most 5 minutes.`
      : text`Wait for the next try, ${nextTrySeconds === 0 ? "which is due now" : `in about ${duration(nextTrySeconds)}`}.`;
  const isRemade = input.owners.length > 0 && !isStaticPod(input);
  return [
    look(when),
    ...(isRemade
      ? [
          {
            title: text`Or have the pod made anew, which tries at once.`,
            commands: [deletePod(input.pod)],
            applies: "as-is" as const,
            by: "workload-owner" as const,
          },
        ]
      : []),
  ];
}

/** What happens if nobody does anything. */
export const outlookThereNow = ({ nextTrySeconds, tries }: PullAttempt): Text =>
  text`The kubelet tries again ${
    nextTrySeconds === undefined
      ? "within 5 minutes"
      : nextTrySeconds === 0
        ? "about now"
        : `in about ${duration(nextTrySeconds)}`
  }${tries > 0 ? ` (${tries} so far)` : ""}, and the image is there now.`;
