import { matchesSelector } from "../../objects/label-selector.ts";
import { podTemplateOf } from "../../objects/workload.ts";
import { type Command, kubectl } from "../../text/command.ts";
import { count, name, path, type Text, text, value } from "../../text/text.ts";
import { type Evidence, seen } from "../finding.ts";
import type { WorkloadInput } from "../workload-input.ts";
import { refusalRule } from "./refusal-rule.ts";
import { adminFix, look } from "./repair.ts";
import { notReady, podsBehind, readyEndpoints, selectorOf, serviceIn, type Webhook, webhookNamed } from "./webhooks.ts";

type Trouble = "no-endpoints" | "no-service" | "refused" | "timeout" | "certificate" | "name" | "other";

interface Facts {
  readonly webhook: string;
  readonly service?: string;
  readonly namespace?: string;
  readonly trouble: Trouble;
  readonly error: string;
  /** Ready addresses behind the service, by what was read. */
  readonly endpoints?: number;
  readonly failurePolicy?: string;
  /** The webhook is served by the very pods that it keeps from being created, or may be. */
  readonly isItsOwn: "yes" | "maybe" | "no";
}

/** The API server has to ask a webhook before it creates a pod, and gets no answer. */
export default refusalRule<Facts>({
  id: "creation/webhook-unreachable",
  title: "An admission webhook cannot be reached",
  needs: ["Event", "ValidatingWebhookConfiguration", "MutatingWebhookConfiguration", "Service", "EndpointSlice"],
  read: (message, input) => {
    const [, webhook, rest = ""] =
      /^failed calling webhook "([^"]+)": (?:failed to call webhook: )?([\s\S]*)$/.exec(message) ?? [];
    const [, url, error = ""] = /^(?:Post|Get) "?(https?:\/\/[^\s"]+?)"?: ([\s\S]*)$/.exec(rest) ?? [];
    if (!webhook || !url) return undefined;
    const { service, namespace } = serviceIn(url) ?? {};
    const endpoints = service && namespace ? readyEndpoints(service, namespace, input.snapshot) : undefined;
    const { failurePolicy } = webhookNamed(webhook, input.snapshot) ?? {};
    return {
      webhook,
      ...(service && namespace && { service, namespace }),
      trouble: troubleOf(error),
      error: error.trim(),
      ...(endpoints !== undefined && { endpoints }),
      ...(failurePolicy && { failurePolicy }),
      isItsOwn: service && namespace ? ownership(service, namespace, input) : "no",
    };
  },
  evidence: ({ webhook, service = "", namespace }, { snapshot }): readonly Evidence[] => {
    const found = webhookNamed(webhook, snapshot);
    const selector = snapshot.get("Service", namespace, service);
    return [
      ...(found?.failurePolicy
        ? [seen(found.configuration, `webhooks[${found.index}].failurePolicy`, "failure policy")]
        : []),
      ...(selector && namespace && selectorOf(service, namespace, snapshot)
        ? [seen(selector, "spec.selector", "service selects")]
        : []),
    ];
  },
  message: (facts, input) => {
    const { webhook, failurePolicy, isItsOwn, error, endpoints, trouble } = facts;
    return {
      headline: text`Webhook ${name(webhook)} cannot be reached: ${reason(facts)}.`,
      why: text`The API server has to ask it before it creates a pod${failurePolicy === "Fail" || !failurePolicy ? text`, and with ${path(`failurePolicy: ${failurePolicy ?? "Fail"}`)} no answer means no` : ""}. It got: ${value(error)}.`,
      notes: [
        isItsOwn === "yes" &&
          text`The service selects the pods of this very ${input.object.kind}: the webhook waits for itself, and this will not heal by itself.`,
        isItsOwn === "maybe" &&
          text`The webhook's service is in the same namespace. If it is served by the pods that cannot be created, it waits for itself: then it has to leave out its own namespace.`,
        trouble !== "no-endpoints" && endpoints === 0 && text`By now its service has no ready endpoint.`,
        trouble !== "no-endpoints" &&
          endpoints !== undefined &&
          endpoints > 0 &&
          text`Its service has ${count(endpoints, "ready endpoint")} by now.`,
      ].filter((note): note is Text => note !== false),
    };
  },
  fixes: (facts, input) => {
    const { service, namespace } = facts;
    const found = webhookNamed(facts.webhook, input.snapshot);
    return [
      ...(service && namespace
        ? [look(...behind(service, namespace, facts, input))]
        : [look(text`Where it points.`, whereIs(found))]),
      ...(facts.trouble === "certificate" ? [isBeforeItsTime(facts.error) ? compareClocks : renew(facts)] : []),
      ...letIn(facts, found, input),
    ];
  },
  groupKey: ({ webhook, trouble }) => `${webhook} ${trouble}`,
  doc: {
    means:
      "A webhook that has to be asked about new pods does not answer. As long as it does not, no pod that it is asked about is created, whatever the pod is.",
    seenIn:
      '`Internal error occurred: failed calling webhook "NAME": failed to call webhook: Post "https://SERVICE.NAMESPACE.svc:443/…": …` in FailedCreate (API server, all versions).',
    repair:
      "Bring the webhook's own pods back. Where they wait for themselves, leave their namespace out of the webhook.",
    notToConfuseWith: "creation/webhook-denied: there it answered, and the answer was no.",
    catalogue: ["create-webhook-unreachable"],
  },
});

function troubleOf(error: string): Trouble {
  if (/no endpoints available for service/.test(error)) return "no-endpoints";
  if (/service "[^"]*" not found/.test(error)) return "no-service";
  if (/connection refused|no route to host|EOF|connection reset/.test(error)) return "refused";
  if (/deadline exceeded|i\/o timeout|Client\.Timeout|TLS handshake timeout/.test(error)) return "timeout";
  if (/x509:|tls:/.test(error)) return "certificate";
  return /no such host/.test(error) ? "name" : "other";
}

/** Go says both times (crypto/x509 verify.go): before the first of a certificate's days it is a clock that is wrong. */
const isBeforeItsTime = (error: string) => /not yet valid: current time \S+ is before /.test(error);

const compareClocks = adminFix(
  text`Compare the clocks of the control plane and of the node that made the certificate (NTP): the certificate begins in the future of the API server. Correct the clock that is wrong; a certificate that was made ahead of time works once its time has come.`,
  [],
);

function reason({ service, namespace, trouble, error }: Facts): Text {
  const what = service ? text`its service ${name(`${namespace}/${service}`)}` : text`its address`;
  switch (trouble) {
    case "no-endpoints":
      return text`${what} has no endpoints`;
    case "no-service":
      return text`${what} does not exist`;
    case "refused":
      return text`${what} refuses the connection or breaks it off`;
    case "timeout":
      return text`${what} does not answer in time`;
    case "certificate":
      return isBeforeItsTime(error)
        ? text`the certificate of ${what} is not yet valid by the clock of the API server`
        : /expired|not yet valid/.test(error)
          ? text`the certificate of ${what} has expired`
          : text`the certificate of ${what} is not trusted`;
    case "name":
      return text`${what} has no address`;
    default:
      return text`${what} does not answer as it should`;
  }
}

function ownership(service: string, namespace: string, { object, snapshot }: WorkloadInput): Facts["isItsOwn"] {
  if (namespace !== object.metadata.namespace) return "no";
  const selector = selectorOf(service, namespace, snapshot);
  const { labels } = (podTemplateOf(object)?.metadata ?? {}) as { labels?: Readonly<Record<string, string>> };
  return selector && labels && matchesSelector({ matchLabels: selector }, labels) ? "yes" : "maybe";
}

/** What to look at first: the pods that should answer. */
function behind(
  service: string,
  namespace: string,
  { trouble }: Facts,
  { snapshot }: WorkloadInput,
): [Text, ...Command[]] {
  if (trouble === "no-service")
    return [text`The services that there are.`, kubectl("reads", namespace, "get", "services")];
  const [stuck] = notReady(podsBehind(service, namespace, snapshot) ?? []);
  if (stuck)
    return [
      text`Why the webhook's own pod is not ready.`,
      { argv: ["kubectl", "why-pending", stuck.metadata.name, "-n", namespace], does: "reads" },
    ];
  const selector = Object.entries(selectorOf(service, namespace, snapshot) ?? {}).map(
    ([label, wanted]) => `${label}=${wanted}`,
  );
  return [
    text`Whether the pods behind the service are there and ready.`,
    kubectl("reads", namespace, "get", "pods,endpointslices", ...(selector.length ? ["-l", selector.join(",")] : [])),
  ];
}

const whereIs = (found: Webhook | undefined): Command =>
  found
    ? kubectl("reads", undefined, "describe", found.configuration.kind.toLowerCase(), found.configuration.metadata.name)
    : kubectl("reads", undefined, "get", "validatingwebhookconfigurations,mutatingwebhookconfigurations");

const renew = ({ namespace }: Facts) =>
  adminFix(text`Renew the webhook's certificate, and the ${path("caBundle")} of its configuration with it.`, [
    kubectl("reads", namespace, "get", "secrets,certificates"),
  ]);

/** Ways past the webhook: leave out the namespace, or no longer insist on an answer. */
function letIn({ webhook, isItsOwn }: Facts, found: Webhook | undefined, { object }: WorkloadInput) {
  const { namespace = "" } = object.metadata;
  if (!found) {
    return [
      adminFix(
        text`Once it is clear that the cluster can do without it for a while: let the webhook fail open (${path("failurePolicy: Ignore")}) in the configuration that has ${name(webhook)}.`,
        [kubectl("changes", undefined, "edit", "validatingwebhookconfiguration,mutatingwebhookconfiguration")],
      ),
    ];
  }
  const { configuration, index, namespaceSelector } = found;
  const patch = (operations: readonly object[]) =>
    kubectl(
      "changes",
      undefined,
      "patch",
      configuration.kind.toLowerCase(),
      configuration.metadata.name,
      "--type=json",
      "-p",
      JSON.stringify(operations),
    );
  const leaveOut = {
    op: "add",
    path: `/webhooks/${index}/namespaceSelector`,
    value: { matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "NotIn", values: [namespace] }] },
  };
  const canLeaveOut = isItsOwn !== "no" && !namespaceSelector;
  return [
    ...(canLeaveOut
      ? [
          adminFix(
            text`Leave namespace ${name(namespace)} out of the webhook, so that its own pods can start.`,
            [patch([leaveOut])],
            isItsOwn === "yes" ? "as-is" : "maybe",
          ),
        ]
      : []),
    adminFix(
      text`${canLeaveOut ? "Or let" : "Let"} it fail open for the time being; its policy is then not enforced while it is down.`,
      [patch([{ op: "add", path: `/webhooks/${index}/failurePolicy`, value: "Ignore" }])],
    ),
  ];
}
