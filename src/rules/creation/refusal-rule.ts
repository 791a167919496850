import { refTo } from "../../objects/object.ts";
import { kubectl, shellLine } from "../../text/command.ts";
import { badWordOf } from "../../text/kubectl-grammar.ts";
import { command, type Text, text } from "../../text/text.ts";
import type { Confidence, Evidence, Fix, Impact, RuleId } from "../finding.ts";
import { defineWorkloadRule, type Message, type Rule, type RuleDoc } from "../rule.ts";
import type { Refusal, WorkloadInput } from "../workload-input.ts";
import { ownWords } from "./own-words.ts";

/** A rule about what the API server says when it refuses a pod. */
interface RefusalSpec<Facts> {
  readonly id: RuleId;
  readonly title: string;
  readonly needs?: readonly string[];
  /** Reads the facts from the words of the one who refuses (see ownWords); undefined where they are another rule's. */
  read(message: string, input: WorkloadInput, refusal: Refusal): Facts | undefined;
  confidence?(facts: Facts, input: WorkloadInput): Confidence;
  /** `delays` where the trouble is over, and the controller only has to try again. */
  effect?(facts: Facts, input: WorkloadInput): Impact;
  /** What was seen beside the words themselves. */
  evidence?(facts: Facts, input: WorkloadInput): readonly Evidence[];
  message(facts: Facts, input: WorkloadInput, refusal: Refusal): Message;
  fixes(facts: Facts, input: WorkloadInput, refusal: Refusal): readonly Fix[];
  groupKey?(facts: Facts): string;
  readonly doc: RuleDoc;
}

/** Makes a rule of what it reads in the newest refusal. */
export function refusalRule<Facts>(spec: RefusalSpec<Facts>): Rule {
  return defineWorkloadRule<Facts>({
    id: spec.id,
    title: spec.title,
    effect: "blocks",
    needs: spec.needs ?? ["Event"],
    explains: ["creation/progress-deadline"],
    check: (input) => {
      const { refusal, object } = input;
      const facts = refusal && spec.read(ownWords(refusal.message), input, refusal);
      if (!refusal || facts === undefined) return [];
      return [
        {
          subject: refTo(object),
          confidence: spec.confidence?.(facts, input) ?? "certain",
          evidence: [refusal.evidence, ...(spec.evidence?.(facts, input) ?? [])],
          facts,
          effect: spec.effect?.(facts, input) ?? "blocks",
        },
      ];
    },
    message: ({ facts }, input) => {
      const { refusal } = input;
      if (!refusal) throw new Error("no refusal");
      return { outlook: triesAgain(input, refusal), ...spec.message(facts, input, refusal) };
    },
    fixes: ({ facts }, input) => (input.refusal ? spec.fixes(facts, input, input.refusal) : []),
    ...(spec.groupKey && { groupKey: ({ facts }) => spec.groupKey?.(facts) ?? "" }),
    doc: spec.doc,
  });
}

/**
 * The controllers try again after 5 ms, doubled with each failure up to 1000 s (client-go v0.36
 * util/workqueue/default_rate_limiters.go DefaultTypedControllerRateLimiter); a change of the object makes them try at once.
 */
function triesAgain({ workload, object }: WorkloadInput, { maker }: Refusal): Text {
  const restart = kubectl("restarts", workload.namespace, "rollout", "restart", `deployment/${workload.name}`);
  const hurry =
    workload.kind === "Deployment" && object.kind === "Deployment" && !badWordOf(restart)
      ? text` Once the cause is gone, ${command(shellLine(restart.argv))} makes it try at once.`
      : [];
  return text`The ${maker.kind} controller tries again by itself, after many failures only every 17 minutes.${hurry}`;
}
