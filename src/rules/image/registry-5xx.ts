import { name, text } from "../../text/text.ts";
import { look } from "../repair.ts";
import { pullRule } from "./pull-rule.ts";
import { earlierTry } from "./there-now.ts";
import { viewNotes } from "./view-from-here.ts";
import { askerOf, imageOf, reachNotes, statusIn } from "./words.ts";

/** The registry fails with a server error. */
export default pullRule({
  id: "image/registry-5xx",
  title: "The registry fails with a server error",
  causes: ["5xx"],
  asks: () => text`from this machine, for comparison`,
  headline: (attempt, _input) =>
    text`The registry ${name(attempt.error.host)} fails with a server error (${statusOf(attempt.error.detail)}).`,
  why: (attempt) =>
    text`${askerOf(attempt)} asks for ${imageOf(attempt)}. The registry is reachable but does not work, or a proxy in front of it has lost it. It can heal without a change here.`,
  notes: (attempt, input) => [...viewNotes(attempt, input), ...reachNotes(attempt, input)],
  thereNow: (now, attempt) => ({
    headline: text`The registry ${name(attempt.error.host)} gives the image now; ${earlierTry(now)} met a server error.`,
    was: text`with a server error (${statusOf(attempt.error.detail)})`,
    became: text`it recovered`,
  }),
  fixes: (attempt, _input) => [look(text`Tell the owner of ${name(attempt.error.host)}; the kubelet goes on trying.`)],
  groupKey: ({ host }) => host,
  doc: {
    means: "The registry, or a proxy before it, answered 5xx.",
    seenIn:
      "`502 Bad Gateway`, `503 Service Unavailable` \u2026; cri-dockerd turns 502 to 504 into RegistryUnavailable.",
    repair: "Repair the registry; it is not the pod's fault.",
    catalogue: ["image-registry-5xx"],
  },
});

const statusOf = (detail: string): string => statusIn(detail, /^5/) ?? "5xx";
