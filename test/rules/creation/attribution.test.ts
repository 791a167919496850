import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { diagnose } from "../../../src/diagnosis/diagnose.ts";
import { allKnowledge } from "../../../src/diagnosis/knowledge.ts";
import { parseSnapshot } from "../../../src/snapshot/snapshot-file.ts";

// A refusal is its author's alone: what it quotes (an annotation, a label, a policy's message) may read like another's.

const knowledge = await allKnowledge();
const FORBIDDEN = 'pods "web-1" is forbidden: ';

/** The sentence of each component, whole, as the API server's packages write it. */
const SENTENCES: Readonly<Record<string, string>> = {
  "creation/vap-denied": `${FORBIDDEN}ValidatingAdmissionPolicy 'team' with binding 'everywhere' denied request: a label is missing`,
  "creation/webhook-denied": 'admission webhook "guard.example.com" denied the request: a label is missing',
  "creation/webhook-bad-response":
    'Internal error occurred: failed calling webhook "pods.example.com": received invalid webhook response: expected response.uid="1"',
  "creation/webhook-unreachable":
    'Internal error occurred: failed calling webhook "pods.example.com": failed to call webhook: Post "https://guard.guard.svc:443/x?timeout=10s": EOF',
  "creation/quota-exceeded": `${FORBIDDEN}exceeded quota: team, requested: pods=1, used: pods=2, limited: pods=2`,
  "creation/quota-must-specify": `${FORBIDDEN}failed quota: team: must specify requests.cpu for: app`,
  "creation/quota-status-unknown": `${FORBIDDEN}status unknown for quota: team, resources: pods`,
  "creation/priorityclass-missing": `${FORBIDDEN}no PriorityClass with name hihg was found`,
  "creation/runtimeclass-missing": `${FORBIDDEN}pod rejected: RuntimeClass "gvisor" not found`,
  "creation/runtimeclass-conflict": `${FORBIDDEN}conflict: runtimeClass.scheduling.nodeSelector[arch] = arm; pod.spec.nodeSelector[arch] = amd`,
  "creation/serviceaccount-missing": `${FORBIDDEN}error looking up service account shop/bot: serviceaccount "bot" not found`,
  "creation/limitrange-violation": `${FORBIDDEN}maximum memory usage per Container is 128Mi, but limit is 256Mi`,
  "creation/podsecurity-violation": `${FORBIDDEN}violates PodSecurity "baseline:latest": hostNetwork (pod must not set hostNetwork)`,
  "creation/pod-security-policy": `${FORBIDDEN}PodSecurityPolicy: unable to admit pod: [x]`,
  "creation/scc-denied": `${FORBIDDEN}unable to validate against any security context constraint: [x]`,
  "creation/namespace-policy": `${FORBIDDEN}image policy webhook backend denied one or more images: latest is not allowed`,
  "creation/namespace-terminating": `${FORBIDDEN}unable to create new content in namespace shop because it is being terminated`,
  "creation/no-labels": "unable to create pods, no labels",
  "creation/invalid-spec": 'Pod "web-1" is invalid: metadata.labels: Invalid value: "x": must be 63 characters or less',
};

/** Sentences that quote what a user or a policy's author wrote. */
const QUOTING: Readonly<Record<string, (inner: string) => string>> = {
  "creation/vap-denied": (inner) =>
    `${FORBIDDEN}ValidatingAdmissionPolicy 'team' with binding 'everywhere' denied request: "${inner}"`,
  "creation/webhook-denied": (inner) => `admission webhook "guard.example.com" denied the request: ${inner}`,
  "creation/webhook-bad-response": (inner) =>
    `Internal error occurred: failed calling webhook "pods.example.com": received invalid webhook response: ${inner}`,
  "creation/invalid-spec": (inner) =>
    `Pod "web-1" is invalid: metadata.annotations: Invalid value: "${inner}": too long`,
  "creation/namespace-policy": (inner) =>
    `${FORBIDDEN}image policy webhook backend denied one or more images: ${inner}`,
  "creation/podsecurity-violation": (inner) =>
    `${FORBIDDEN}violates PodSecurity "baseline:latest": seLinuxOptions (pod set forbidden securityContext.seLinuxOptions: type "${inner}")`,
  "creation/scc-denied": (inner) =>
    `${FORBIDDEN}unable to validate against any security context constraint: [${inner}]`,
  "creation/pod-security-policy": (inner) => `${FORBIDDEN}PodSecurityPolicy: unable to admit pod: [${inner}]`,
};

const CASE = join(import.meta.dirname, "../../cases/creation/vap-denied/hit-recorded/snapshot.json");

/** The rules that see something in a workload which is refused with these words. */
async function rulesFor(message: string): Promise<readonly string[]> {
  const document = JSON.parse(readFileSync(CASE, "utf8"));
  for (const item of document.items) {
    if (item.kind === "Event" && item.reason === "FailedCreate") item.message = `Error creating: ${message}`;
    for (const condition of item.status?.conditions ?? [])
      if (condition.type === "ReplicaFailure") condition.message = message;
  }
  const snapshot = await parseSnapshot([{ path: "case", content: JSON.stringify(document) }]);
  const [diagnosis] = diagnose(snapshot, knowledge);
  const { rootCause, others = [], consequences = [] } = diagnosis ?? {};
  return [...(rootCause ? [rootCause] : []), ...others, ...consequences].map(({ rule }) => rule);
}

describe("a refusal", () => {
  test.each(Object.entries(SENTENCES))("%s is known by its own sentence", async (rule, sentence) => {
    expect(await rulesFor(sentence)).toEqual([rule]);
  });

  const pairs = Object.entries(QUOTING).flatMap(([outer, quoting]) =>
    Object.entries(SENTENCES)
      .filter(([inner]) => inner !== outer)
      .flatMap(([inner, sentence]) =>
        [sentence, sentence.replace(FORBIDDEN, "").replace("Internal error occurred: ", "")].map((words) => ({
          outer,
          inner,
          message: quoting(words),
        })),
      ),
  );
  test(`is its author's, whichever of the others it quotes (${pairs.length} pairs)`, async () => {
    for (const { outer, inner, message } of pairs) {
      expect({ outer, inner, rules: await rulesFor(message) }).toEqual({ outer, inner, rules: [outer] });
    }
  });
});
