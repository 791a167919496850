import type { KubeObject } from "../../objects/object.ts";
import { nanos } from "../../objects/quantity.ts";
import { kubectl } from "../../text/command.ts";
import { count, name, text } from "../../text/text.ts";
import type { Evidence } from "../finding.ts";
import { seen } from "../finding.ts";
import type { WorkloadInput } from "../workload-input.ts";
import { ownAmount } from "./quota.ts";
import { refusalRule } from "./refusal-rule.ts";
import { adminFix, look, setResources } from "./repair.ts";

/** One bound that was not kept. */
interface Violation {
  readonly bound: "maximum" | "minimum" | "ratio";
  readonly resource: string;
  /** `Container`, `Pod` or `PersistentVolumeClaim`. */
  readonly per: string;
  readonly allowed: string;
  /** What was compared: a request, a limit, or the ratio of both. */
  readonly what: "request" | "limit" | "ratio";
  /** Undefined where the pod states none. */
  readonly found?: string;
}

interface Facts {
  readonly violations: readonly Violation[];
  readonly limitRange?: string;
}

/** The pod's requests or limits lie outside what a LimitRange of the namespace allows. */
export default refusalRule<Facts>({
  id: "creation/limitrange-violation",
  title: "Requests or limits outside of what a LimitRange allows",
  needs: ["Event", "LimitRange"],
  read: (message, input) => {
    const violations = violationsIn(message);
    const [first] = violations;
    if (!first) return undefined;
    const place = placeOf(first, input);
    return { violations, ...(place && { limitRange: place.range.metadata.name }) };
  },
  evidence: ({ violations }, input): readonly Evidence[] => {
    const [first] = violations;
    const place = first && placeOf(first, input);
    return place ? [seen(place.range, place.path, "allowed")] : [];
  },
  message: ({ violations, limitRange }, input) => {
    const [first, ...others] = violations;
    if (!first) return { headline: [], why: [] };
    const culprits = culpritsOf(first, input);
    const who =
      first.per === "Container" && culprits.length === 1
        ? text`${name(culprits[0] ?? "")}`
        : text`the ${first.per === "Pod" ? "pod" : "template"}`;
    const range = limitRange ? text`LimitRange ${name(limitRange)}` : text`A LimitRange of the namespace`;
    const bound =
      first.bound === "ratio"
        ? text`lets the ${name(first.resource)} limit be ${first.allowed} times the request`
        : text`${first.bound === "maximum" ? "allows at most" : "demands at least"} ${first.allowed} of ${name(first.resource)} per ${first.per.toLowerCase()}`;
    const found =
      first.found === undefined
        ? text`${who} states no ${first.what}`
        : first.what === "ratio"
          ? text`it is ${first.found} times`
          : text`${who} has a ${first.what} of ${first.found}`;
    return {
      headline: text`${range} ${bound}; ${found}.`,
      why: text`The API server holds every new pod against the LimitRanges of its namespace.${others.length > 0 && ` ${count(others.length, "further bound")} ${others.length === 1 ? "is" : "are"} not kept either.`}`,
      notes: others.map(
        (one) =>
          text`${name(one.resource)} per ${one.per.toLowerCase()}: ${one.bound === "ratio" ? "limit/request at most" : one.bound} ${one.allowed}, ${one.found === undefined ? `no ${one.what} is stated` : `${one.what} is ${one.found}`}.`,
      ),
    };
  },
  fixes: ({ violations, limitRange }, input) => {
    const { namespace } = input.object.metadata;
    const first = violations.find(({ bound }) => bound !== "ratio");
    const place = first && placeOf(first, input);
    return [
      look(
        text`What is allowed.`,
        kubectl("reads", namespace, "describe", "limitrange", ...(limitRange ? [limitRange] : [])),
      ),
      ...withinBounds(violations, input),
      ...(first?.found !== undefined && place
        ? [
            adminFix(text`Or widen the LimitRange.`, [
              kubectl(
                "changes",
                namespace,
                "patch",
                "limitrange",
                place.range.metadata.name,
                "--type=json",
                "-p",
                JSON.stringify([{ op: "replace", path: place.pointer, value: first.found }]),
              ),
            ]),
          ]
        : []),
    ];
  },
  doc: {
    means: "The namespace has a LimitRange, and the pod asks for more, or for less, than it allows.",
    seenIn:
      "`maximum memory usage per Container is 128Mi, but limit is 256Mi`, `minimum …`, `… max limit to request ratio …` in FailedCreate (API server, all versions); several in brackets.",
    repair: "Change requests or limits of the template, or the LimitRange.",
    notToConfuseWith: "creation/quota-exceeded: there it is the sum over the namespace.",
    catalogue: ["create-limitrange-violation"],
  },
});

/** The wordings of kubernetes v1.36 plugin/pkg/admission/limitranger/admission.go; 1.25 has the same. */
const BOUND =
  /(maximum|minimum) (\S+) usage per (\w+) is ([^\s,]+?)(?:, but (limit|request) is ([^\s,\]]+)|\.\s+No (limit|request) is specified)/g;
const RATIO =
  /(\S{1,200}) max limit to request ratio per (\w+) is ([^\s,]+), but (?:provided ratio is ([\d.]+)|no (request|limit) is specified)/g;

/** How a refusal of the plugin begins. */
const BEGINNING = /^\[?(?:(?:maximum|minimum) \S+ usage per |\S+ max limit to request ratio per )/;

export function violationsIn(message: string): readonly Violation[] {
  if (!BEGINNING.test(message)) return [];
  const bounds = [...message.matchAll(BOUND)].map((match): Violation => {
    const [, bound, resource = "", per = "", allowed = "", what, found, unstated] = match;
    return {
      bound: bound as "maximum" | "minimum",
      resource,
      per,
      allowed,
      what: (what ?? unstated) as "limit" | "request",
      ...(found && { found }),
    };
  });
  const ratios = [...message.matchAll(RATIO)].map((match): Violation => {
    const [, resource = "", per = "", allowed = "", found, unstated] = match;
    return {
      bound: "ratio",
      resource: resource.replace(/^\[/, ""),
      per,
      allowed,
      what: unstated ? (unstated as "limit" | "request") : "ratio",
      ...(found && { found: String(Number(found)) }),
    };
  });
  return [...bounds, ...ratios];
}

/** Where the bound stands: which LimitRange, and its path there in both notations. */
function placeOf({ bound, resource, per, allowed }: Violation, { snapshot, object }: WorkloadInput) {
  const field = bound === "maximum" ? "max" : bound === "minimum" ? "min" : "maxLimitRequestRatio";
  for (const range of snapshot.list("LimitRange", object.metadata.namespace).items) {
    const { limits = [] } =
      (range as KubeObject & { spec?: { limits?: readonly Record<string, unknown>[] } }).spec ?? {};
    for (const [index, limit] of limits.entries()) {
      const value = (limit[field] as Record<string, string> | undefined)?.[resource];
      if (limit.type !== per || value === undefined || nanos(value) !== nanos(allowed)) continue;
      return {
        range,
        path: `spec.limits[${index}].${field}['${resource}']`,
        pointer: `/spec/limits/${index}/${field}/${resource.replaceAll("~", "~0").replaceAll("/", "~1")}`,
      };
    }
  }
  return undefined;
}

/** The containers of the template that have just this request or limit; the API server does not name them. */
function culpritsOf({ what, resource, found }: Violation, { template }: WorkloadInput): readonly string[] {
  if (what === "ratio") return [];
  const containers = [...(template?.containers ?? []), ...(template?.initContainers ?? [])];
  return containers
    .filter((one) => {
      const own = ownAmount(one, what === "limit" ? "limits" : "requests", resource);
      return found === undefined ? own === undefined : own !== undefined && nanos(own) === nanos(found);
    })
    .map((one) => one.name);
}

function withinBounds(violations: readonly Violation[], input: WorkloadInput) {
  const containers = [...(input.template?.containers ?? []), ...(input.template?.initContainers ?? [])];
  const changes = new Map<string, { requests: Record<string, string>; limits: Record<string, string> }>();
  for (const violation of violations) {
    if (violation.per !== "Container" || violation.what === "ratio") continue;
    const { resource, allowed, what, bound } = violation;
    const named = culpritsOf(violation, input);
    const [only] = containers;
    for (const container of named.length > 0 ? named : containers.length === 1 && only ? [only.name] : []) {
      const change = changes.get(container) ?? { requests: {}, limits: {} };
      changes.set(container, change);
      change[what === "limit" ? "limits" : "requests"][resource] = allowed;
      // A request may not be larger than the limit.
      const spec = containers.find((one) => one.name === container);
      const other = spec && ownAmount(spec, what === "limit" ? "requests" : "limits", resource);
      if (other === undefined) continue;
      const isCrossed = what === "limit" ? isMore(other, allowed) : isMore(allowed, other);
      if (isCrossed || (bound === "maximum" && isMore(other, allowed)))
        change[what === "limit" ? "requests" : "limits"][resource] = allowed;
    }
  }
  const fixes = [...changes].map(([container, amounts], index) =>
    setResources(
      input,
      container,
      amounts,
      index ? [] : text`Bring the template within the bounds, if it can live on that.`,
      { applies: "maybe" },
    ),
  );
  const [first, ...others] = fixes;
  return first ? [{ ...first, commands: [...first.commands, ...others.flatMap(({ commands }) => commands)] }] : [];
}

const isMore = (a: string, b: string) => (nanos(a) ?? 0n) > (nanos(b) ?? 0n);
