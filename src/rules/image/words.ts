import type { PullTarget } from "../../objects/pull-secret-entry.ts";
import { kubectl } from "../../text/command.ts";
import { count, list, name, type Piece, type Text, text, value } from "../../text/text.ts";
import type { Fix } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import { patchPodSpec, setImage } from "../repair.ts";
import type { PullAttempt } from "./pull-attempt.ts";
import { reachOf, type Several } from "./reach.ts";

/** The image, as a value to show. */
export const imageOf = ({ image }: PullAttempt): Piece => value(image);

/** The node the pod is bound to, by name; `the node` where there is none. */
export const nodeOf = ({ pod }: PodInput): Piece => (pod.spec.nodeName ? name(pod.spec.nodeName) : "the node");

/** The registry that the image names. */
export const hostOf = ({ reference, error }: PullAttempt): string => reference?.host ?? error.host;

/** What credentials are looked up for. */
export const targetOf = (attempt: PullAttempt): PullTarget => ({
  host: hostOf(attempt),
  repository: attempt.reference?.repository ?? "",
});

/** Who asks for the image: `container app`, or the volume of it. */
export const askerOf = ({ container, volume }: PullAttempt): Text =>
  volume
    ? text`Image volume ${name(volume)}, which container ${name(container.name)} mounts,`
    : text`${container.role === "main" ? "Container" : container.role === "sidecar" ? "Sidecar" : "Init container"} ${name(container.name)}`;

/** The same image on another host: what to write where only the host is wrong. */
export function withHost({ reference }: PullAttempt, host: string): string {
  const { repository = "<repository>", tag, digest } = reference ?? {};
  const path = host === "<host>" && reference?.host === "docker.io" ? repository.replace(/^library\//, "") : repository;
  return `${host}/${path}${tag ? `:${tag}` : ""}${digest ? `@${digest}` : ""}`;
}

/** Sets another image where the one in trouble is named; without a better one a placeholder stands for it. */
export function editImage(
  { container, volume, image, reference }: PullAttempt,
  input: PodInput,
  title: Text,
  better?: string,
  certainty?: Pick<Fix, "applies">,
): Fix {
  const next = better ?? `${reference?.name ?? image.replace(/[:@].*$/s, "")}:<tag>`;
  return volume
    ? patchPodSpec(input, { volumes: [{ name: volume, image: { reference: next } }] }, title, certainty)
    : setImage(input, container.name, next, title, certainty);
}

/** A look at the node, for troubles that sit there. */
export const describeNode = (input: PodInput, title: Text): Fix => ({
  title,
  commands: input.pod.spec.nodeName ? [kubectl("reads", undefined, "describe", "node", input.pod.spec.nodeName)] : [],
  applies: "as-is",
  by: "cluster-admin",
});

/** How far the trouble reaches: who else fails at the same registry, and who pulls from it well. */
export function reachNotes(attempt: PullAttempt, input: PodInput): readonly Text[] {
  const host = hostOf(attempt);
  const { pulledHere, pulledOn, failing, failingOn } = reachOf(input, host, attempt.error.cause);
  const here = input.pod.spec.nodeName ?? "";
  const isOnlyHere = failingOn.total === 0 || (failingOn.total === 1 && failingOn.first[0] === here);
  return [
    failing.total > 0 &&
      text`${count(failing.total, "other pod")} cannot pull from ${name(host)} for the same reason, on ${isOnlyHere ? "this node" : count(failingOn.total, "node")}: ${named(failing)}. The trouble is larger than this pod.`,
    pulledHere.total > 0 &&
      text`On the same node ${count(pulledHere.total, "pod")} pulled from ${name(host)} within the hour: ${named(pulledHere)}.`,
    pulledHere.total === 0 &&
      pulledOn.total > 0 &&
      text`Within the hour ${named(pulledOn)} pulled from ${name(host)}, node ${nodeOf(input)} did not: look at that node first.`,
  ].filter((note): note is Text => note !== false);
}

const named = ({ first, total }: Several): Text => list(first.map(name), 3, total);

/** How far a trouble of the node reaches: who else fails there with the same cause. */
export function nodeNotes({ error }: PullAttempt, input: PodInput): readonly Text[] {
  const { failingHere } = reachOf(input, error.host, error.cause);
  return failingHere.total > 0
    ? [
        text`${count(failingHere.total, "other pod")} on the same node ${failingHere.total === 1 ? "fails" : "fail"} for the same reason: ${named(failingHere)}.`,
      ]
    : [];
}

/**
 * The first status of an answer that begins as `meant` says, with its words, from where each runtime has it: `502 Bad
 * Gateway`. A port, a tag or a digest can have such digits, too.
 */
export function statusIn(detail: string, meant: RegExp): string | undefined {
  const statuses = detail.matchAll(/(?:: |status: |StatusCode: )([45]\d\d(?: [A-Z][A-Za-z-]+)*)(?![\w.])/g);
  return [...statuses].map(([, status = ""]) => status).find((status) => meant.test(status));
}
