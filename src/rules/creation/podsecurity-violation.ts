import type { KubeObject } from "../../objects/object.ts";
import { kubectl } from "../../text/command.ts";
import { list, name, path, type Text, text, value } from "../../text/text.ts";
import { seen } from "../finding.ts";
import type { WorkloadInput } from "../workload-input.ts";
import { type FailedCheck, isOnlyRestricted, podSecurityPatch, podSecurityRefusal } from "./pod-security.ts";
import { refusalRule } from "./refusal-rule.ts";
import { adminFix, patchTemplate } from "./repair.ts";

interface Facts {
  readonly level: string;
  readonly version: string;
  readonly checks: readonly FailedCheck[];
}

/** The namespace enforces a Pod Security Standard, and the template does not meet it. */
export default refusalRule<Facts>({
  id: "creation/podsecurity-violation",
  title: "The pod breaks the Pod Security Standard that the namespace enforces",
  needs: ["Event", "Namespace"],
  read: (message) => podSecurityRefusal(message),
  evidence: (_, input) => {
    const namespace = namespaceOf(input);
    return namespace?.metadata.labels?.[ENFORCE] ? [seen(namespace, `metadata.labels['${ENFORCE}']`, "enforce")] : [];
  },
  message: ({ level, checks }, input) => {
    const { namespace } = input.object.metadata;
    const isDefault = namespaceOf(input) !== undefined && !namespaceOf(input)?.metadata.labels?.[ENFORCE];
    const { spec, left } = podSecurityPatch(checks, input);
    const reasons = checks.map(({ reason }) => name(shortName(reason)));
    return {
      headline: text`Namespace ${name(namespace ?? "")} enforces Pod Security ${name(level)}; the pod fails ${list(reasons, MOST_CHECKS)}.`,
      why: text`Pods are held against the standard when they are made; the ${input.workload.kind} itself was taken with a warning only.${isDefault && " The namespace has no label for it: the level is the API server's default."}${reasons.length > MOST_CHECKS && text` All that it fails: ${list(reasons, reasons.length)}.`}`,
      notes: [
        ...(hasNonRoot(spec) ? [NON_ROOT] : []),
        ...left.map((check) => text`${name(check.reason)} has to be taken out by hand: ${value(check.detail)}.`),
      ],
    };
  },
  fixes: ({ level, checks }, input) => {
    const { namespace = "" } = input.object.metadata;
    const { spec, left } = podSecurityPatch(checks, input);
    const lower = level === "restricted" && checks.every(isOnlyRestricted) ? "baseline" : "privileged";
    const isWhole = left.length === 0;
    return [
      ...(Object.keys(spec).length
        ? [
            patchTemplate(
              input,
              { spec },
              isWhole ? text`Set what the standard asks for.` : text`Set what can be set; the rest is in the notes.`,
              {
                applies: isWhole ? "as-is" : "maybe",
              },
            ),
          ]
        : []),
      adminFix(text`Or let the namespace enforce no more than ${name(lower)}, which this pod meets.`, [
        kubectl("changes", undefined, "label", "namespace", namespace, `${ENFORCE}=${lower}`, "--overwrite"),
      ]),
    ];
  },
  groupKey: ({ level, checks }) => `${level} ${checks.map(({ reason }) => reason).join()}`,
  doc: {
    means:
      "The namespace enforces a Pod Security Standard (baseline or restricted). The workload was accepted, its pods are not.",
    seenIn: '`violates PodSecurity "LEVEL:VERSION": CHECK (DETAIL), …` in FailedCreate (API server, 1.22 and later).',
    repair: "Set the fields of securityContext that the checks name, or lower the level of the namespace.",
    notToConfuseWith:
      "config/run-as-non-root: there the pod exists and the kubelet refuses the container. creation/pod-security-policy: the mechanism before 1.25.",
    catalogue: ["create-podsecurity-violation"],
  },
});

/** Named in the headline; a longer list would hide what it is about. */
const MOST_CHECKS = 4;
const ENFORCE = "pod-security.kubernetes.io/enforce";
const NON_ROOT: Text = text`An image that runs as root will not start with ${path("runAsNonRoot")}: then give a ${path("runAsUser")} other than 0 as well, or use an image that does without root.`;

function namespaceOf({ snapshot, object }: WorkloadInput): KubeObject | undefined {
  return snapshot.get("Namespace", undefined, object.metadata.namespace ?? "");
}

const shortName = (reason: string) => reason.replace(/ [!=]=? ?\S+$/, "");
const hasNonRoot = (spec: Readonly<Record<string, unknown>>) => JSON.stringify(spec).includes('"runAsNonRoot":true');
