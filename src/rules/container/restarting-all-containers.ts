import { name, text } from "../../text/text.ts";
import { crashRule, furtherLooks } from "./crash-rule.ts";
import { containerWords } from "./words.ts";

/** A rule of another container made the kubelet restart all of them. */
export default crashRule({
  id: "container/restarting-all-containers",
  title: "All containers are restarted because of one",
  kinds: ["restarting-all"],
  effect: "delays",
  confidence: () => "certain",
  headline: ({ view }) =>
    text`${containerWords(view)} was removed because another container of the pod makes all of them start anew.`,
  why: (_crash, { containers }) => {
    const first = containers.find(({ spec }) => spec.restartPolicyRules !== undefined);
    return text`${first ? text`Container ${name(first.name)} has ${name("restartPolicyRules")}: an exit code of it restarts the whole pod in place.` : text`A rule of some container (${name("restartPolicyRules")}) restarts the whole pod in place.`} Its own end is the one to look at.`;
  },
  fixes: furtherLooks,
  doc: {
    means: "With restartPolicyRules and the action RestartAllContainers one container's exit restarts the whole pod.",
    seenIn: "Reason RestartingAllContainers, exit code 137 (1.35 behind a gate, on since 1.36).",
    repair: "Look at the container that ended first.",
    catalogue: ["restarting-all-containers"],
  },
});
