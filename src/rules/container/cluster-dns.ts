import { refTo } from "../../objects/object.ts";
import { kubectl } from "../../text/command.ts";
import { name, type Text, text } from "../../text/text.ts";
import { type Evidence, type Fix, seen } from "../finding.ts";
import { look } from "../repair.ts";
import { defineRule } from "../rule.ts";
import { askerWords, connections, FOLLOWS_FROM_NO_CONNECTION, isDecisive } from "./connection.ts";
import { clusterDns, DNS_NAMESPACE } from "./dns-of-cluster.ts";

interface Facts {
  readonly host: string;
  readonly service: string;
  readonly pods: readonly string[];
  readonly notReady: readonly string[];
}

/** No name can be resolved, for the cluster's DNS is down. */
export default defineRule<Facts>({
  id: "container/cluster-dns",
  title: "The cluster's DNS is not ready",
  effect: "blocks",
  needs: ["Log"],
  explains: FOLLOWS_FROM_NO_CONNECTION,
  check: (input) => {
    const { service, slices, readyEndpoints, pods, notReady } = clusterDns(input.snapshot);
    if (!service || readyEndpoints !== 0) return [];
    return connections(input).flatMap((connection) => {
      const { trouble, view, host, isGuess } = connection;
      // An answer that there is no such name came from a DNS that was up.
      if (isGuess || trouble?.kind !== "unknown-host" || trouble.answer === "no-such-name") return [];
      const [slice] = slices;
      const at = slice?.endpoints?.findIndex(({ conditions }) => conditions?.ready === false) ?? -1;
      const down = notReady[0];
      const ready = down?.status?.conditions?.findIndex(({ type }) => type === "Ready") ?? -1;
      return [
        {
          subject: refTo(input.pod),
          container: view.name,
          confidence: "likely" as const,
          ...(!isDecisive(connection) && { effect: "risks" as const }),
          evidence: [
            ...connection.evidence,
            ...(slice && at >= 0 ? [seen(slice, `endpoints[${at}].conditions.ready`, "endpoint ready")] : []),
            ...(down && ready >= 0 ? [seen(down, `status.conditions[${ready}].status`, "Ready")] : []),
            ...(at < 0 && ready < 0 ? [seen(service, "metadata.name", "without endpoints")] : []),
          ] as unknown as [Evidence, ...Evidence[]],
          facts: {
            host,
            service: service.metadata.name,
            pods: pods.map(({ metadata }) => metadata.name),
            notReady: notReady.map(({ metadata }) => metadata.name),
          },
        },
      ];
    });
  },
  message: ({ facts, container }, input) => {
    const connection = connections(input).find(({ view }) => view.name === container);
    return {
      headline: text`${connection && askerWords(connection)} ${name(facts.host)}: the cluster's DNS, Service ${name(`${DNS_NAMESPACE}/${facts.service}`)}, has no ready endpoint.`,
      why: text`Without it no pod can resolve a name, of the cluster or of the world outside.`,
      notes: [
        facts.pods.length === 0 && text`No pod of it is there.`,
        facts.notReady.length > 0 && text`None of its ${facts.pods.length} pods is ready.`,
      ].filter((note): note is Text => note !== false),
    };
  },
  fixes: ({ facts }) => {
    const [first] = facts.notReady;
    const pods = look(
      text`See its pods.`,
      kubectl("reads", DNS_NAMESPACE, "get", "pods", "-l", "k8s-app=kube-dns", "-o", "wide"),
    );
    const why: Fix[] = first
      ? [
          {
            title: text`See why pod ${name(first)} is not ready.`,
            commands: [{ argv: ["kubectl", "why-pending", first, "-n", DNS_NAMESPACE], does: "reads" }],
            applies: "as-is",
            by: "cluster-admin",
          },
        ]
      : [];
    return [...why, { ...pods, by: "cluster-admin" }];
  },
  groupKey: ({ facts }) => facts.service,
  doc: {
    means: "The pods ask the cluster's own DNS for every name, and none of its servers is ready.",
    seenIn:
      "A log line that says that a name cannot be resolved, with no answer (EAI_AGAIN, Temporary failure in name resolution, server misbehaving, i/o timeout), and the EndpointSlices of the Service labelled `k8s-app=kube-dns` in kube-system, none of whose endpoints is ready. Looked up only then; clusters that keep their DNS elsewhere are not judged.",
    repair: "Bring the DNS pods back; what keeps them is a diagnosis of its own.",
    notToConfuseWith:
      "container/service-missing: there DNS answers, and knows no such name. container/network-policy: there the packets to DNS are dropped.",
    catalogue: ["crash-app-error", "init-waiting"],
  },
});
