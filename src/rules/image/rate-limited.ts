import { name, type Text, text, value } from "../../text/text.ts";
import type { PodInput } from "../pod-input.ts";
import { look } from "../repair.ts";
import type { PullAttempt } from "./pull-attempt.ts";
import { credentialTrouble, provideCredentials, pullSecretsOf } from "./pull-credentials.ts";
import { pullRule } from "./pull-rule.ts";
import { loginWords, saidOf } from "./registry-said.ts";
import { earlierTry } from "./there-now.ts";
import { askerOf, hostOf, imageOf, reachNotes, targetOf } from "./words.ts";

/** The registry limits the number of pulls. */
export default pullRule({
  id: "image/rate-limited",
  title: "The registry limits the number of pulls",
  causes: ["rate-limited"],
  needs: ["Event", "Node", "Secret"],
  asks: () => text`when it lets pulls in again`,
  headline: (attempt) =>
    text`${name(hostOf(attempt))} allows no more pulls for now: its rate limit is used up (429, too many requests).`,
  why: (attempt, input) =>
    text`${askerOf(attempt)} asks for ${imageOf(attempt)}. Registries count pulls by account, or by address where no login is sent; all nodes behind one gateway share one address. ${credentialTrouble(input, targetOf(attempt)) ?? text`The pod has a login for ${name(hostOf(attempt))}, so it is that account's limit.`}`,
  notes: (attempt, input) => [...limitNotes(attempt, input), ...reachNotes(attempt, input)],
  // An account's limit is the same from everywhere; without a login each address has its own.
  thereNow: (now, attempt) =>
    now.said.login.as === "secret" && now.said.answer.rate?.remaining !== 0
      ? {
          headline: text`${name(hostOf(attempt))} allows pulls again; ${earlierTry(now)} was above its rate limit.`,
          was: text`that there were too many requests`,
          became: text`the limit was lifted`,
        }
      : undefined,
  fixes: (attempt, input) => {
    const isAnonymous = !pullSecretsOf(input, targetOf(attempt)).some(({ state }) => state === "usable");
    const wait = look(
      text`${isAnonymous ? "Or wait" : "Wait"}: the limit is lifted by itself, on Docker Hub within six hours. A mirror inside your network and imagePullPolicy IfNotPresent save pulls.`,
    );
    return isAnonymous ? [...provideCredentials(input, targetOf(attempt)), wait] : [wait];
  },
  groupKey: ({ host }) => host,
  doc: {
    means: "The registry refuses further pulls from this address or account for some time.",
    seenIn: "`429 Too Many Requests` or `toomanyrequests` (all runtimes).",
    repair: "Authenticate, use a mirror, or wait.",
    notToConfuseWith: "image/qps: the kubelet's own limit.",
    catalogue: ["image-rate-limited"],
  },
});

/** What is left, and until when, as the registry told this machine. */
function limitNotes(attempt: PullAttempt, input: PodInput): readonly Text[] {
  const said = saidOf(attempt.image, input);
  if (!said) return [];
  const { login, outcome, answer } = said;
  const host = name(hostOf(attempt));
  const of = answer.rate && text` (${answer.rate.remaining} of ${answer.rate.limit} pulls left)`;
  const whose =
    login.as === "anonymous" && text` Without a login each address has a limit of its own: the node's is another.`;
  if (outcome.is === "rate-limited")
    return [
      text`Asked ${loginWords(login)}, ${host} refuses this machine too${outcome.until && text`, until ${value(outcome.until)}`}${of}.${whose}`,
    ];
  return outcome.is === "found" ? [text`Asked ${loginWords(login)}, ${host} lets this machine in${of}.${whose}`] : [];
}
