import type { Lookup } from "../../snapshot/lookup.ts";
import { duration, type Text, text } from "../../text/text.ts";
import type { ContainerView } from "../pod-input.ts";

/** When the kubelet starts a container again. */
export interface NextTry {
  /** The whole wait after the last end, in seconds. */
  readonly waitSeconds: number;
  /** What is left of it. */
  readonly inSeconds: number;
}

const FIRST_WAIT = 10;
const LONGEST_WAIT = 300;
/** A container that has run for longer begins with the first wait again. */
const FORGETS_AFTER = 600;

/**
 * The wait after the n-th restart: 10 s, 20 s, 40 s … 5 min (kubelet v1.36 pkg/kubelet/kubelet.go backOffPeriod and
 * MaxCrashLoopBackOff, pkg/kubelet/kuberuntime/kuberuntime_manager.go doBackOff); a run of more than ten minutes
 * resets it (client-go util/flowcontrol/backoff.go hasExpired: twice the longest wait).
 */
export function waitAfter(restarts: number, lastedSeconds: number | undefined): number {
  if (lastedSeconds !== undefined && lastedSeconds > FORGETS_AFTER) return FIRST_WAIT;
  return Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** Math.max(0, restarts - 1));
}

/** `back-off 1m20s restarting failed container=app pod=web_shop(…)`: nodes may have other limits, and the message tells. */
export function statedWait(message: string | undefined): number | undefined {
  const stated = /\bback-off (?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+(?:\.\d+)?)s)? restarting failed/.exec(message ?? "");
  if (!stated) return undefined;
  const [, hours = 0, minutes = 0, seconds = 0] = stated;
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
}

/** When the container is started again, counted from its last end. */
export function nextTry(
  { status }: ContainerView,
  { finishedAt, seconds }: { readonly finishedAt?: string; readonly seconds?: number },
  snapshot: Lookup,
): NextTry | undefined {
  const since = snapshot.secondsSince(finishedAt);
  if (since === undefined) return undefined;
  const waitSeconds = statedWait(status?.state?.waiting?.message) ?? waitAfter(status?.restartCount ?? 0, seconds);
  return { waitSeconds, inSeconds: Math.max(0, waitSeconds - since) };
}

/** What happens if nobody does anything. */
export function outlookWords({ waitSeconds, inSeconds }: NextTry, tries: number): Text {
  const when = inSeconds <= 1 ? "about now" : `in about ${duration(inSeconds)}`;
  const grows =
    waitSeconds >= LONGEST_WAIT ? "it stays at one try every 5 minutes" : "the wait doubles up to 5 minutes";
  return text`If nothing changes, the kubelet starts it again ${when} (${tries} ${tries === 1 ? "try" : "tries"} so far); ${grows}.`;
}
