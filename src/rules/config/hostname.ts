import { refTo } from "../../objects/object.ts";
import { isTerminal } from "../../objects/pod.ts";
import { name, path, text, value } from "../../text/text.ts";
import { seen } from "../finding.ts";
import { patchPodSpec } from "../repair.ts";
import { defineRule } from "../rule.ts";
import { creationFailures } from "./creation-failure.ts";

/** The pod's host name is no name that DNS allows. */
export default defineRule<{ field: "hostname" | "subdomain" | "hostnameOverride"; hostname: string }>({
  id: "config/hostname",
  title: "The pod's host name is not valid",
  effect: "blocks",
  needs: ["Event"],
  // The sandbox, too, fails by it.
  explains: ["sandbox/unknown-error"],
  check: (input) => {
    const { pod, events } = input;
    if (
      pod.metadata.deletionTimestamp ||
      isTerminal(pod) ||
      input.containers.some(({ status }) => status?.state?.running)
    )
      return [];
    // The name is needed for the sandbox as well as for each container: either may be the first to tell.
    const event = events.findLast(
      ({ reason, message = "" }) => reason === "FailedCreatePodSandBox" && PATTERN.test(message),
    );
    const failure = creationFailures(input).find(({ message }) => PATTERN.test(message));
    const evidence = failure?.evidence ?? (event && seen(event, "message", "FailedCreatePodSandBox"));
    const [, word = "", hostname = "", other = ""] = PATTERN.exec(failure?.message ?? event?.message ?? "") ?? [];
    if (!evidence) return [];
    const field = word === "Subdomain" ? "subdomain" : word === "HostnameOverride" ? "hostnameOverride" : "hostname";
    return [
      {
        subject: refTo(pod),
        confidence: "certain",
        facts: { field, hostname: hostname || other },
        evidence: [evidence, ...(pod.spec[field] === undefined ? [] : [seen(pod, `spec.${field}`, field)])],
      },
    ];
  },
  message: ({ facts: { field, hostname } }) => ({
    headline: text`The pod's ${field} ${value(hostname)} is not a name that DNS allows.`,
    why: text`The kubelet needs it for the pod's sandbox. ${path(`spec.${field}`)} must be at most 63 small letters, digits and hyphens, with a letter or digit at both ends.`,
  }),
  fixes: ({ facts: { field, hostname } }, input) => {
    const valid = hostname
      .toLowerCase()
      .replace(/[^a-z0-9-]+/g, "-")
      .slice(0, 63)
      .replace(/^-+|(?<!-)-+$/g, "");
    return [
      patchPodSpec(input, { [field]: valid || `<${field}>` }, text`Use a valid one, such as ${name(valid || field)}.`, {
        applies: "maybe",
      }),
    ];
  },
  doc: {
    means: "hostname, subdomain or hostnameOverride of the pod is no valid DNS label.",
    seenIn:
      '`pod Hostname "x" is not a valid DNS label: …`, `pod Subdomain "x" …`, `pod HostnameOverride "x" is not a valid DNS subdomain: …`, `hostname for pod "p" was invalid: "x"` (kubelet, pkg/kubelet/kubelet_pods.go), in FailedCreatePodSandBox or CreateContainerConfigError.',
    repair: "Correct the field.",
    catalogue: ["config-hostname"],
  },
});

const PATTERN =
  /pod (Hostname|Subdomain|HostnameOverride) "([^"]*)" is not a valid DNS|hostname for pod "[^"]*" was invalid: "([^"]*)"/;
