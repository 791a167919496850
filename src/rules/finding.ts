import type { Json, KubeObject, ObjectRef } from "../objects/object.ts";
import { refTo } from "../objects/object.ts";
import type { Command } from "../text/command.ts";
import type { Text } from "../text/text.ts";

/** The rooms of a pod's life, in the order it goes through them; also the families of rules. */
export const STAGES = [
  "creation",
  "scheduling",
  "node",
  "volume",
  "sandbox",
  "image",
  "config",
  "container",
  "readiness",
  "termination",
] as const;
export type Stage = (typeof STAGES)[number];

/** `<family>/<cause>`: also the rule's source path, its case folder and its heading in the docs. */
export type RuleId = `${Stage}/${string}`;

/** One observed value. `path` resolves, in the object that `ref` names, to `value`. */
export interface Evidence {
  readonly ref: ObjectRef;
  readonly path: string;
  readonly value: Json;
  /** What the value is, in a word or two: `image`, `last try`. The path serves where it is absent. */
  readonly label?: string;
  /** How to show the value where the JSON itself is no good to read. */
  readonly shows?: Text;
}

export type Confidence = "certain" | "likely" | "possible";

/** What a finding means for the pod: it blocks it, holds it up, or may do so later. */
export type Impact = "blocks" | "delays" | "risks";

/** One way to repair the cause. */
export interface Fix {
  readonly title: Text;
  readonly commands: readonly Command[];
  /** `as-is`: paste it. `fill-in`: it holds a <placeholder>. `maybe`: right only if the reader knows it to be. */
  readonly applies: "as-is" | "fill-in" | "maybe";
  readonly by: "workload-owner" | "cluster-admin";
}

/** One cause that a rule found. Facts are for programs, sentences for people; neither is made from the other. */
export interface Finding {
  readonly rule: RuleId;
  readonly subject: ObjectRef;
  readonly container?: string;
  readonly stage: Stage;
  readonly effect: Impact;
  readonly confidence: Confidence;
  readonly facts: Json;
  readonly evidence: readonly [Evidence, ...Evidence[]];
  readonly headline: Text;
  readonly why: Text;
  /** More that the reader should know: how far the trouble reaches, what the wording hides. One paragraph each. */
  readonly notes: readonly Text[];
  /** What happens if nobody does anything. */
  readonly outlook?: Text;
  /** What would make it surer, or the repair better, and was not asked for. */
  readonly surer?: Text;
  readonly fixes: readonly Fix[];
  /** Rules whose findings on the same pod follow from this one. */
  readonly explains: readonly RuleId[];
  /**
   * What makes this the same cause for several pods: same rule, same key, one line in the report of many pods. The
   * headline of the first is shown for all, so the key holds whatever the headline names.
   */
  readonly groupKey: string;
}

/**
 * The value at a path of an object as evidence. Throws where the path leads nowhere: that is a rule's mistake, which
 * the diagnosis turns into an unchecked line and the tests into a failure.
 */
export function seen(object: KubeObject, path: string, label?: string, shows?: Text): Evidence {
  // The API leaves empty strings out.
  const value = resolvePath(object, path) ?? (/(?:^|\.)(?:message|reason)$/.test(path) ? "" : undefined);
  if (value === undefined) throw new Error(`${object.kind} ${object.metadata.name} has nothing at ${path}`);
  return { ref: refTo(object), path, value, ...(label && { label }), ...(shows && { shows }) };
}

/**
 * Follows a path such as `status.containerStatuses[0].state.waiting.reason` or `data['app.yml']` into a value;
 * undefined where it leads nowhere.
 */
export function resolvePath(value: unknown, path: string): Json | undefined {
  let current: unknown = value;
  for (const step of pathSteps(path)) {
    if (current === null || typeof current !== "object") return undefined;
    if (!Object.hasOwn(current, step)) return undefined;
    current = (current as Record<string | number, unknown>)[step];
  }
  return current as Json | undefined;
}

function pathSteps(path: string): (string | number)[] {
  const steps: (string | number)[] = [];
  const pattern = /\.?([^.[\]]+)|\[(\d+)\]|\['([^']*)'\]/gy;
  for (let match = pattern.exec(path); match; match = pattern.exec(path)) {
    steps.push(match[1] ?? match[3] ?? Number(match[2]));
    if (pattern.lastIndex === path.length) break;
  }
  return steps;
}
