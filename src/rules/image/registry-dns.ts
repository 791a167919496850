import { nearest } from "../../text/nearest.ts";
import { name, text, value } from "../../text/text.ts";
import { knownHosts } from "./known-images.ts";
import type { PullAttempt } from "./pull-attempt.ts";
import { pullRule } from "./pull-rule.ts";
import { isAnsweredHere, lookFromNode, viewNotes } from "./view-from-here.ts";
import { askerOf, describeNode, editImage, hostOf, imageOf, nodeOf, reachNotes, withHost } from "./words.ts";

/** The node cannot resolve the registry's name. */
export default pullRule({
  id: "image/registry-dns",
  title: "The node cannot resolve the registry's name",
  causes: ["dns"],
  asks: () => text`from this machine, for comparison`,
  more: (attempt) => ({ lookedUp: lookedUp(attempt) }),
  headline: (attempt, input) =>
    isNoSuchHost(attempt)
      ? text`No host ${name(lookedUp(attempt))} is known to the DNS of node ${nodeOf(input)}.`
      : text`Node ${nodeOf(input)} cannot look up the registry host ${name(lookedUp(attempt))}: its DNS does not answer.`,
  why: (attempt, input) =>
    text`${askerOf(attempt)} asks for ${imageOf(attempt)}. ${
      isClusterName(lookedUp(attempt))
        ? text`${name(lookedUp(attempt))} is the name of a Service: the cluster's DNS knows it, but images are pulled by the node, with the node's own resolver.`
        : isAnsweredHere(attempt, input)
          ? text`The node pulls, with its own resolver (not the cluster's DNS), which fails on a name that this machine can look up.`
          : isNoSuchHost(attempt)
            ? text`The node pulls, with its own resolver (not the cluster's DNS). The host is misspelt, or only another DNS knows it.`
            : text`The node's resolver got no usable answer, so the registry could not be asked. The name may well be right.`
    }`,
  notes: (attempt, input) => [
    ...(lookedUp(attempt) === hostName(hostOf(attempt))
      ? []
      : [
          text`The image names ${name(hostOf(attempt))}; the node was sent on to ${name(lookedUp(attempt))}, by a mirror, a redirect or the login.`,
        ]),
    ...viewNotes(attempt, input),
    ...reachNotes(attempt, input),
  ],
  fixes: (attempt, input) => {
    if (isAnsweredHere(attempt, input)) {
      const title = text`Repair name resolution on node ${nodeOf(input)}: its /etc/resolv.conf and DNS server.`;
      return [...lookFromNode(attempt, input), describeNode(input, title)];
    }
    const host = hostOf(attempt);
    const alike = nearest(host, knownHosts(input), 1)[0];
    return [
      ...(alike
        ? [
            editImage(
              attempt,
              input,
              text`Use ${value(alike)}: other images come from there.`,
              withHost(attempt, alike),
              { applies: "maybe" },
            ),
          ]
        : []),
      ...(isNoSuchHost(attempt)
        ? [
            editImage(
              attempt,
              input,
              isClusterName(lookedUp(attempt))
                ? text`Name the registry by a host that the nodes can resolve.`
                : text`If the host is misspelt, correct the image.`,
              withHost(attempt, "<host>"),
            ),
          ]
        : []),
      describeNode(
        input,
        text`${isNoSuchHost(attempt) ? "Otherwise repair" : "Repair"} name resolution on node ${nodeOf(input)}: its /etc/resolv.conf and DNS server.`,
      ),
    ];
  },
  groupKey: ({ host }) => host,
  doc: {
    means: "The lookup of the registry's host name failed on the node.",
    seenIn:
      "`lookup HOST …: no such host`, `server misbehaving`, or a lookup that times out (Go resolver, all runtimes).",
    repair: "Correct the host in the image, or the node's DNS.",
    notToConfuseWith: "image/registry-timeout: the name resolved, the connection did not come about.",
    catalogue: ["image-registry-dns"],
  },
});

const lookedUp = ({ error }: PullAttempt) =>
  /lookup (\S+?)(?: on |:\s|:$|$)/.exec(error.detail)?.[1] ?? hostName(error.host);
const hostName = (host: string) => host.replace(/:\d+$/, "");
const isNoSuchHost = ({ error }: PullAttempt) => /no such host/.test(error.detail);
const isClusterName = (host: string) => /\.svc(?:\.cluster\.local)?\.?$|\.cluster\.local\.?$/.test(host);
