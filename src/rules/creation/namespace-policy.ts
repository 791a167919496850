import { kubectl } from "../../text/command.ts";
import { name, text, value } from "../../text/text.ts";
import { refusalRule } from "./refusal-rule.ts";
import { adminFix, look } from "./repair.ts";

interface Facts {
  readonly plugin: string;
  readonly says: string;
}

const PLUGINS: readonly (readonly [string, RegExp])[] = [
  ["PodNodeSelector", /^pod node label selector (?:conflicts with|labels conflict with) its namespace[^\n]*/],
  ["PodTolerationRestriction", /^pod tolerations [^:]*conflict with its (?:cluster|namespace)[^\n]*/],
  ["LimitPodHardAntiAffinityTopology", /^affinity\.PodAntiAffinity\.RequiredDuringScheduling has TopologyKey[^\n]*/],
  ["ImagePolicyWebhook", /^image policy webhook (?:backend denied one or more images|.*denied)[^\n]*/],
];

/** Admission plugins that few clusters turn on, which hold pods against annotations of the namespace or another service. */
export default refusalRule<Facts>({
  id: "creation/namespace-policy",
  title: "An admission plugin of the cluster refuses the pod",
  read: (message) => {
    for (const [plugin, pattern] of PLUGINS) {
      const [says] = pattern.exec(message) ?? [];
      if (says) return { plugin, says };
    }
    return undefined;
  },
  message: ({ plugin, says }, { object }) => ({
    headline: text`Admission plugin ${name(plugin)} refuses the pod: ${value(says)}.`,
    why:
      plugin === "ImagePolicyWebhook"
        ? text`A service outside of the cluster judges each image, and said no.`
        : text`The plugin holds pods of namespace ${name(object.metadata.namespace ?? "")} against what the cluster, or annotations of the namespace, prescribe.`,
  }),
  fixes: (_, { object }) => [
    look(
      text`What the namespace prescribes.`,
      kubectl("reads", undefined, "get", "namespace", object.metadata.namespace ?? "", "-o", "yaml"),
    ),
    adminFix(text`Bring template and annotations of the namespace in line.`, []),
  ],
  groupKey: ({ plugin, says }) => `${plugin} ${says}`,
  doc: {
    means: "PodNodeSelector, PodTolerationRestriction, LimitPodHardAntiAffinityTopology or ImagePolicyWebhook says no.",
    seenIn: "`pod node label selector conflicts with its namespace node label selector` and its kin in FailedCreate.",
    repair: "Bring the template in line with the annotations of the namespace, or change those.",
    catalogue: ["create-namespace-policy"],
  },
});
