import { name, text } from "../../text/text.ts";
import { pullRule } from "./pull-rule.ts";
import { describeNode, editImage, imageOf, nodeOf, reachNotes } from "./words.ts";

/** The node cannot resolve the registry's name. */
export default pullRule({
  id: "image/registry-dns",
  title: "The node cannot resolve the registry's name",
  causes: ["dns"],
  headline: (attempt, input) =>
    text`Node ${nodeOf(input)} cannot resolve the registry host ${name(/lookup (\S+?)(?: on |:|$)/.exec(attempt.error.detail)?.[1] ?? attempt.error.host)} (DNS), so ${imageOf(attempt)} cannot be pulled.`,
  why: (_attempt, _input) =>
    text`Images are pulled by the node, with the node's resolver: names that only the cluster's DNS knows, such as those of Services, do not resolve there. Either the host name in the image is wrong or the node's DNS is.`,
  notes: reachNotes,
  fixes: (attempt, input) => [
    editImage(
      attempt,
      input,
      text`If the host is misspelt, correct the image.`,
      `<host>/${attempt.reference?.repository ?? "<repository>"}:${attempt.reference?.tag ?? "<tag>"}`,
    ),
    describeNode(
      input,
      text`Otherwise repair name resolution on node ${nodeOf(input)} (its /etc/resolv.conf and DNS server).`,
    ),
  ],
  groupKey: ({ host }) => host,
  doc: {
    means: "The lookup of the registry's host name failed on the node.",
    seenIn:
      "`lookup HOST \u2026: no such host`, `server misbehaving`, or a lookup that times out (Go resolver, all runtimes).",
    repair: "Correct the host in the image, or the node's DNS.",
    notToConfuseWith: "image/registry-timeout: the name resolved, the connection did not come about.",
    catalogue: ["image-registry-dns"],
  },
});
