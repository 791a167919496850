import { name, text } from "../../text/text.ts";
import { look } from "../repair.ts";
import { credentialTrouble, provideCredentials, pullSecretsOf } from "./pull-credentials.ts";
import { pullRule } from "./pull-rule.ts";
import { askerOf, hostOf, imageOf, reachNotes, targetOf } from "./words.ts";

/** The registry limits the number of pulls. */
export default pullRule({
  id: "image/rate-limited",
  title: "The registry limits the number of pulls",
  causes: ["rate-limited"],
  needs: ["Event", "Node", "Secret"],
  headline: (attempt) =>
    text`${name(hostOf(attempt))} allows no more pulls for now: its rate limit is used up (429, too many requests).`,
  why: (attempt, input) =>
    text`${askerOf(attempt)} asks for ${imageOf(attempt)}. Registries count pulls by account, or by address where no login is sent; all nodes behind one gateway share one address. ${credentialTrouble(input, targetOf(attempt)) ?? text`The pod has a login for ${name(hostOf(attempt))}, so it is that account's limit.`}`,
  notes: reachNotes,
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
