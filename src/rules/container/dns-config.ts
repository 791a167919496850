import { refTo } from "../../objects/object.ts";
import { serviceNameOf } from "../../objects/service.ts";
import { list, name, path, type Text, text, value } from "../../text/text.ts";
import { type Evidence, type Fix, seen } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import { adminTask, patchPodSpec } from "../repair.ts";
import { defineRule } from "../rule.ts";
import {
  askerWords,
  type Connection,
  connections,
  FOLLOWS_FROM_NO_CONNECTION,
  hostWords,
  isDecisive,
} from "./connection.ts";
import { clusterDns } from "./dns-of-cluster.ts";

type Reason =
  /** dnsPolicy Default: the pod asks the node's DNS. */
  | "default"
  /** hostNetwork with dnsPolicy ClusterFirst, which then means Default. */
  | "host-network"
  /** dnsPolicy None with name servers of its own. */
  | "none"
  /** dnsPolicy None with the right server, but no search list for a short name. */
  | "no-search"
  /** The kubelet knows no cluster DNS. */
  | "node";

interface Facts {
  readonly host: string;
  readonly reason: Reason;
  readonly dnsPolicy: string;
  readonly hostNetwork: boolean;
  readonly nameservers: readonly string[];
  /** The address of the cluster's DNS, where it is known. */
  readonly clusterDns?: string;
}

/** A pod does not ask the cluster's DNS for a name of the cluster. */
export default defineRule<Facts>({
  id: "container/dns-config",
  title: "The pod's DNS settings keep it from names of the cluster",
  effect: "blocks",
  needs: ["Log", "Service"],
  explains: FOLLOWS_FROM_NO_CONNECTION,
  check: (input) =>
    connections(input).flatMap((connection) => {
      const { trouble, view, host, isGuess, peer } = connection;
      if (isGuess || trouble?.kind !== "unknown-host" || peer.kind !== "service") return [];
      const settings = settingsOf(connection, input);
      if (!settings) return [];
      const { dnsPolicy = "ClusterFirst", hostNetwork = false, dnsConfig } = input.pod.spec;
      const address = clusterDns(input.snapshot).service?.spec?.clusterIP;
      return [
        {
          subject: refTo(input.pod),
          container: view.name,
          // Where the Service is there, nothing but DNS is left; a node's DNS may still be made to know the cluster's names.
          confidence: peer.found.state === "found" ? ("likely" as const) : ("possible" as const),
          ...(!isDecisive(connection) && { effect: "risks" as const }),
          evidence: [...connection.evidence, ...settings.evidence] as const,
          facts: {
            host,
            reason: settings.reason,
            dnsPolicy,
            hostNetwork,
            nameservers: dnsConfig?.nameservers ?? [],
            ...(address && { clusterDns: address }),
          },
        },
      ];
    }),
  message: ({ facts, container }, input) => {
    const connection = connections(input).find(({ view }) => view.name === container);
    const lead = connection && text`${askerWords(connection)} ${hostWords(connection)}`;
    return {
      headline: text`${lead}: ${headlineOf(facts)}.`,
      why: text`Names of Services are known to the cluster's DNS alone; ${whyOf(facts)}`,
      notes:
        connection?.peer.kind === "service" && connection.peer.found.state === "found"
          ? [text`Service ${name(`${connection.peer.namespace}/${connection.peer.name}`)} exists.`]
          : [],
    };
  },
  fixes: ({ facts }, input) => fixesOf(facts, input),
  groupKey: ({ facts }) => `${facts.reason} ${facts.dnsPolicy}`,
  doc: {
    means:
      "The name is one of the cluster, and the pod asks a DNS that does not know those: dnsPolicy Default (the node's), None (its own), or hostNetwork, where ClusterFirst means Default.",
    seenIn:
      "A log line that says that a Service's name cannot be resolved, and spec.dnsPolicy, spec.dnsConfig and spec.hostNetwork (kubelet v1.36 pkg/kubelet/network/dns/dns.go getPodDNSType); or the event MissingClusterDNS.",
    repair: "dnsPolicy ClusterFirst, with hostNetwork ClusterFirstWithHostNet.",
    notToConfuseWith: "container/service-missing: there the cluster's DNS is asked, and there is no such Service.",
    catalogue: ["dns-config-warnings", "crash-app-error"],
  },
});

/** What of the pod's settings keeps a name from the cluster's DNS; undefined where they are as they should be. */
function settingsOf(
  { host }: Connection,
  { pod, events, snapshot }: PodInput,
): { reason: Reason; evidence: readonly Evidence[] } | undefined {
  const { dnsPolicy = "ClusterFirst", hostNetwork, dnsConfig } = pod.spec;
  const policy = dnsPolicy !== "ClusterFirst" || pod.spec.dnsPolicy ? [seen(pod, "spec.dnsPolicy", "dnsPolicy")] : [];
  const missing = events.findLast(({ reason }) => reason === "MissingClusterDNS");
  if (missing) return { reason: "node", evidence: [seen(missing, "message", "kubelet")] };
  if (dnsPolicy === "Default") return { reason: "default", evidence: policy };
  if (dnsPolicy === "ClusterFirst" && hostNetwork)
    return { reason: "host-network", evidence: [...policy, seen(pod, "spec.hostNetwork", "hostNetwork")] };
  if (dnsPolicy !== "None") return undefined;
  const servers = dnsConfig?.nameservers ?? [];
  const shown = dnsConfig?.nameservers ? [seen(pod, "spec.dnsConfig.nameservers", "nameservers")] : [];
  const address = clusterDns(snapshot).service?.spec?.clusterIP;
  const isAsked = address !== undefined && servers.includes(address);
  const needsSearch = serviceNameOf(host, "")?.form !== "certain" || !/\.svc\.[a-z0-9.-]{1,253}$/.test(host);
  if (isAsked && needsSearch && !dnsConfig?.searches?.some((one) => /(?:^|\.)svc\./.test(one)))
    return { reason: "no-search", evidence: [...policy, ...shown] };
  return isAsked ? undefined : { reason: "none", evidence: [...policy, ...shown] };
}

function headlineOf({ reason, dnsPolicy, nameservers }: Facts): Text {
  switch (reason) {
    case "default":
      return text`with ${path("dnsPolicy: Default")} the pod asks the node's DNS, not the cluster's`;
    case "host-network":
      return text`with ${path("hostNetwork")} and ${path(`dnsPolicy: ${dnsPolicy}`)} the pod asks the node's DNS, not the cluster's`;
    case "none":
      return text`with ${path("dnsPolicy: None")} the pod asks ${list(nameservers.map(value))}, not the cluster's DNS`;
    case "no-search":
      return text`with ${path("dnsPolicy: None")} and no search list a short name is not completed`;
    case "node":
      return text`the node's kubelet knows no cluster DNS, so the pod asks the node's`;
  }
}

const whyOf = ({ reason }: Facts): Text =>
  reason === "no-search"
    ? text`and it knows them in full: ${value("name.namespace.svc.cluster.local")}.`
    : reason === "host-network"
      ? text`on the node's network ${path("ClusterFirst")} falls back to ${path("Default")}.`
      : text`no other one is asked for them.`;

function fixesOf({ reason, hostNetwork }: Facts, input: PodInput): readonly Fix[] {
  if (reason === "node")
    return [
      adminTask(
        text`Set ${path("clusterDNS")} (and ${path("clusterDomain")}) in the kubelet's configuration on node ${name(input.pod.spec.nodeName ?? "")}, restart the kubelet, and make the pod anew.`,
      ),
    ];
  const dnsPolicy = hostNetwork ? "ClusterFirstWithHostNet" : "ClusterFirst";
  return [
    patchPodSpec(input, { dnsPolicy }, text`Let the pod ask the cluster's DNS.`, {
      // Own name servers were set for a reason; they stay, after the cluster's.
      applies: reason === "none" ? "maybe" : "as-is",
    }),
  ];
}
