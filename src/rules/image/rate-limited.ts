import { name, text } from "../../text/text.ts";
import { look } from "../repair.ts";
import { credentialTrouble, provideCredentials } from "./pull-credentials.ts";
import { pullRule } from "./pull-rule.ts";
import { imageOf, reachNotes } from "./words.ts";

/** The registry limits the number of pulls. */
export default pullRule({
  id: "image/rate-limited",
  title: "The registry limits the number of pulls",
  causes: ["rate-limited"],
  headline: (attempt, _input) =>
    text`${name(attempt.error.host)} answers "too many requests" (429): its pull rate limit is used up for this address or account, so ${imageOf(attempt)} cannot be pulled now.`,
  why: (attempt, input) =>
    text`Registries count pulls by account, or without credentials by address; all nodes behind one gateway share one address. ${credentialTrouble(input, attempt.reference?.host ?? attempt.error.host)}`,
  notes: reachNotes,
  fixes: (attempt, input) => [
    ...provideCredentials(input, attempt.reference?.host ?? attempt.error.host),
    look(
      text`Or wait: the limit is lifted by itself, on Docker Hub within six hours. A mirror inside your network and imagePullPolicy IfNotPresent save pulls.`,
    ),
  ],
  groupKey: ({ host }) => host,
  doc: {
    means: "The registry refuses further pulls from this address or account for some time.",
    seenIn: "`429 Too Many Requests` or `toomanyrequests` (all runtimes).",
    repair: "Authenticate, use a mirror, or wait.",
    catalogue: ["image-rate-limited"],
  },
});
