import { name, text } from "../../text/text.ts";
import { pullRule } from "./pull-rule.ts";
import { describeNode, editImage, imageOf, nodeOf, reachNotes } from "./words.ts";

/** Nothing answers at the registry's address. */
export default pullRule({
  id: "image/registry-refused",
  title: "Nothing answers at the registry's address",
  causes: ["refused"],
  headline: (attempt, input) =>
    text`The registry ${name(attempt.error.host)} cannot be reached from node ${nodeOf(input)}: ${/no route to host/.test(attempt.error.detail) ? "there is no route to it" : /unreachable/.test(attempt.error.detail) ? "the network is unreachable" : /reset/.test(attempt.error.detail) ? "the connection was reset" : "the connection was refused"}; ${imageOf(attempt)} cannot be pulled.`,
  why: (attempt, _input) =>
    /^(?:localhost|127\.)/.test(attempt.error.host)
      ? text`On the node, ${name(attempt.error.host)} is the node itself, not the machine where you build. No registry is listening there.`
      : text`The name resolved, but nobody accepts connections at that address and port: the registry is down, the port is wrong, or a firewall is in between.`,
  notes: reachNotes,
  fixes: (attempt, input) => [
    editImage(
      attempt,
      input,
      text`If host or port is wrong, correct the image.`,
      `<host>/${attempt.reference?.repository ?? "<repository>"}:${attempt.reference?.tag ?? "<tag>"}`,
    ),
    describeNode(input, text`Otherwise start the registry or open the way to it from node ${nodeOf(input)}.`),
  ],
  groupKey: ({ host }) => host,
  doc: {
    means: "The node knows the address of the registry, and the connection is refused or has no route.",
    seenIn:
      "`dial tcp \u2026: connect: connection refused` or `no route to host`; CRI-O reports the reason RegistryUnavailable.",
    repair: "Start the registry, correct host or port, open the network.",
    notToConfuseWith: "image/registry-timeout: no answer at all.",
    catalogue: ["image-registry-refused"],
  },
});
