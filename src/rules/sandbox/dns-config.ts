import { refTo } from "../../objects/object.ts";
import { isTerminal } from "../../objects/pod.ts";
import { text, value } from "../../text/text.ts";
import { seen } from "../finding.ts";
import { adminTask } from "../repair.ts";
import { defineRule } from "../rule.ts";

/** The DNS settings of the pod are not what somebody asked for; it starts all the same. */
export default defineRule<{ reason: string }>({
  id: "sandbox/dns-config",
  title: "The DNS settings of the pod were cut or replaced",
  effect: "risks",
  needs: ["Event"],
  check: ({ pod, events }) => {
    const event = events.findLast(({ reason = "" }) => reason === "MissingClusterDNS" || reason === "DNSConfigForming");
    if (!event || pod.metadata.deletionTimestamp || isTerminal(pod)) return [];
    return [
      {
        subject: refTo(pod),
        confidence: "certain",
        facts: { reason: event.reason ?? "" },
        evidence: [seen(event, "message", "event")],
      },
    ];
  },
  message: ({ facts: { reason }, evidence: [{ value: message }] }) => ({
    headline:
      reason === "MissingClusterDNS"
        ? text`The kubelet does not know the cluster's DNS server, so the pod cannot resolve names of Services.`
        : text`The pod's DNS settings are longer than allowed, and some were left out.`,
    why: text`The kubelet says: ${value(String(message))}. This keeps no pod from starting.`,
  }),
  fixes: ({ facts: { reason } }) => [
    adminTask(
      reason === "MissingClusterDNS"
        ? text`Set clusterDNS in the kubelet's configuration on the node.`
        : text`Shorten the search list in dnsConfig of the pod, or in /etc/resolv.conf of the node: at most 32 entries, 3 servers.`,
    ),
  ],
  doc: {
    means: "The kubelet writes the pod's resolv.conf from its own settings and the pod's dnsConfig, within limits.",
    seenIn:
      "Events MissingClusterDNS, DNSConfigForming (kubelet, all versions). Never the reason why a pod does not start.",
    repair: "Correct clusterDNS; shorten dnsConfig.",
    catalogue: ["dns-config-warnings"],
  },
});
