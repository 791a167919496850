import { type Missing, missingOf, parseMissing, type Said } from "../config/missing.ts";
import { isServiceAccountVolume, volumeUses } from "../config/use.ts";
import type { PodInput } from "../pod-input.ts";
import { mountFailures } from "./mount-failure.ts";
import { awaitsSandbox } from "./standing.ts";

/** Every namespace gets this ConfigMap from kube-controller-manager; that it is not there has a rule of its own. */
export const ROOT_CA = "kube-root-ca.crt";

/** What the volumes of a pod without a sandbox ask for in vain. */
export function missingForVolumes(input: PodInput): readonly Missing[] {
  const known = missingFor.get(input);
  if (known) return known;
  const { pod } = input;
  const spoken = mountFailures(input).flatMap(({ volume, detail, evidence: [evidence] }): Said[] =>
    parseMissing(detail).map((said) => ({ ...said, evidence, ...(volume !== undefined && { volume }) })),
  );
  const uses = awaitsSandbox(pod) ? volumeUses(pod).filter(({ name }) => name !== ROOT_CA) : [];
  // A ServiceAccount's own volume names what no user chose: only the kubelet's word counts for it.
  const missing = missingOf(input, uses, spoken, ({ volume = "" }) => isServiceAccountVolume(pod, volume));
  missingFor.set(input, missing);
  return missing;
}
const missingFor = new WeakMap<PodInput, readonly Missing[]>();
