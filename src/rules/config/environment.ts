import type { Impact } from "../finding.ts";
import type { ContainerView, PodInput } from "../pod-input.ts";
import { creationFailures } from "./creation-failure.ts";
import { type Missing, missingOf, parseMissing, type Said } from "./missing.ts";
import { environmentUses } from "./use.ts";

/** What the environments of the containers that were not created yet ask for in vain. */
export function missingForEnvironment(input: PodInput): readonly Missing[] {
  const known = missingFor.get(input);
  if (known) return known;
  const { pod, containers } = input;
  const failures = creationFailures(input);
  const open = pod.metadata.deletionTimestamp || isOver(input) ? [] : containers.filter(isNotCreated);
  const uses = environmentUses(input);
  const missing = missingOf(
    input,
    uses.filter(({ container }) => open.some(({ name }) => name === container)),
    failures.flatMap(({ message, evidence }): Said[] => parseMissing(message).map((said) => ({ ...said, evidence }))),
  );
  missingFor.set(input, missing);
  return missing;
}

/** Every rule of the family asks for the same. */
const missingFor = new WeakMap<PodInput, readonly Missing[]>();

const isOver = ({ pod: { status } }: PodInput) => status?.phase === "Succeeded" || status?.phase === "Failed";

/** A container that was created once had its environment: what is missing now concerns its next start only. */
function isNotCreated({ status }: ContainerView): boolean {
  if (status?.state?.running || status?.state?.terminated) return false;
  return !status?.lastState?.terminated || status.state?.waiting?.reason === "CreateContainerConfigError";
}

/** A container behind an init container that is not done is not asked for yet: what it lacks is trouble to come. */
export function effectOf({ uses }: Missing, { containers }: PodInput): Impact {
  const essential = containers.filter(({ role }) => role !== "ephemeral");
  const current = essential.findIndex(({ role, status }) =>
    role === "init" ? status?.state?.terminated?.exitCode !== 0 : role === "sidecar" && status?.started !== true,
  );
  if (current < 0) return "blocks";
  const hasBegun = essential.some(
    ({ status }) => status?.state?.running || status?.state?.terminated || status?.lastState?.terminated,
  );
  const waiting = essential[current]?.status?.state?.waiting?.reason ?? "";
  const isStuck = hasBegun || !["", "ContainerCreating", "PodInitializing"].includes(waiting);
  const reached = essential.slice(0, current + 1).map(({ name }) => name);
  return !isStuck || uses.some(({ container = "" }) => reached.includes(container)) ? "blocks" : "risks";
}
