import { groupBy } from "../../objects/group-by.ts";
import { refTo } from "../../objects/object.ts";
import { kubectl } from "../../text/command.ts";
import { list, name, type Text, text } from "../../text/text.ts";
import type { Fix, Impact, RuleId } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import { defineRule, type Rule, type RuleDoc } from "../rule.ts";
import type { Missing } from "./missing.ts";
import { repoint } from "./repoint.ts";
import type { Use } from "./use.ts";

/** What programs get to know about a missing object or key. */
export interface MissingFacts {
  readonly kind: Use["kind"];
  readonly name: string;
  readonly keys?: readonly string[];
  readonly neededBy: readonly string[];
  readonly nearest?: readonly string[];
  readonly isThereNow?: true;
}

export interface MissingRuleSpec {
  readonly id: RuleId;
  readonly title: string;
  readonly needs: readonly string[];
  missing(input: PodInput): readonly Missing[];
  /** Why that stops the pod, as a sentence that ends what was said of who needs it. */
  readonly why: string;
  readonly outlook: string;
  effect?(missing: Missing, input: PodInput): Impact;
  readonly doc: RuleDoc;
}

/** A rule about Secrets and ConfigMaps, or keys of them, that the pod asks for in vain. */
export function missingRule({ id, title, needs, missing, why, outlook, effect, doc }: MissingRuleSpec): Rule {
  const again = (facts: MissingFacts, input: PodInput): Missing => {
    const one = missing(input).find(
      ({ kind, name: its, keys, isThereNow }) =>
        kind === facts.kind &&
        its === facts.name &&
        keys.join() === (facts.keys ?? []).join() &&
        isThereNow === (facts.isThereNow ?? false),
    );
    if (!one) throw new Error(`nothing is known of ${facts.kind} ${facts.name}`);
    return one;
  };
  return defineRule<MissingFacts>({
    id,
    title,
    effect: "blocks",
    needs,
    check: (input) =>
      missing(input).map((one) => {
        const [first] = one.uses;
        return {
          subject: refTo(input.pod),
          ...(first.container !== undefined && { container: first.container }),
          confidence: one.isThereNow ? "likely" : "certain",
          effect: one.isThereNow ? "delays" : (effect?.(one, input) ?? "blocks"),
          evidence: one.evidence,
          facts: {
            kind: one.kind,
            name: one.name,
            ...(one.keys.length > 0 && { keys: one.keys }),
            neededBy: [...new Set(one.uses.map(askerOf))],
            ...(one.nearest.length > 0 && { nearest: one.nearest }),
            ...(one.isThereNow && { isThereNow: true as const }),
          },
        };
      }),
    message: ({ facts }, input) => {
      const one = again(facts, input);
      return {
        headline: headlineOf(one, input),
        why: one.isThereNow
          ? text`${needText(one.uses)} The last try did not find ${one.keys.length > 0 ? "it" : "the object"}; the kubelet had not seen the change yet, or it came after that.`
          : text`${needText(one.uses)} ${why}`,
        notes: [
          ...(one.elsewhere.length > 0 && one.keys.length === 0
            ? [
                text`Namespace ${list(one.elsewhere.map(name))} has ${one.kind === "Secret" ? "a Secret" : "a ConfigMap"} of that name, but a pod can use only those of its own namespace.`,
              ]
            : []),
          ...(one.keys.length > 0 && one.keysThere && !one.isThereNow ? [keysNote(one, one.keysThere)] : []),
        ],
        outlook: text`${one.isThereNow ? "It should go on by itself within two minutes." : outlook}`,
      };
    },
    fixes: ({ facts }, input) => fixesFor(again(facts, input), input),
    groupKey: ({ facts }) => `${facts.kind}/${facts.name}/${(facts.keys ?? []).join()}`,
    doc,
  });
}

function headlineOf({ kind, name: its, keys, isThereNow, nearest }: Missing, { pod }: PodInput): Text {
  const [first] = nearest;
  if (keys.length > 0) {
    const which = text`${keys.length > 1 ? "keys" : "key"} ${list(keys.map(name))}`;
    return isThereNow
      ? text`${kind} ${name(its)} has ${which} now; the kubelet's last try did not find ${keys.length > 1 ? "them" : "it"} yet.`
      : text`${kind} ${name(its)} has no ${which}${keys.length === 1 && first !== undefined && text`; it has ${name(first)}`}.`;
  }
  return isThereNow
    ? text`${kind} ${name(its)} exists now; the kubelet's last try did not find it yet.`
    : text`${kind} ${name(its)} does not exist in namespace ${name(pod.metadata.namespace ?? "")}${first !== undefined && text`; ${name(first)} does`}.`;
}

const askerOf = ({ container, volume }: Use) => (volume === undefined ? `container ${container}` : `volume ${volume}`);

/** Who needs it: `Container app takes its variables A and B from it.` */
function needText(uses: readonly Use[]): Text {
  const [first, ...others] = groupBy(uses, askerOf).values();
  const [use] = first ?? [];
  if (!first || !use) return [];
  const variables = [...new Set(first.flatMap(({ variable }) => variable ?? []))];
  const needs =
    use.volume !== undefined
      ? text`Volume ${name(use.volume)} takes files from it`
      : text`Container ${name(use.container ?? "")} takes ${variables.length > 0 ? text`${variables.length > 1 ? "variables" : "variable"} ${list(variables.map(name))}` : "its environment"} from it`;
  const rest = others.flatMap(([one]) => (one ? [name(one.volume ?? one.container ?? "")] : []));
  return text`${needs}${rest.length > 0 && text`; so ${rest.length > 1 ? "do" : "does"} ${list(rest)}`}.`;
}

function keysNote({ kind, name: its }: Missing, there: readonly string[]): Text {
  return there.length > 0
    ? text`${kind} ${name(its)} has ${there.length > 1 ? "the keys" : "the key"} ${list(there.map(name), 6)}.`
    : text`${kind} ${name(its)} is empty.`;
}

function fixesFor(one: Missing, input: PodInput): readonly Fix[] {
  const { namespace } = input.pod.metadata;
  const { kind, name: its, uses, isThereNow } = one;
  const resource = kind === "Secret" ? "secret" : "configmap";
  if (isThereNow) {
    return [
      {
        title: text`Watch it go on.`,
        commands: [kubectl("reads", namespace, "get", "pod", input.pod.metadata.name, "--watch")],
        applies: "as-is",
        by: "workload-owner",
      },
    ];
  }
  const isVolume = uses[0].volume !== undefined;
  // A pod and a Job would have to be made anew for it: no small change any more.
  const isFixed = input.workload.kind === "Pod" || input.workload.kind === "Job";
  const title = text`Or, if the program can do without it, mark it optional.`;
  const optional = isFixed ? [] : [repoint(input, uses, { optional: true }, title, "maybe")];
  return [...renames(one, input), one.keys.length > 0 ? addKeys(one, input) : create(), ...optional];

  function create(): Fix {
    const keys = [...new Set(uses.flatMap(({ key }) => key ?? []))];
    const literals = (keys.length > 0 ? keys : ["<key>"]).map((key) => `--from-literal=${key}=<value>`);
    const kindOfSecret = kind === "Secret" ? ["generic"] : [];
    return {
      title: text`${one.nearest.length > 0 ? "Or create" : "Create"} it in namespace ${name(namespace ?? "")}${isVolume && keys.length === 0 && text`; --from-file=<path> takes whole files`}.`,
      commands: [kubectl("changes", namespace, "create", resource, ...kindOfSecret, its, ...literals)],
      applies: "fill-in",
      by: "workload-owner",
    };
  }
}

/** The nearest name or key instead of the one that is missing. */
function renames(one: Missing, input: PodInput): readonly Fix[] {
  const [best] = one.nearest;
  if (best === undefined) return [];
  if (one.keys.length === 0) {
    const title = text`Use ${one.kind} ${name(best)}, which exists, if that is the one that is meant.`;
    return [repoint(input, one.uses, { name: best }, title, "maybe")];
  }
  if (one.keys.length > 1 || one.keys[0] === undefined) return [];
  const title = text`Use the key ${name(best)}, if that is the one that is meant.`;
  return [repoint(input, one.uses, { keys: new Map([[one.keys[0], best]]) }, title, "maybe")];
}

function addKeys({ kind, name: its, keys, nearest }: Missing, input: PodInput): Fix {
  const { namespace } = input.pod.metadata;
  const object = input.snapshot.get(kind, namespace, its) as { immutable?: unknown } | undefined;
  const title = text`${nearest.length > 0 ? "Or add" : "Add"} ${keys.length > 1 ? "the keys" : "the key"} to the ${kind}.`;
  const isImmutable = object?.immutable === true;
  const field = kind === "Secret" ? "stringData" : "data";
  const patch = JSON.stringify({ [field]: Object.fromEntries(keys.map((key) => [key, "<value>"])) });
  return {
    title: isImmutable ? text`${title} It is immutable: delete it and create it again with all its keys.` : title,
    commands: isImmutable
      ? [kubectl("reads", namespace, "describe", kind.toLowerCase(), its)]
      : [kubectl("changes", namespace, "patch", kind.toLowerCase(), its, "-p", patch)],
    applies: isImmutable ? "maybe" : "fill-in",
    by: "workload-owner",
  };
}
