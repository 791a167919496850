import { refTo } from "../../objects/object.ts";
import { kubectl } from "../../text/command.ts";
import { name, type Piece, type Text, text } from "../../text/text.ts";
import type { Confidence, Evidence, Fix, Impact, RuleId } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import { podsOfNode } from "../repair.ts";
import { defineRule, type Rule, type RuleDoc } from "../rule.ts";
import { driverPods } from "./claim-words.ts";
import type { MountCause } from "./mount-error.ts";
import { type MountFailure, mountFailures } from "./mount-failure.ts";

/** What programs get to know about a volume that is not mounted. */
export interface MountFacts {
  readonly volume: string;
  readonly claim?: string;
  readonly operation: string;
  readonly detail: string;
  readonly names: { readonly [what: string]: string };
}

export interface MountRuleSpec {
  readonly id: RuleId;
  readonly title: string;
  readonly causes: readonly MountCause[];
  readonly effect?: Impact;
  readonly needs?: readonly string[];
  readonly explains?: readonly RuleId[];
  fits?(failure: MountFailure, input: PodInput): boolean;
  confidence?(failure: MountFailure, input: PodInput): Confidence;
  evidence?(failure: MountFailure, input: PodInput): readonly Evidence[];
  headline(failure: MountFailure, input: PodInput): Text;
  why(failure: MountFailure, input: PodInput): Text;
  notes?(failure: MountFailure, input: PodInput): readonly Text[];
  readonly outlook?: Text;
  fixes(failure: MountFailure, input: PodInput): readonly Fix[];
  readonly doc: RuleDoc;
}

/** A rule about a volume that could not be attached or mounted, told by the newest event about it. */
export function mountRule(spec: MountRuleSpec): Rule {
  const { id, title, causes, effect = "blocks", needs = ["Event"], explains, outlook = RETRIES, doc } = spec;
  const mine = (input: PodInput) =>
    mountFailures(input).filter(
      (failure) => causes.includes(failure.error.cause) && (spec.fits?.(failure, input) ?? true),
    );
  const again = (called: string, input: PodInput): MountFailure => {
    const failure = mine(input).find((one) => (one.volume ?? one.called) === called);
    if (!failure) throw new Error(`nothing is known of volume ${called}`);
    return failure;
  };
  return defineRule<MountFacts>({
    id,
    title,
    effect,
    needs,
    ...(explains && { explains }),
    check: (input) =>
      mine(input).map((failure) => ({
        subject: refTo(input.pod),
        confidence: spec.confidence?.(failure, input) ?? "certain",
        evidence: [...failure.evidence, ...(spec.evidence?.(failure, input) ?? [])],
        facts: {
          volume: failure.volume ?? failure.called,
          ...(failure.claim && { claim: failure.claim.name }),
          operation: failure.operation,
          detail: failure.error.words,
          names: failure.error.names,
        },
      })),
    message: ({ facts }, input) => {
      const failure = again(facts.volume, input);
      return {
        headline: spec.headline(failure, input),
        why: spec.why(failure, input),
        notes: spec.notes?.(failure, input) ?? [],
        outlook,
      };
    },
    fixes: ({ facts }, input) => spec.fixes(again(facts.volume, input), input),
    groupKey: ({ facts }) => `${id} ${facts.claim ?? ""} ${JSON.stringify(facts.names)} ${facts.names.source ?? ""}`,
    doc,
  });
}

/** kubernetes v1.36 pkg/util/goroutinemap/exponentialbackoff: 500 ms, doubled up to 2 min 2 s. */
export const RETRIES = text`The kubelet tries again by itself, at the latest after 2 minutes.`;

/** The volume, by its claim where it has one. */
export const volumeText = ({ volume, called, claim }: MountFailure): Text =>
  claim ? text`the volume of claim ${name(claim.name)}` : text`volume ${name(volume ?? called)}`;

/** The same at the head of a sentence. */
export const VolumeText = ({ volume, called, claim }: MountFailure): Text =>
  claim ? text`The volume of claim ${name(claim.name)}` : text`Volume ${name(volume ?? called)}`;

/** The node the pod is bound to. */
export const nodeName = ({ pod }: PodInput): Piece => name(pod.spec.nodeName ?? "");

/** The CSI driver of a volume, as far as the PersistentVolume or the pod names it. */
export function driverOf({ claim, called, error }: MountFailure, { pod }: PodInput): string | undefined {
  const persistent = claim?.persistent?.state === "found" ? claim.persistent.object : undefined;
  const inline = pod.spec.volumes?.find((volume) => volume.name === called)?.csi as { driver?: string } | undefined;
  return error.names.driver ?? persistent?.spec?.csi?.driver ?? inline?.driver;
}

/** Finds the driver's pods on the node: by their names where some look like it, else all of the node. */
export function lookAtDriver(driver: string | undefined, input: PodInput, title: Text): Fix {
  const node = input.pod.spec.nodeName ?? "";
  const [pod] = driver === undefined ? [] : driverPods(driver, input).filter(({ spec }) => spec.nodeName === node);
  return {
    title,
    commands: pod
      ? [kubectl("reads", pod.metadata.namespace, "logs", pod.metadata.name, "--all-containers", "--tail=50")]
      : [podsOfNode(input)],
    applies: "as-is",
    by: "cluster-admin",
  };
}
