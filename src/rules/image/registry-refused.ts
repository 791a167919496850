import { name, text } from "../../text/text.ts";
import type { PullAttempt } from "./pull-attempt.ts";
import { pullRule } from "./pull-rule.ts";
import { unreachableRuledOut } from "./ruled-out.ts";
import { isAnsweredHere, lookFromNode, viewNotes } from "./view-from-here.ts";
import { askerOf, describeNode, editImage, hostOf, imageOf, nodeOf, reachNotes, withHost } from "./words.ts";

/** Nothing answers at the registry's address. */
export default pullRule({
  id: "image/registry-refused",
  title: "Nothing answers at the registry's address",
  causes: ["refused"],
  asks: () => text`from this machine, for comparison`,
  headline: (attempt, input) =>
    text`Node ${nodeOf(input)} cannot reach ${name(attempt.error.host)}: ${happened(attempt)}.`,
  why: (attempt, input) =>
    text`${askerOf(attempt)} asks for ${imageOf(attempt)}. ${
      /^(?:localhost|127\.|\[::1\])/.test(attempt.error.host)
        ? text`On the node, ${name(attempt.error.host)} is the node itself, not the machine where you build, and no registry is listening there.`
        : /reset|EOF/.test(attempt.error.detail)
          ? text`Something accepted the connection and cut it off: the registry, or a firewall or proxy in between.`
          : isAnsweredHere(attempt, input)
            ? text`The name is resolved, but from the node nobody accepts connections at that address and port: the name stands for another address there, or a firewall is in between.`
            : text`The name is resolved, but nobody accepts connections at that address and port: the registry is down, host or port are wrong, or a firewall is in between.`
    }`,
  notes: (attempt, input) => [
    ...(attempt.error.host === hostOf(attempt)
      ? []
      : [
          text`The image names ${name(hostOf(attempt))}; the node was sent on to ${name(attempt.error.host)}, by a mirror, a redirect or the login.`,
        ]),
    ...viewNotes(attempt, input),
    ...reachNotes(attempt, input),
  ],
  fixes: (attempt, input) =>
    isAnsweredHere(attempt, input)
      ? [
          ...lookFromNode(attempt, input),
          describeNode(input, text`Open the way to ${name(attempt.error.host)} from node ${nodeOf(input)}.`),
        ]
      : [
          editImage(attempt, input, text`If host or port is wrong, correct the image.`, withHost(attempt, "<host>")),
          describeNode(input, text`Otherwise start the registry, or open the way to it from node ${nodeOf(input)}.`),
        ],
  groupKey: ({ host }) => host,
  ruledOut: unreachableRuledOut,
  doc: {
    means: "The node knows the address of the registry, and the connection is refused, reset or has no route.",
    seenIn:
      "`dial tcp …: connect: connection refused` or `no route to host`; CRI-O reports the reason RegistryUnavailable.",
    repair: "Start the registry, correct host or port, open the network.",
    notToConfuseWith: "image/registry-timeout: no answer at all; image/proxy: the node's proxy is what refuses.",
    catalogue: ["image-registry-refused"],
  },
});

function happened({ error: { detail } }: PullAttempt): string {
  if (/no route to host/.test(detail)) return "there is no route to it";
  if (/network is unreachable/.test(detail)) return "the network is unreachable";
  if (/reset|EOF/.test(detail)) return "the connection was cut off";
  return /refused/.test(detail) ? "connection refused" : "the registry is unavailable";
}
