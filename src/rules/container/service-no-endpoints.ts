import { matchesSelector } from "../../objects/label-selector.ts";
import { refTo } from "../../objects/object.ts";
import { isReady, type Pod } from "../../objects/pod.ts";
import { SERVICE_NAME_LABEL, type Service, selectorOfService } from "../../objects/service.ts";
import { podCountsOf, podTemplateOf, type Workload } from "../../objects/workload.ts";
import { kubectl } from "../../text/command.ts";
import { editDistance } from "../../text/nearest.ts";
import { list, name, path, type Text, text, value } from "../../text/text.ts";
import { type Evidence, type Fix, seen } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import { look } from "../repair.ts";
import { defineRule, type Match } from "../rule.ts";
import {
  askerWords,
  type Connection,
  connections,
  FOLLOWS_FROM_NO_CONNECTION,
  hostWords,
  isDecisive,
} from "./connection.ts";

/** Why nothing is behind a Service. */
type Reason =
  /** It chooses no pods by itself. */
  | "no-selector"
  /** No pod carries the labels, and no workload makes such pods. */
  | "selector"
  /** The workload whose pods it chooses wants none. */
  | "scaled-to-zero"
  /** That workload wants pods and has none. */
  | "no-pods"
  /** There are pods, none of them ready. */
  | "not-ready"
  /** The pods could not be read, or not all of them. */
  | "unknown";

interface Facts {
  readonly service: string;
  readonly namespace: string;
  readonly host: string;
  readonly reason: Reason;
  readonly selector: Readonly<Record<string, string>>;
  /** Pods that it selects. */
  readonly pods: readonly string[];
  /** The labels that differ, as the nearest pods have them. */
  readonly nearest?: Readonly<Record<string, string>>;
  readonly nearestPod?: string;
  /** `deployment/db` */
  readonly workload?: string;
}

/** A container asks for a Service behind which nothing is ready. */
export default defineRule<Facts>({
  id: "container/service-no-endpoints",
  title: "A Service that a container asks for has no ready endpoints",
  effect: "blocks",
  needs: ["Log", "Service", "EndpointSlice", "Pod"],
  explains: FOLLOWS_FROM_NO_CONNECTION,
  check: (input) =>
    empty(input).map(({ connection, service }) => {
      const facts = factsOf(connection, service, input);
      return {
        subject: refTo(input.pod),
        container: connection.view.name,
        // What was refused then may have had another reason, where pods come and go.
        confidence:
          ["not-ready", "no-pods", "unknown"].includes(facts.reason) || connection.phase === "runs"
            ? ("likely" as const)
            : ("certain" as const),
        ...(!isDecisive(connection) && { effect: "risks" as const }),
        evidence: [...connection.evidence, ...evidenceOf(service, input)] as const,
        facts,
      };
    }),
  message: (match, input) => {
    const { facts } = match;
    const { connection, service } = matching(match, input);
    const what = text`Service ${name(`${facts.namespace}/${facts.service}`)}`;
    return {
      headline: text`${askerWords(connection)} ${hostWords(connection)}: ${what} ${reasonWords(facts)}.`,
      why: isHeadless(service)
        ? text`The name of a Service without an address of its own leads to its ready pods: without one it leads nowhere.`
        : text`A connection to a Service goes to one of its ready endpoints; without one it is refused or gets no answer.`,
      notes: notesOn(facts, input),
    };
  },
  fixes: ({ facts }) => fixesOf(facts),
  groupKey: ({ facts }) => `${facts.namespace}/${facts.service}`,
  doc: {
    means:
      "The Service exists, and no endpoint of it is ready: its selector matches no pod, its workload has no pods, or its pods are not ready. Whoever connects to it is refused.",
    seenIn:
      "A log line about a refused connection, a time-out or (for a headless Service) an unknown name, where the Service's EndpointSlices hold no ready endpoint. The pods of the namespace and their labels tell why.",
    repair: "Correct the selector, scale the workload up, or repair the pods behind the Service.",
    notToConfuseWith: "container/service-port: there endpoints are ready, and the port is wrong.",
    catalogue: ["init-waiting", "crash-app-error"],
  },
});

interface Empty {
  readonly connection: Connection;
  readonly service: Service;
}

function empty(input: PodInput): readonly Empty[] {
  return connections(input).flatMap((connection) => {
    const { peer, trouble } = connection;
    if (peer.kind !== "service" || peer.found.state !== "found" || peer.readyEndpoints !== 0) return [];
    const service = peer.found.object;
    if (service.spec?.type === "ExternalName") return [];
    // A Service with an address has a name in DNS whatever is behind it.
    return trouble?.kind === "unknown-host" && !isHeadless(service) ? [] : [{ connection, service }];
  });
}

const isHeadless = ({ spec }: Service) => spec?.clusterIP === "None";

function matching({ container }: Match<Facts>, input: PodInput): Empty {
  const found = empty(input).find(({ connection }) => connection.view.name === container);
  if (!found) throw new Error(`container ${container} asks for no Service without endpoints`);
  return found;
}

function evidenceOf(service: Service, { snapshot }: PodInput): readonly Evidence[] {
  const { namespace = "", name: serviceName } = service.metadata;
  const slice = snapshot
    .list("EndpointSlice", namespace)
    .items.find(({ metadata }) => metadata.labels?.[SERVICE_NAME_LABEL] === serviceName);
  const ready = slice?.endpoints?.findIndex(({ conditions }) => conditions?.ready === false) ?? -1;
  return [
    ...(selectorOfService(service) ? [seen(service, "spec.selector", "selector")] : []),
    ...(slice && ready >= 0 ? [seen(slice, `endpoints[${ready}].conditions.ready`, "endpoint ready")] : []),
    ...(slice?.endpoints && ready < 0 ? [seen(slice, "endpoints", "endpoints", text`none`)] : []),
  ];
}

function factsOf({ host }: Connection, service: Service, { snapshot }: PodInput): Facts {
  const { namespace = "", name: serviceName } = service.metadata;
  const selector = selectorOfService(service) ?? {};
  const base = { service: serviceName, namespace, host, selector, pods: [] };
  if (Object.keys(selector).length === 0) return { ...base, reason: "no-selector" };
  const all = snapshot.list("Pod", namespace);
  const alive = all.items.filter(({ metadata }) => !metadata.deletionTimestamp);
  const pods = alive.filter(({ metadata }) => matchesSelector({ matchLabels: selector }, metadata.labels));
  if (pods.length > 0)
    return {
      ...base,
      reason: pods.some(isReady) ? "unknown" : "not-ready",
      pods: pods.map(({ metadata }) => metadata.name).sort(),
    };
  if (!all.isComplete) return { ...base, reason: "unknown" };
  const maker = (["Deployment", "StatefulSet"] as const)
    .flatMap((kind): readonly Workload[] => snapshot.list(kind, namespace).items)
    .find((workload) => matchesSelector({ matchLabels: selector }, labelsOf(workload)));
  if (maker) {
    const wanted = podCountsOf(maker)?.wanted ?? 1;
    return {
      ...base,
      reason: wanted === 0 ? "scaled-to-zero" : "no-pods",
      workload: `${maker.kind.toLowerCase()}/${maker.metadata.name}`,
    };
  }
  const near = nearestPod(selector, alive);
  return { ...base, reason: "selector", ...(near && { nearest: near.labels, nearestPod: near.pod.metadata.name }) };
}

const labelsOf = (workload: Workload) =>
  ((podTemplateOf(workload)?.metadata ?? {}) as { labels?: Readonly<Record<string, string>> }).labels;

/** The pod whose labels come nearest to a selector: few that differ, each of them little. */
function nearestPod(selector: Readonly<Record<string, string>>, pods: readonly Pod[]) {
  const wanted = Object.entries(selector);
  const scored = pods.flatMap((pod) => {
    const labels = pod.metadata.labels ?? {};
    let distance = 0;
    const differing: Record<string, string> = {};
    for (const [key, content] of wanted) {
      const own = labels[key];
      if (own === content) continue;
      // One that has the key with quite another value is another program, unless further labels fit.
      if (own === undefined || editDistance(own, content) > Math.max(2, content.length / 2)) {
        if (own === undefined || wanted.length === 1) return [];
        distance += 10;
      } else distance += editDistance(own, content);
      differing[key] = own;
    }
    // With no label in common there is nothing to call near but a small mistake in writing.
    return Object.keys(differing).length === wanted.length && distance >= 10
      ? []
      : [{ pod, distance, labels: differing }];
  });
  scored.sort((a, b) => a.distance - b.distance || (a.pod.metadata.name < b.pod.metadata.name ? -1 : 1));
  return scored[0];
}

const pairs = (labels: Readonly<Record<string, string>>) =>
  Object.entries(labels)
    .map(([key, content]) => `${key}=${content}`)
    .join(",");

function reasonWords({ reason, selector, workload, pods }: Facts): Text {
  switch (reason) {
    case "no-selector":
      return text`has no endpoints, and no selector that would give it some`;
    case "selector":
      return text`selects ${value(pairs(selector))}, which no pod carries`;
    case "scaled-to-zero":
      return text`has no pods: ${name(workload ?? "")} is scaled to 0`;
    case "no-pods":
      return text`has no pods: ${name(workload ?? "")} wants some and has none`;
    case "not-ready":
      return pods.length === 1
        ? text`has one pod, ${name(pods[0] ?? "")}, and it is not ready`
        : text`has ${pods.length} pods, none of them ready`;
    case "unknown":
      return text`has no ready endpoint`;
  }
}

function notesOn(
  { reason, nearest, nearestPod: pod, selector, namespace }: Facts,
  { snapshot }: PodInput,
): readonly Text[] {
  if (reason === "selector") {
    if (nearest && pod) return [text`The nearest is pod ${name(pod)}, with ${value(pairs(nearest))}.`];
    return [
      text`The labels of a Service's selector are those of the pods, under ${path("spec.template.metadata.labels")} of their workload.`,
    ];
  }
  if (reason === "unknown" && !snapshot.list("Pod", namespace).isComplete)
    return [text`Which pods carry ${value(pairs(selector))} could not be seen.`];
  return [];
}

function fixesOf(facts: Facts): readonly Fix[] {
  const { reason, service, namespace, selector, nearest, workload, pods } = facts;
  const owner = { by: "workload-owner" as const };
  const select = (labels: Readonly<Record<string, string>>, title: Text, applies: Fix["applies"]): Fix => ({
    title,
    commands: [
      kubectl("changes", namespace, "patch", "service", service, "-p", JSON.stringify({ spec: { selector: labels } })),
    ],
    applies,
    ...owner,
  });
  const seePods = look(
    text`See the pods of the namespace and their labels.`,
    kubectl("reads", namespace, "get", "pods", "--show-labels"),
  );
  const whyPending = (target: string, title: Text): Fix => ({
    title,
    commands: [{ argv: ["kubectl", "why-pending", target, "-n", namespace], does: "reads" }],
    applies: "as-is",
    ...owner,
  });
  switch (reason) {
    case "no-selector":
      return [
        select({ app: "<label>" }, text`Give it the labels of the pods that it is to lead to.`, "fill-in"),
        seePods,
      ];
    case "selector":
      return nearest
        ? [
            select(
              nearest,
              text`Let the Service select ${value(pairs({ ...selector, ...nearest }))}.`,
              // A few letters apart, and the only such pods: a mistake in writing.
              Object.keys(nearest).length === 1 ? "as-is" : "maybe",
            ),
            seePods,
          ]
        : [
            select(
              Object.fromEntries(Object.keys(selector).map((key) => [key, "<label>"])),
              text`Give it the labels that the pods have.`,
              "fill-in",
            ),
            seePods,
          ];
    case "scaled-to-zero":
      return [
        {
          title: text`Scale it up; one pod is enough to begin with.`,
          commands: [kubectl("changes", namespace, "scale", workload ?? "", "--replicas=1")],
          applies: "maybe",
          ...owner,
        },
      ];
    case "no-pods":
      return [whyPending(workload ?? "", text`See why it has no pods.`)];
    case "not-ready": {
      const [first = ""] = pods;
      return [
        whyPending(
          first,
          text`See why pod ${name(first)} is not ready${pods.length > 1 && text`, and ${list(pods.slice(1).map(name))}`}.`,
        ),
      ];
    }
    case "unknown":
      return [
        look(
          text`See which pods the Service selects, and why they are not ready.`,
          kubectl("reads", namespace, "describe", "service", service),
          kubectl("reads", namespace, "get", "pods", "-l", pairs(selector)),
        ),
      ];
  }
}
