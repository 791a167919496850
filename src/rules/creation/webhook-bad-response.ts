import { kubectl } from "../../text/command.ts";
import { name, text, value } from "../../text/text.ts";
import { refusalRule } from "./refusal-rule.ts";
import { adminFix, look } from "./repair.ts";
import { webhookNamed } from "./webhooks.ts";

interface Facts {
  readonly webhook: string;
  readonly error: string;
}

/** A webhook answered, but not as the API server can use it. */
export default refusalRule<Facts>({
  id: "creation/webhook-bad-response",
  title: "An admission webhook answers with something unusable",
  read: (message) => {
    const [, webhook, error = ""] =
      /^failed calling webhook "([^"]+)": (?:failed to call webhook: )?([\s\S]*)$/.exec(message) ?? [];
    // A request that did not get through names the URL: that is the webhook that cannot be reached.
    if (!webhook || /^(?:Post|Get) "?https?:/.test(error)) return undefined;
    return { webhook, error: error.trim() };
  },
  confidence: ({ error }) =>
    /invalid webhook response|undecodable patch|could not get REST client|rejected|the server/.test(error)
      ? "certain"
      : "likely",
  message: ({ webhook, error }) => ({
    headline: text`Webhook ${name(webhook)} answers with something that the API server cannot use.`,
    why: text`No pod is created that it is asked about: ${value(error)}.`,
  }),
  fixes: ({ webhook }, { snapshot }) => {
    const found = webhookNamed(webhook, snapshot);
    return [
      look(
        text`Where it points; its own log says more.`,
        found
          ? kubectl(
              "reads",
              undefined,
              "describe",
              found.configuration.kind.toLowerCase(),
              found.configuration.metadata.name,
            )
          : kubectl("reads", undefined, "get", "validatingwebhookconfigurations,mutatingwebhookconfigurations"),
      ),
      adminFix(text`Bring the webhook to a version that fits this cluster; its owner has to repair it.`, []),
    ];
  },
  doc: {
    means: "The webhook has a fault, or does not fit the version of the cluster.",
    seenIn:
      '`failed calling webhook "NAME": received invalid webhook response: …`, `could not get REST client: …`, `received undecodable patch in webhook response: …`.',
    repair: "Look at the webhook's log; change its version or its configuration.",
    notToConfuseWith: "creation/webhook-unreachable.",
    catalogue: ["create-webhook-bad-response"],
  },
});
