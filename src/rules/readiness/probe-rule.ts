import { refTo } from "../../objects/object.ts";
import { duration, plain, type Text, text, value } from "../../text/text.ts";
import { type Confidence, type Evidence, type Fix, type Impact, type RuleId, seen } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import { defineRule, type Match, type Rule, type RuleDoc } from "../rule.ts";
import { isEarly } from "./causes.ts";
import { betterPort } from "./known-ports.ts";
import { budgetSeconds, declaredPorts } from "./probe.ts";
import { failuresSeen, type ProbeFailure, probeFailures } from "./probe-failure.ts";
import { answered, asked, portNote, who } from "./words.ts";

/** What programs get to know about a probe that does not succeed. */
export interface ProbeFacts {
  readonly probe: string;
  readonly handler: string;
  /** `GET /ready on port 8080` */
  readonly asks: string;
  readonly cause: string;
  readonly detail: string;
  readonly status?: number;
  readonly port?: number | string;
  readonly betterPort?: number | string;
  readonly declaredPorts: readonly number[];
  readonly failures: number;
  readonly initialDelaySeconds: number;
  readonly periodSeconds: number;
  readonly timeoutSeconds: number;
  readonly failureThreshold: number;
  readonly budgetSeconds: number;
  readonly runningSeconds?: number;
  readonly ranSeconds?: number;
  readonly restarts: number;
}

export interface ProbeRuleSpec {
  readonly id: RuleId;
  readonly title: string;
  readonly effect?: Impact;
  readonly explains?: readonly RuleId[];
  readonly needs?: readonly string[];
  fits(failure: ProbeFailure, input: PodInput): boolean;
  confidence?(failure: ProbeFailure, input: PodInput): Confidence;
  evidence?(failure: ProbeFailure, input: PodInput): readonly Evidence[];
  /** The sentence of `sentence` where absent. */
  headline?(failure: ProbeFailure, input: PodInput): Text;
  why(failure: ProbeFailure, input: PodInput): Text;
  notes?(failure: ProbeFailure, input: PodInput): readonly (Text | undefined | false)[];
  outlook?(failure: ProbeFailure, input: PodInput): Text | undefined;
  fixes(failure: ProbeFailure, input: PodInput): readonly Fix[];
  readonly doc: RuleDoc;
}

/** `The readiness probe of container app, GET /ready on port 8080, answers 404 Not Found.` */
export const sentence = (failure: ProbeFailure): Text =>
  text`The ${failure.probe.type} probe of ${who(failure.container)}, ${asked(failure.probe)}, ${answered(failure)}.`;

/** A rule about a probe: the failures it stands for, and its words. Evidence and facts are the same for the family. */
export function probeRule(spec: ProbeRuleSpec): Rule {
  const { id, title, effect = "blocks", explains, needs = ["Event"], doc } = spec;
  const failureOf = (match: Match<ProbeFacts>, input: PodInput): ProbeFailure => {
    const failure = probeFailures(input).find(
      ({ container, probe }) => container.name === match.container && probe.type === match.facts.probe,
    );
    if (!failure) throw new Error(`no ${match.facts.probe} probe fails in container ${match.container}`);
    return failure;
  };
  return defineRule<ProbeFacts>({
    id,
    title,
    effect,
    needs,
    ...(explains && { explains }),
    check: (input) =>
      probeFailures(input)
        .filter((failure) => spec.fits(failure, input))
        .map((failure) => ({
          subject: refTo(input.pod),
          container: failure.container.name,
          confidence: spec.confidence?.(failure, input) ?? "certain",
          ...(effect === "blocks" && isEarly(failure, input) && { effect: "delays" as const }),
          evidence: [
            seen(input.pod, failure.probe.path, failure.probe.field, text`${value(plain(asked(failure.probe)))}`),
            ...(failure.event ? [seen(failure.event, "message", "last failure")] : []),
            ...(spec.evidence?.(failure, input) ?? []),
          ],
          facts: factsOf(failure, input),
        })),
    message: (match, input) => {
      const failure = failureOf(match, input);
      const outlook = spec.outlook?.(failure, input) ?? (match.effect === "delays" ? earlyOutlook(failure) : undefined);
      return {
        headline: spec.headline?.(failure, input) ?? sentence(failure),
        why: spec.why(failure, input),
        notes: (spec.notes?.(failure, input) ?? [portNote(input, failure)]).filter(
          (note): note is Text => note !== undefined && note !== false,
        ),
        ...(outlook && { outlook }),
      };
    },
    fixes: (match, input) => spec.fixes(failureOf(match, input), input),
    doc,
  });
}

const earlyOutlook = ({ runningSeconds = 0, probe }: ProbeFailure): Text =>
  text`It has run for ${duration(runningSeconds)}: many programs need longer to start. The kubelet asks again every ${probe.periodSeconds} s.`;

function factsOf(failure: ProbeFailure, input: PodInput): ProbeFacts {
  const { probe, error, container, kill, runningSeconds } = failure;
  const { handler, port, initialDelaySeconds, periodSeconds, timeoutSeconds, failureThreshold } = probe;
  const better =
    error && ["refused", "port-name"].includes(error.cause) ? betterPort(input, container, probe) : undefined;
  return {
    probe: probe.type,
    handler,
    asks: plain(asked(probe)),
    cause: error?.cause ?? "not-seen",
    detail: error?.detail ?? "",
    ...(error?.status !== undefined && { status: error.status }),
    ...(port !== undefined && { port }),
    ...(better && { betterPort: better.port }),
    declaredPorts: declaredPorts(container.spec).map(({ number }) => number),
    failures: failuresSeen(failure),
    initialDelaySeconds,
    periodSeconds,
    timeoutSeconds,
    failureThreshold,
    budgetSeconds: budgetSeconds(probe),
    ...(runningSeconds !== undefined && { runningSeconds }),
    ...(kill?.ranSeconds !== undefined && { ranSeconds: kill.ranSeconds }),
    restarts: container.status?.restartCount ?? 0,
  };
}
