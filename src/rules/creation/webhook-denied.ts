import { kubectl } from "../../text/command.ts";
import { list, name, type Text, text, value } from "../../text/text.ts";
import { seen } from "../finding.ts";
import type { WorkloadInput } from "../workload-input.ts";
import { refusalRule } from "./refusal-rule.ts";
import { adminFix, look, patchTemplate } from "./repair.ts";
import { webhookNamed } from "./webhooks.ts";

interface Facts {
  readonly webhook: string;
  /** What the webhook says; empty where it gives no reason. */
  readonly says: string;
  /** The policies or constraints that its words name. */
  readonly policies: readonly string[];
  readonly engine?: "Gatekeeper" | "Kyverno";
  /** A label that the pod must have, by the webhook's words. */
  readonly missingLabel?: string;
}

/** An admission webhook was asked and said no: a policy that somebody of the cluster set. */
export default refusalRule<Facts>({
  id: "creation/webhook-denied",
  title: "An admission webhook refuses the pod",
  needs: ["Event", "ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"],
  read: (message) => {
    const [, webhook, how, words = ""] =
      /^admission webhook "([^"]+)" denied the request( without explanation|: )([\s\S]*)$/.exec(message) ?? [];
    if (!webhook) return undefined;
    const says = how === ": " ? words.trim() : "";
    const engine = engineOf(webhook, says);
    const missingLabel = labelIn(says);
    return {
      webhook,
      says,
      policies: policiesIn(says, engine),
      ...(engine && { engine }),
      ...(missingLabel && { missingLabel }),
    };
  },
  evidence: ({ webhook }, { snapshot }) => {
    const found = webhookNamed(webhook, snapshot);
    return found ? [seen(found.configuration, `webhooks[${found.index}].name`, "webhook")] : [];
  },
  message: ({ webhook, says, policies, engine }, input) => {
    const first = demandIn(says, engine);
    const by =
      policies.length > 0
        ? text`${engine ?? "Policy"} ${kindOf(engine, policies.length > 1)}${list(policies.map(name), 3)}`
        : text`Admission webhook ${name(webhook)}`;
    return {
      headline: text`${by} ${policies.length > 1 ? "refuse" : "refuses"} the pod${says ? text`: ${short(first)}` : " and gives no reason."}`,
      why: text`The API server asks webhook ${name(webhook)} before it creates a pod, and the answer was no.${says ? text` In full: ${value(says.replace(/\s+/g, " "))}` : ""}`,
      notes: configurationNote(webhook, input),
    };
  },
  fixes: ({ webhook, policies, engine, missingLabel }, input) => {
    const [policy] = policies;
    const found = webhookNamed(webhook, input.snapshot);
    const see = () => {
      if (engine === "Gatekeeper")
        return look(
          text`What the constraint demands; the pod template has to meet it.`,
          kubectl("reads", undefined, "get", "constraints"),
        );
      if (engine === "Kyverno")
        return look(
          text`What the policy demands; the pod template has to meet it.`,
          kubectl("reads", undefined, "get", "clusterpolicies,policies", "-A"),
        );
      return look(
        text`Who runs the webhook${policy ? "" : "; its owner knows what it demands"}.`,
        found
          ? kubectl(
              "reads",
              undefined,
              "describe",
              found.configuration.kind.toLowerCase(),
              found.configuration.metadata.name,
            )
          : kubectl("reads", undefined, "get", "validatingwebhookconfigurations,mutatingwebhookconfigurations"),
      );
    };
    return [
      see(),
      missingLabel
        ? patchTemplate(
            input,
            { metadata: { labels: { [missingLabel]: `<${missingLabel.replace(/^.*\//, "")}>` } } },
            text`Give the pods the label ${name(missingLabel)}.`,
          )
        : {
            title: text`Change in the template what it names.`,
            commands: [
              kubectl(
                "changes",
                input.workload.namespace,
                "edit",
                `${input.workload.kind.toLowerCase()}/${input.workload.name}`,
              ),
            ],
            applies: "maybe" as const,
            by: "workload-owner" as const,
          },
      adminFix(
        text`Or ask those who run it for an exception for namespace ${name(input.object.metadata.namespace ?? "")}.`,
        [],
      ),
    ];
  },
  groupKey: ({ webhook, policies, says }) => `${webhook} ${policies.length ? policies.join() : says}`,
  doc: {
    means: "A policy engine or another admission webhook looked at the pod and refused it.",
    seenIn:
      '`admission webhook "NAME" denied the request: …` or `… without explanation` in FailedCreate (API server, all versions).',
    repair: "Meet what the policy demands, or have its owner make an exception.",
    notToConfuseWith:
      "creation/webhook-unreachable: there nobody answered. creation/vap-denied: policies inside the API server.",
    catalogue: ["create-webhook-denied"],
  },
});

/** `constraints `, `policy `: what the names are. */
function kindOf(engine: Facts["engine"], isPlural: boolean): string {
  if (!engine) return "";
  if (engine === "Gatekeeper") return isPlural ? "constraints " : "constraint ";
  return isPlural ? "policies " : "policy ";
}

function engineOf(webhook: string, says: string): Facts["engine"] {
  if (/gatekeeper/i.test(webhook)) return "Gatekeeper";
  return /kyverno/i.test(webhook) || /blocked due to the following policies/.test(says) ? "Kyverno" : undefined;
}

/**
 * Gatekeeper writes `[constraint] message`, before 3.2 `[denied by constraint] message` (open-policy-agent/gatekeeper
 * pkg/webhook/policy.go); Kyverno lists policies as the keys of a YAML map after its first line.
 */
export function policiesIn(says: string, engine: Facts["engine"]): readonly string[] {
  if (engine === "Kyverno") {
    const keys = [...says.matchAll(/^([a-z0-9][\w.-]*):\s*$/gm)].map(([, key = ""]) => key);
    const named = [...says.matchAll(/policy (?:[\w.-]+\/)*([\w.-]+)\/[\w.-]+ for resource/g)].map(
      ([, policy = ""]) => policy,
    );
    return [...new Set([...keys, ...named])];
  }
  if (engine !== "Gatekeeper") return [];
  return [
    ...new Set(
      [...says.matchAll(/(?:^|\n|, )\[(?:denied by )?([a-z0-9][\w.-]*)\] /g)].map(([, constraint = ""]) => constraint),
    ),
  ];
}

/** `you must provide labels: {"owner"}`, "must have a valid `owner` label", `label 'team' is required`. */
export function labelIn(says: string): string | undefined {
  const key = "([A-Za-z0-9][\\w./-]*)";
  for (const pattern of [`labels: \\{"${key}"`, `[\`'"]${key}[\`'"] label\\b`, `\\blabels? [\`'"]${key}[\`'"]`]) {
    const [, label] = new RegExp(pattern).exec(says) ?? [];
    if (label && /must|requir|missing|need|provide/i.test(says)) return label;
  }
  return undefined;
}

/** The sentence that says what is wanted: Kyverno puts it in quotes below the names of policy and rule. */
function demandIn(says: string, engine: Facts["engine"]): string {
  const [, demand] =
    engine === "Kyverno"
      ? (/^\s+\S{1,500}: '?(?:validation error: )?([\s\S]*?)(?:\.? rule\s{1,20}\S{1,253} failed|'?\s{0,20}$)/m.exec(
          says,
        ) ?? [])
      : [];
  return demand?.trim() || (says.split("\n")[0] ?? "").replace(/^\[(?:denied by )?[\w.-]+\] /, "");
}

function short(words: string): Text {
  const one = words.trim().replace(/\s+/g, " ");
  const cut = one.length > 120 ? `${one.slice(0, 119)}…` : one;
  return [value(/[.!?…:]$/.test(cut) ? cut : `${cut}.`)];
}

function configurationNote(webhook: string, { snapshot }: WorkloadInput): readonly Text[] {
  const found = webhookNamed(webhook, snapshot);
  return found ? [text`It stands in ${found.configuration.kind} ${name(found.configuration.metadata.name)}.`] : [];
}
