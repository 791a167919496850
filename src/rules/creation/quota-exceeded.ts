import { controllerOf } from "../../objects/object.ts";
import { nanos } from "../../objects/quantity.ts";
import { podCountsOf } from "../../objects/workload.ts";
import { type Command, kubectl } from "../../text/command.ts";
import { count, list, name, type Text, text } from "../../text/text.ts";
import { resolvePath, seen } from "../finding.ts";
import type { WorkloadInput } from "../workload-input.ts";
import { amountsIn, countedIn, larger, ownAmount, quotaAmounts, showNanos, stillCounts, usageOf } from "./quota.ts";
import { refusalRule } from "./refusal-rule.ts";
import { adminFix, argumentOf, look, ownerFix, setResources } from "./repair.ts";

/** One resource of the quota: as text, and what of it is used now. */
interface Row {
  readonly resource: string;
  readonly asked: string;
  readonly used: string;
  readonly hard: string;
}

interface Facts {
  readonly quota: string;
  readonly rows: readonly Row[];
  /** By the quota's status now the next try succeeds. */
  readonly fitsNow: boolean;
}

/** One more pod would be more than a ResourceQuota of the namespace allows. */
export default refusalRule<Facts>({
  id: "creation/quota-exceeded",
  title: "A ResourceQuota has no room for one more pod",
  needs: ["Event", "ResourceQuota", "Pod"],
  read: (message, input) => {
    const [, quota, requested = "", used = "", limited = ""] =
      /^exceeded quota: (\S+), requested: (\S+), used: (\S+), limited: ([^\s;]+)/.exec(message) ?? [];
    if (!quota) return undefined;
    const now = quotaNow(input, quota);
    const [asked, then, hard] = [amountsIn(requested), amountsIn(used), amountsIn(limited)];
    const rows = [...asked].map(([resource, amount]) => ({
      resource,
      asked: amount,
      used: (now && quotaAmounts(now, "used")[resource]) ?? then.get(resource) ?? "0",
      hard: (now && quotaAmounts(now, "hard")[resource]) ?? hard.get(resource) ?? "0",
    }));
    return { quota, rows, fitsNow: now !== undefined && rows.every((row) => excess(row) <= 0n) };
  },
  effect: ({ fitsNow }) => (fitsNow ? "delays" : "blocks"),
  evidence: ({ quota, rows }, input) => {
    const now = quotaNow(input, quota);
    const [first] = rows;
    if (!now || !first) return [];
    const { resource } = first;
    return (["used", "hard"] as const).flatMap((which) => {
      const path = `status.${which}['${resource}']`;
      const label = `${resource} ${which === "used" ? "used" : "allowed"}`;
      return resolvePath(now, path) === undefined ? [] : [seen(now, path, label)];
    });
  },
  message: ({ quota, rows, fitsNow }, input, { what }) => {
    const one = what === "claim" ? "the claim" : what === "pod" ? "one more pod" : `the ${what}`;
    const free = rows.map(
      ({ resource, used, hard }) =>
        text`${showNanos(resource, atLeastZero(amount(hard) - amount(used)))} of ${name(resource)}`,
    );
    const asks = rows.map(({ resource, asked }) => showNanos(resource, amount(asked)));
    const sums = rows.map(
      ({ resource, used, asked, hard }) =>
        text`${name(resource)}: ${used} used + ${asked} asked = ${showNanos(resource, amount(used) + amount(asked))}, ${fitsNow ? "within" : "more than"} ${hard}`,
    );
    return {
      headline: fitsNow
        ? text`Quota ${name(quota)} was full at the last try; by now it has room.`
        : text`Quota ${name(quota)} leaves ${joined(free)}; ${one} asks for ${asks.join(" and ")}.`,
      why: text`The API server counts before it creates: ${joined(sums)}.`,
      notes: [...nothingElse(rows), ...holders(rows, input), ...surge(input)],
    };
  },
  fixes: (facts, input, { what }) => {
    const { quota, rows, fitsNow } = facts;
    const { namespace } = input.object.metadata;
    const see = look(
      text`What the quota allows, and what is used.`,
      kubectl("reads", namespace, "describe", "resourcequota", quota),
    );
    if (fitsNow) return [see];
    const repairs =
      what === "claim"
        ? []
        : [...lessEach(rows, input), ...noSurge(input), ...fewer(rows, input), ...finished(rows, input)];
    return [see, ...repairs, raise(facts, input, repairs.length > 0)];
  },
  groupKey: ({ quota }) => quota,
  doc: {
    means: "The namespace has a ResourceQuota, and with one more pod it would be exceeded.",
    seenIn:
      "`exceeded quota: NAME, requested: …, used: …, limited: …` in the event FailedCreate of the ReplicaSet, StatefulSet, DaemonSet or Job and in its condition ReplicaFailure (API server, all versions).",
    repair: "Ask for less in the template, remove pods that nobody needs, or raise the quota.",
    notToConfuseWith:
      "creation/quota-must-specify: there a container says nothing of the resource. scheduling/insufficient-cpu: there the pod exists and no node has room.",
    catalogue: ["create-quota-exceeded"],
  },
});

const amount = (quantity: string) => nanos(quantity) ?? 0n;
const atLeastZero = (value: bigint) => larger(value, 0n);
const excess = ({ used, asked, hard }: Row) => amount(used) + amount(asked) - amount(hard);
const joined = (parts: readonly Text[]): Text =>
  parts.flatMap((part, index) => (index ? text`${index === parts.length - 1 ? " and " : ", "}${part}` : part));

function quotaNow({ snapshot, object }: WorkloadInput, quota: string) {
  return snapshot.get("ResourceQuota", object.metadata.namespace, quota);
}

/** How many pods are asked for and not there: a ReplicaSet in a roll-out is given them bit by bit. */
function missingPods({ refusal }: WorkloadInput): bigint {
  const { wanted = 1, made = 0 } = (refusal && podCountsOf(refusal.maker)) ?? {};
  return BigInt(Math.max(1, wanted - made));
}

/** A pod that asks for more than the whole quota will never come, whoever goes. */
function nothingElse(rows: readonly Row[]): readonly Text[] {
  const impossible = rows.filter(({ asked, hard }) => amount(asked) > amount(hard));
  return impossible.map(
    ({ resource, asked, hard }) =>
      text`One pod alone asks for ${asked} of ${name(resource)}, more than the ${hard} that the whole quota allows: making room does not help.`,
  );
}

/** Who holds how much, the largest first. Quotas with a scope count only some pods, and are left out. */
function holders(rows: readonly Row[], input: WorkloadInput): readonly Text[] {
  const { snapshot, object } = input;
  const { namespace } = object.metadata;
  const { items, isComplete } = snapshot.list("Pod", namespace);
  if (!isComplete) return [];
  return rows.flatMap(({ resource, used }): Text[] => {
    const counted = countedIn(resource);
    if (!counted && resource !== "pods" && resource !== "count/pods") return [];
    const byOwner = new Map<string, { total: bigint; pods: number }>();
    for (const pod of items) {
      if (resource !== "count/pods" && !stillCounts(pod)) continue;
      const controller = controllerOf(pod);
      const owner = snapshot.ownersOf(pod).at(-1)?.ref ?? controller;
      const hash = pod.metadata.labels?.["pod-template-hash"];
      // A ReplicaSet that was not read: its name is the Deployment's, and the hash that its pods carry.
      const label =
        owner?.kind === "ReplicaSet" && hash && owner.name.endsWith(`-${hash}`)
          ? `Deployment ${owner.name.slice(0, -hash.length - 1)}`
          : owner
            ? `${owner.kind} ${owner.name}`
            : `Pod ${pod.metadata.name}`;
      const known = byOwner.get(label) ?? { total: 0n, pods: 0 };
      const own = counted ? usageOf(pod.spec, counted.list, counted.of) : 1_000_000_000n;
      byOwner.set(label, { total: known.total + own, pods: known.pods + 1 });
    }
    const held = [...byOwner]
      .filter(([, { total }]) => total > 0n)
      .sort(([a, x], [b, y]) => (y.total > x.total ? 1 : y.total < x.total ? -1 : a < b ? -1 : 1));
    if (held.length === 0) return [];
    const words = held.map(
      ([owner, { total, pods }]) => `${owner} ${showNanos(resource, total)} (${count(pods, "pod")})`,
    );
    return [text`Of ${name(resource)}, ${used} used: ${list(words.map(name), 5)}.`];
  });
}

/** Whether only the extra pod of a roll-out does not fit. */
const isSurge = ({ object, counts }: WorkloadInput) =>
  object.kind === "Deployment" && counts !== undefined && counts.made >= counts.wanted;

function surge(input: WorkloadInput): readonly Text[] {
  if (!isSurge(input)) return [];
  return [text`Its pods of the former template still run: a roll-out needs room for one more pod than it has.`];
}

/** A roll-out that takes a pod away before it makes the next needs no more room than there was. */
function noSurge(input: WorkloadInput) {
  if (!isSurge(input)) return [];
  const strategy = { type: "RollingUpdate", rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } };
  return [
    ownerFix(
      input,
      text`Let the roll-out take a pod away before it makes the next, if one pod fewer can be borne meanwhile.`,
      [
        kubectl(
          "changes",
          input.workload.namespace,
          "patch",
          argumentOf(input),
          "-p",
          JSON.stringify({ spec: { strategy } }),
        ),
      ],
      { applies: "maybe" },
    ),
  ];
}

/** So much less that all missing pods fit, where one container is all that asks. */
function lessEach(rows: readonly Row[], input: WorkloadInput) {
  const containers = input.template?.containers ?? [];
  const [only] = containers;
  const requests: Record<string, string> = {};
  const limits: Record<string, string> = {};
  let isGuess = false;
  for (const row of rows) {
    const counted = countedIn(row.resource);
    if (!counted || !only) return [];
    const room = atLeastZero(amount(row.hard) - amount(row.used)) / missingPods(input);
    const isKnown = containers.length === 1 && room > 0n;
    isGuess ||= isKnown;
    const next = isKnown ? showNanos(row.resource, wholeUnits(row.resource, room)) : `<${counted.of}>`;
    // What nothing is left of cannot be had by asking for less: others must go first, or the quota grow.
    if (!isKnown && room <= 0n) return [];
    (counted.list === "limits" ? limits : requests)[counted.of] = next;
    const request = ownAmount(only, "requests", counted.of);
    if (counted.list === "limits" && isKnown && request && amount(request) > room) requests[counted.of] = next;
  }
  const which =
    containers.length === 1 ? only : [...containers].sort((a, b) => heaviness(b, rows) - heaviness(a, rows))[0];
  if (!which || Object.keys(requests).length + Object.keys(limits).length === 0) return [];
  const title = isGuess
    ? text`Ask for what the quota leaves, if ${name(which.name)} can live on it.`
    : text`Ask for less.`;
  return [setResources(input, which.name, { requests, limits }, title, { applies: isGuess ? "maybe" : "fill-in" })];
}

/** Rounded down to what people write: thousandths of a CPU, whole Mi where there is one. */
function wholeUnits(resource: string, value: bigint): bigint {
  const mebi = 1_048_576n * 1_000_000_000n;
  if (/cpu$/.test(resource)) return value - (value % 1_000_000n);
  return value >= mebi ? value - (value % mebi) : value - (value % 1_000_000_000n);
}

function heaviness(container: Parameters<typeof ownAmount>[0], rows: readonly Row[]): number {
  const [row] = rows;
  const counted = row && countedIn(row.resource);
  return counted ? Number(amount(ownAmount(container, counted.list, counted.of) ?? "0")) : 0;
}

/** Fewer pods: as many as fit. */
function fewer(rows: readonly Row[], input: WorkloadInput) {
  const { counts, workload, object } = input;
  if (!counts || workload.kind !== object.kind || !["Deployment", "StatefulSet", "ReplicaSet"].includes(object.kind))
    return [];
  const fits = rows.map(({ asked, used, hard }) =>
    amount(asked) > 0n ? atLeastZero(amount(hard) - amount(used)) / amount(asked) : BigInt(counts.wanted),
  );
  const more = -fits.map((one) => -one).reduce(larger, -BigInt(counts.wanted));
  const replicas = counts.made + Number(more);
  if (replicas < 1 || replicas >= counts.wanted) return [];
  return [
    ownerFix(
      input,
      text`Or do with ${count(replicas, "pod")}, as many as the quota has room for.`,
      [kubectl("changes", workload.namespace, "scale", argumentOf(input), `--replicas=${replicas}`)],
      { applies: "maybe" },
    ),
  ];
}

/** Finished pods count against `count/pods` until they are deleted. */
function finished(rows: readonly Row[], { snapshot, object }: WorkloadInput) {
  if (!rows.some(({ resource }) => resource === "count/pods")) return [];
  const { namespace } = object.metadata;
  const phases = new Set(
    snapshot
      .list("Pod", namespace)
      .items.filter((pod) => !stillCounts(pod))
      .map(({ status }) => status?.phase),
  );
  const commands: Command[] = [...phases].map((phase) =>
    kubectl("deletes", namespace, "delete", "pods", `--field-selector=status.phase=${phase}`),
  );
  if (commands.length === 0) return [];
  return [
    {
      title: text`Or delete pods that are over: they count until they are gone.`,
      commands,
      applies: "maybe" as const,
      by: "workload-owner" as const,
    },
  ];
}

function raise({ quota, rows }: Facts, input: WorkloadInput, isAlternative: boolean) {
  const { namespace } = input.object.metadata;
  const hard = Object.fromEntries(
    rows.map(({ resource, used, asked }) => [
      resource,
      showNanos(resource, amount(used) + amount(asked) * missingPods(input)),
    ]),
  );
  return adminFix(
    text`${isAlternative ? "Or raise" : "Raise"} the quota so far that ${missingPods(input) === 1n ? "one more pod fits" : `the ${missingPods(input)} missing pods fit`}.`,
    [kubectl("changes", namespace, "patch", "resourcequota", quota, "-p", JSON.stringify({ spec: { hard } }))],
  );
}
