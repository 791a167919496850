import { refTo } from "../../objects/object.ts";
import { isTerminal } from "../../objects/pod.ts";
import { list, name, text, value } from "../../text/text.ts";
import { seen } from "../finding.ts";
import { look } from "../repair.ts";
import { defineRule } from "../rule.ts";

/** Keys that cannot be variables were left out of the environment: the container runs, perhaps without what it needs. */
export default defineRule<{ keys: readonly string[]; kind: string; object: string }>({
  id: "config/env-invalid-names",
  title: "Keys of a Secret or ConfigMap were left out of the environment",
  effect: "risks",
  needs: ["Event"],
  check: ({ pod, events }) => {
    const event = events.findLast(({ reason }) => reason === "InvalidEnvironmentVariableNames");
    // kubernetes v1.29 pkg/kubelet/kubelet_pods.go makeEnvironmentVariables
    const [, listed = "", kind = "", object = ""] =
      /^Keys \[([^\]]*)\] from the EnvFrom (configMap|secret) \S{1,500}\/(\S+) were skipped/.exec(
        event?.message ?? "",
      ) ?? [];
    if (!event || !listed || pod.metadata.deletionTimestamp || isTerminal(pod)) return [];
    const keys = listed.split(/,\s*/).filter(Boolean);
    const { fieldPath } = event.involvedObject;
    const container = /\{(.{1,500})\}$/.exec(fieldPath ?? "")?.[1];
    return [
      {
        subject: refTo(pod),
        ...(container !== undefined && { container }),
        confidence: "certain",
        facts: { keys, kind: kind === "secret" ? "Secret" : "ConfigMap", object },
        evidence: [seen(event, "message", "event")],
      },
    ];
  },
  message: ({ facts: { keys, kind, object } }) => ({
    headline: text`${kind} ${name(object)} has ${keys.length > 1 ? "keys" : "a key"} that cannot be ${keys.length > 1 ? "variables" : "a variable"}: ${list(keys.map(value))}.`,
    why: text`Before Kubernetes 1.30 the kubelet leaves such keys out of envFrom and starts the container without them: a name is letters, digits, _, - and dots, and does not begin with a digit.`,
  }),
  fixes: ({ facts: { kind, object, keys } }) => [
    look(
      text`Rename ${keys.length > 1 ? "the keys" : "the key"} in ${kind} ${name(object)}, or take the value with env.valueFrom under a name of its own.`,
    ),
  ],
  doc: {
    means: "envFrom takes all keys of an object as variables; keys that are no valid names are left out.",
    seenIn:
      "Event InvalidEnvironmentVariableNames `Keys [a, b] from the EnvFrom configMap ns/name were skipped …` (kubelet, up to 1.29).",
    repair: "Rename the keys.",
    notToConfuseWith: "config/key-missing: there the container does not start.",
    catalogue: ["env-invalid-names"],
  },
});
