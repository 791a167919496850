import { firstSeen } from "../../objects/event.ts";
import { refTo } from "../../objects/object.ts";
import { kubectl } from "../../text/command.ts";
import { duration, name, text, value } from "../../text/text.ts";
import { type Evidence, seen } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import { look } from "../repair.ts";
import { defineRule } from "../rule.ts";
import { shortened, wordOf } from "./autoscaling.ts";
import { type KarpenterObject, openStep } from "./karpenter.ts";

/** A node that has not registered after this is given up (karpenter v1.8 nodeclaim/lifecycle/liveness.go registrationTTL). */
const PATIENCE_SECONDS = 15 * 60;

/** `Pod should schedule on: nodeclaim/default-x7k2p, node/ip-10-0-1-2`. */
function nominated(input: PodInput) {
  const event = wordOf(input, "karpenter-nominated");
  const message = event?.message ?? "";
  const claimName = /nodeclaim\/([^\s,]+)/.exec(message)?.[1];
  const node = /\bnode\/([^\s,]+)/.exec(message)?.[1];
  if (!event || !(claimName ?? node)) return undefined;
  const claim = claimName
    ? (input.snapshot.get("NodeClaim", undefined, claimName) as KarpenterObject | undefined)
    : undefined;
  const isGone =
    claimName !== undefined &&
    input.snapshot.knows("NodeClaim") &&
    input.snapshot.find("NodeClaim", undefined, claimName).state === "absent";
  const step = claim && openStep(claim);
  return {
    event,
    target: claimName ?? node ?? "",
    isClaim: claimName !== undefined,
    isGone,
    ...(claim && { claim }),
    ...(step && { step }),
  };
}

const DOING: ReadonlyMap<string, string> = new Map(
  Object.entries({
    Launched: "the cloud is to give the machine",
    Registered: "the machine is to join the cluster",
    Initialized: "the node has joined and is to become ready",
  }),
);

/** Karpenter makes a node for the pod. */
export default defineRule<{ target: string; step: string | null; seconds: number; isFailing: boolean }>({
  id: "scheduling/karpenter-nominated",
  title: "Karpenter makes a node for the pod",
  effect: "delays",
  needs: ["Event"],
  check(input) {
    const found = nominated(input);
    if (!found) return [];
    const { event, target, isGone, claim, step } = found;
    const seconds = input.snapshot.secondsSince(firstSeen(event)) ?? 0;
    const isFailing =
      isGone || step?.condition?.status === "False" || (step !== undefined && seconds > PATIENCE_SECONDS);
    const said: readonly Evidence[] =
      claim && step?.condition?.message ? [seen(claim, `status.conditions[${step.index}].message`, step.type)] : [];
    return [
      {
        subject: refTo(input.pod),
        confidence: "certain",
        facts: { target, step: step?.type ?? null, seconds, isFailing },
        evidence: [seen(event, "message", "Karpenter"), ...said],
      },
    ];
  },
  message: ({ facts: { target, step, seconds, isFailing } }, input) => {
    const found = nominated(input);
    const said = found?.step?.condition?.message;
    const doing = DOING.get(step ?? "");
    if (found?.isGone)
      return {
        headline: text`Karpenter made NodeClaim ${name(target)} for the pod, and it is gone: no node came of it.`,
        why: text`Karpenter deletes a NodeClaim for which the cloud has no machine, and tries another one.`,
      };
    return {
      headline: isFailing
        ? text`Karpenter asked for a node (${name(target)}) ${duration(seconds)} ago, and it does not come: ${found?.step?.condition?.message ? value(shortened(found.step.condition.message)) : (doing ?? "it is not ready")}.`
        : found?.isClaim
          ? text`A new node is on its way: Karpenter made NodeClaim ${name(target)} ${duration(seconds)} ago${doing && text`; ${doing}`}.`
          : text`Karpenter expects the pod to go to node ${name(target)}.`,
      why: text`Karpenter has found a node for the pod; the scheduler binds it there when the node is ready.${said && text` Of the step ${name(step ?? "")} it says: ${value(said)}.`}`,
    };
  },
  fixes: ({ facts: { target, isFailing } }, input) => {
    const found = nominated(input);
    if (!found?.isClaim)
      return [look(text`Look at the node.`, kubectl("reads", undefined, "describe", "node", target))];
    if (found.isGone || !isFailing)
      return [look(text`Watch for it.`, kubectl("reads", undefined, "get", "nodeclaims.karpenter.sh", "--watch"))];
    return [look(text`See what keeps it.`, kubectl("reads", undefined, "describe", "nodeclaims.karpenter.sh", target))];
  },
  groupKey: ({ facts: { target, isFailing } }) => `${target} ${isFailing}`,
  doc: {
    means: "Karpenter has chosen, or ordered, a node for the pod, and it is not ready yet.",
    seenIn:
      "Event Nominated of Karpenter on the pod `Pod should schedule on: nodeclaim/x, node/y`; the NodeClaim's conditions Launched, Registered, Initialized.",
    repair: "Wait; where the NodeClaim does not come along, its conditions and events say why.",
    notToConfuseWith: "The scheduler's own verdict, which is the cause.",
    catalogue: ["karpenter-nominated"],
  },
});
