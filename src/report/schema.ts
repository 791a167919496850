import * as z from "zod/mini";
import { STAGES } from "../rules/finding.ts";
import { STEPS } from "../rules/pod-input.ts";
import { API_VERSION } from "./report.ts";

// The shape of `-o json` and `-o yaml`. Loaded by tests and by the docs script only: a run writes these documents, the
// compiler checks that it writes what stands here. Objects are open: fields may be added without a new apiVersion.

const described = <Schema extends z.ZodMiniType>(schema: Schema, description: string): Schema =>
  schema.check(z.describe(description));

/** A part with a name of its own under $defs. */
const named = <Schema extends z.ZodMiniType>(id: string, schema: Schema, description?: string): Schema =>
  schema.check(z.meta({ id, ...(description && { description }) }));

const sentence = z.string();
const time = described(z.string(), "RFC 3339");
const json = z.json();

const objectRefSchema = named(
  "ObjectRef",
  z.looseObject({
    apiVersion: z.optional(z.string()),
    kind: z.string(),
    namespace: z.optional(z.string()),
    name: z.string(),
    uid: z.optional(z.string()),
  }),
  "Names one object; without a namespace for kinds that have none.",
);

const commandSchema = named(
  "Command",
  z.looseObject({
    argv: described(z.array(z.string()), "The words of the command, with the connection flags of the run; not quoted."),
    into: z.optional(
      described(z.array(z.string()), "The words of a second command, which takes its output: argv | into."),
    ),
    does: z.enum(["reads", "changes", "restarts", "deletes"]),
  }),
);

const applies = described(
  z.enum(["as-is", "fill-in", "maybe"]),
  "fill-in: holds a <placeholder>; maybe: only the reader can know whether it is right.",
);
const by = z.enum(["workload-owner", "cluster-admin"]);

const fixSchema = named("Fix", z.looseObject({ title: sentence, applies, by, commands: z.array(commandSchema) }));

const evidenceSchema = named(
  "Evidence",
  z.looseObject({
    ref: objectRefSchema,
    path: described(z.string(), "Resolves, in the object that ref names, to value."),
    value: json,
    label: z.optional(z.string()),
  }),
);

const findingSchema = named(
  "Finding",
  z.looseObject({
    rule: described(z.string(), "<family>/<cause>, as in docs/rules.md."),
    confidence: z.enum(["certain", "likely", "possible"]),
    effect: z.enum(["blocks", "delays", "risks"]),
    stage: z.enum(STAGES),
    subject: objectRefSchema,
    container: z.optional(z.string()),
    headline: sentence,
    why: sentence,
    notes: z.array(sentence),
    outlook: z.optional(sentence),
    surer: z.optional(described(sentence, "What would make it surer, or the repair better, and was not asked for.")),
    facts: described(json, "What the rule found out; its shape is the rule's own."),
    evidence: z.array(evidenceSchema),
    fixes: z.array(fixSchema),
  }),
);

const uncheckedSchema = named(
  "Unchecked",
  z.looseObject({
    what: z.string(),
    state: z.optional(z.enum(["forbidden", "not-served", "failed", "not-asked", "partial"])),
    message: z.optional(z.string()),
    namespace: z.optional(z.string()),
    name: z.optional(z.string()),
    right: z.optional(described(z.string(), "The right that was missing: get secrets in namespace shop.")),
    rules: described(z.array(z.string()), "The rules that could not look, or not be sure."),
  }),
);

const askedSchema = z.optional(
  described(
    z.array(
      named(
        "AskedHost",
        z.looseObject({
          host: z.string(),
          isReached: described(z.boolean(), "Whether it answered."),
          logins: z.array(
            z.looseObject({
              as: z.enum(["anonymous", "secret"]),
              secret: z.optional(described(z.string(), "namespace/name")),
              user: z.optional(z.string()),
            }),
          ),
        }),
      ),
    ),
    "Hosts that --check-registry sent requests to; those without logins are token services, or where redirects led.",
  ),
);

const rawReasonSchema = named(
  "RawReason",
  z.looseObject({
    ref: objectRefSchema,
    path: z.string(),
    about: z.string(),
    reason: z.string(),
    message: z.string(),
    at: z.optional(time),
    times: z.optional(z.number()),
  }),
);

const rejectionSchema = z.looseObject({ plugin: z.string(), reason: z.string(), lack: json });
const podInTheWaySchema = z.looseObject({ namespace: z.string(), name: z.string(), priority: z.number() });

const schedulingSchema = named(
  "Scheduling",
  z.looseObject({
    rebuiltMessage: described(sentence, "The scheduler's sentence, as its filters run again on what was read give it."),
    schedulerMessage: sentence,
    agrees: described(z.boolean(), "Whether both say the same, reason by reason and count by count."),
    difference: z.optional(described(sentence, "Why it may be that they do not.")),
    podRejections: z.optional(
      described(
        z.array(rejectionSchema),
        "What stops the pod before the scheduler looks at any node; it tells the first alone, and nodes holds what comes after that.",
      ),
    ),
    nodes: described(
      z.array(
        z.looseObject({
          names: z.array(z.string()),
          rejections: z.array(rejectionSchema),
          undecided: z.optional(
            described(
              z.array(z.looseObject({ plugin: z.string(), kind: z.string() })),
              "Plugins that could not tell, for want of objects of a kind.",
            ),
          ),
        }),
      ),
      "Every node, those that say the very same together, the nearest miss first. No rejection: it takes the pod.",
    ),
    outlook: z.optional(
      described(
        z.looseObject({
          fits: described(
            z.enum(["never", "later"]),
            "never: every node has something against it that no pod's end removes.",
          ),
          node: z.optional(z.string()),
          pods: described(z.array(podInTheWaySchema), "The fewest that have to end or move away from node."),
          preemption: z.looseObject({
            state: described(
              z.enum(["never", "under-way", "not-helpful", "possible"]),
              "never: preemptionPolicy Never. possible: the scheduler would evict pods from node, violating of them against a PodDisruptionBudget.",
            ),
            node: z.optional(z.string()),
            pods: z.optional(z.array(podInTheWaySchema)),
            violating: z.optional(z.number()),
          }),
          words: sentence,
        }),
        "Whether it can get a place as it is, and whether others are evicted for it.",
      ),
    ),
    smallestChange: z.optional(
      described(
        z.looseObject({ edits: z.array(z.looseObject({ of: z.string() })), accepts: z.array(z.string()) }),
        "The cheapest edits after which the nodes in accepts take the pod; the filters were run again on what they make.",
      ),
    ),
  }),
  "Why no node takes the pod: kube-scheduler's filters run again on every node.",
);

const reportFields = {
  takenAt: time,
  target: objectRefSchema,
  verdict: described(
    z.enum(["ready", "completed", "progressing", "blocked", "failed", "unexplained", "not-found", "not-analysed"]),
    "blocked has a rootCause; failed is over, with a rootCause or without; unexplained has only the raw reasons; not-analysed: the program failed on this pod.",
  ),
  summary: sentence,
  readyContainers: described(z.string(), "READY, status and restarts are as kubectl get pods shows them."),
  status: z.string(),
  restarts: z.number(),
  restartedSecondsAgo: z.optional(z.number()),
  ageSeconds: z.optional(z.number()),
  workload: z.optional(objectRefSchema),
  node: z.optional(z.string()),
  progress: z.array(
    z.looseObject({ name: z.enum(STEPS), state: z.enum(["done", "current", "pending"]), at: z.optional(time) }),
  ),
  scheduling: z.optional(schedulingSchema),
  remarks: z.array(sentence),
  rootCause: z.optional(findingSchema),
  consequences: described(z.array(findingSchema), "What follows from the root cause and goes away with it."),
  others: described(z.array(findingSchema), "Further causes, then risks."),
  raw: described(z.array(rawReasonSchema), "Word for word, where no rule explains the pod; the most telling first."),
  checks: z.looseObject({ rules: z.number(), stages: z.array(z.enum(STAGES)), rulesOfStages: z.number() }),
  ruledOut: z.array(z.looseObject({ what: sentence, because: sentence })),
  unchecked: z.array(uncheckedSchema),
  asked: askedSchema,
  timeline: z.array(
    z.looseObject({
      at: z.string(),
      lastAt: z.optional(z.string()),
      times: z.number(),
      what: sentence,
      isTrouble: z.boolean(),
    }),
  ),
  steps: z.array(
    z.looseObject({
      act: z.enum(["see", "change", "restart", "delete", "verify", "task"]),
      title: described(sentence, "Empty where the step goes on with what the step before it says."),
      command: z.optional(commandSchema),
      applies,
      by,
      placeholders: z.array(z.string()),
      isAlternative: described(z.boolean(), "Instead of the changes before it, not after them."),
    }),
  ),
};

const itemSchema = named("Item", z.looseObject(reportFields));
const head = { apiVersion: z.literal(API_VERSION) };

/** One named target. */
export const reportSchema = named("Report", z.looseObject({ ...head, kind: z.literal("Report"), ...reportFields }));

/** Any other number of targets. */
export const reportListSchema = named(
  "ReportList",
  z.looseObject({
    ...head,
    kind: z.literal("ReportList"),
    takenAt: time,
    podsSeen: z.optional(described(z.number(), "How many pods were looked at, those that are fine included.")),
    groups: z.array(
      z.looseObject({
        rule: z.optional(z.string()),
        confidence: z.optional(z.enum(["certain", "likely", "possible"])),
        headline: described(sentence, "Of the first member; without a rule, the reason that an object gives."),
        count: z.number(),
        members: z.array(objectRefSchema),
      }),
    ),
    unchecked: z.array(uncheckedSchema),
    asked: askedSchema,
    skipped: described(z.array(z.string()), "Objects that could not be used."),
    items: z.array(itemSchema),
  }),
);

/** No diagnosis was possible. */
export const failureSchema = named(
  "Failure",
  z.looseObject({
    ...head,
    kind: z.literal("Failure"),
    headline: sentence,
    seen: z.array(sentence),
    todo: z.array(sentence),
  }),
);

/** Every document that `-o json` and `-o yaml` write. */
export const documentSchema = z.discriminatedUnion("kind", [reportSchema, reportListSchema, failureSchema]);

export type ReportDocument = z.infer<typeof reportSchema>;
export type ItemDocument = z.infer<typeof itemSchema>;
export type FindingDocument = z.infer<typeof findingSchema>;
export type ReportListDocument = z.infer<typeof reportListSchema>;
export type FailureDocument = z.infer<typeof failureSchema>;

/** docs/report.schema.json, to the byte. */
export function reportSchemaText(): string {
  const schema = { title: `kubectl why-pending: ${API_VERSION}`, ...z.toJSONSchema(documentSchema) };
  return `${JSON.stringify(schema, null, 2)}\n`;
}
