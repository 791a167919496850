import { name, text } from "../../text/text.ts";
import { look } from "../repair.ts";
import { pullRule } from "./pull-rule.ts";
import { lookFromNode, viewNotes } from "./view-from-here.ts";
import { askerOf, imageOf, nodeOf, reachNotes, statusIn } from "./words.ts";

/** The registry served the manifest; the storage behind it refuses a layer. */
export default pullRule({
  id: "image/layer-refused",
  title: "The storage behind the registry refuses a layer",
  causes: ["layer-refused"],
  confidence: () => "likely",
  asks: () => text`from this machine, for comparison`,
  headline: (attempt, input) =>
    text`${name(attempt.error.host)} refuses a layer of the image to node ${nodeOf(input)} (${statusIn(attempt.error.detail, /^40[13]/) ?? "403"}), after the manifest was read.`,
  why: (attempt) =>
    text`${askerOf(attempt)} asks for ${imageOf(attempt)}. The tag exists and the manifest could be read, so a pull secret is probably not what is missing. Registries store layers elsewhere (object storage such as S3, a CDN) and redirect to it; that storage, or a proxy, firewall or VPC endpoint policy on the way to it, refuses the request.`,
  notes: (attempt, input) => [...viewNotes(attempt, input), ...reachNotes(attempt, input)],
  fixes: (attempt, input) => [
    ...lookFromNode(attempt, input),
    look(
      text`Find out where ${name(attempt.error.host)} redirects for layers, and allow that host for node ${nodeOf(input)}: in the egress firewall, in the proxy, and in the policy of a VPC endpoint for S3.`,
    ),
  ],
  groupKey: ({ host }) => host,
  doc: {
    means: "The manifest was served, and the request for a layer is answered with 401 or 403.",
    seenIn:
      "`failed to copy: httpReadSeeker: failed open: … 403 Forbidden` (containerd opens layers only, remotes/docker/httpreadseeker.go); `reading blob sha256:…: fetching blob: StatusCode: 403` (CRI-O).",
    repair: "Allow the storage that the registry redirects to.",
    notToConfuseWith: "image/auth-missing and image/auth-rejected: there the manifest is refused already.",
    catalogue: [],
  },
});
