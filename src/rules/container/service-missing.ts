import { refTo } from "../../objects/object.ts";
import { podTemplateOf, WORKLOAD_KINDS } from "../../objects/workload.ts";
import { kubectl } from "../../text/command.ts";
import { list, name, type Text, text, value } from "../../text/text.ts";
import type { Confidence, Fix } from "../finding.ts";
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
  setHost,
} from "./connection.ts";
import type { ServiceFacts } from "./service-of-host.ts";

interface Facts {
  readonly host: string;
  readonly service: string;
  readonly namespace: string;
  readonly port?: number;
  /** Services of the namespace that are named like it. */
  readonly like: readonly string[];
  /** Namespaces that have a Service of that name. */
  readonly elsewhere: readonly string[];
  /** The variable that names the host. */
  readonly variable?: string;
  /** `log`, `command` or `variable`: what names the host. */
  readonly namedBy: "log" | "command" | "variable";
}

/** A container asks for a Service that does not exist. */
export default defineRule<Facts>({
  id: "container/service-missing",
  title: "A Service that a container asks for does not exist",
  effect: "blocks",
  needs: ["Log", "Service"],
  explains: FOLLOWS_FROM_NO_CONNECTION,
  check: (input) =>
    missing(input).map(({ connection, service }) => {
      const { view, host, port, setting, trouble, isGuess } = connection;
      return {
        subject: refTo(input.pod),
        container: view.name,
        confidence: confidenceOf(connection, service),
        ...(!isDecisive(connection) && { effect: "risks" as const }),
        evidence: connection.evidence,
        facts: {
          host,
          service: service.name,
          namespace: service.namespace,
          ...(port && { port }),
          like: service.like,
          elsewhere: service.elsewhere,
          ...(setting?.variable && { variable: setting.variable }),
          namedBy: isGuess ? "variable" : trouble ? "log" : "command",
        },
      };
    }),
  message: (match, input) => {
    const { connection, service } = matching(match, input);
    const { namespace, like, elsewhere } = service;
    const { isGuess, setting } = connection;
    return {
      headline: isGuess
        ? text`Variable ${name(setting?.variable ?? "")} names the host ${name(connection.host)}, and there is no Service ${name(service.name)} in namespace ${name(namespace)}.`
        : text`${askerWords(connection)} ${hostWords(connection)}: there is no Service ${name(service.name)} in namespace ${name(namespace)}.`,
      why: text`Cluster DNS gives a name to each Service: without the Service the name leads nowhere.${service.form === "likely" && text` A name of one word is looked up in the pod's own namespace.`}`,
      notes: [
        like.length > 0 && text`The namespace has Service ${list(like.map(name))}.`,
        elsewhere.length > 0 &&
          text`Namespace ${list(elsewhere.map(name))} ${elsewhere.length === 1 ? "has" : "have"} a Service of this name: from here it is called ${value(`${service.name}.${elsewhere[0]}`)}.`,
        isGuess && text`The log does not say which server it is about, so this may be another trouble.`,
      ].filter((note): note is Text => note !== false),
    };
  },
  fixes: (match, input) => {
    const { connection, service } = matching(match, input);
    const { namespace, like, elsewhere } = service;
    const [better] = like;
    const [where] = elsewhere;
    const full = where && `${service.name}.${where}`;
    return [
      ...(full
        ? setHost(connection, { host: full }, text`Ask for the Service of namespace ${name(where)}.`, input)
        : []),
      ...(full && !connection.setting ? [alias(service, where)] : []),
      ...(better
        ? setHost(
            connection,
            { host: hostLike(connection, service, better) },
            text`Name the Service that there is: ${name(better)}.`,
            input,
          )
        : []),
      expose(connection, service, input),
      look(text`See the Services that there are.`, kubectl("reads", namespace, "get", "services")),
    ];
  },
  groupKey: ({ facts }) => `${facts.namespace}/${facts.service}`,
  doc: {
    means:
      "The program, or an init container before it, asks for a host whose name is that of a Service, and there is no such Service: it has another name, is in another namespace, or was never made.",
    seenIn:
      "A log line that says that a name cannot be resolved (resolvers of glibc, musl, Go, Java, Node and others), or the command of an init container that waits, where the name has the form of a Service's (`db`, `db.shop`, `db.shop.svc.cluster.local`) and the API has no such Service.",
    repair: "Make the Service, or give the program the name of the right one; another namespace's is `name.namespace`.",
    notToConfuseWith:
      "container/service-no-endpoints: there the Service exists, with nothing behind it. container/dns-config: there the pod does not ask the cluster's DNS.",
    catalogue: ["init-waiting", "crash-app-error"],
  },
});

interface Missing {
  readonly connection: Connection;
  readonly service: ServiceFacts;
}

function missing(input: PodInput): readonly Missing[] {
  return connections(input).flatMap((connection) => {
    const { peer, trouble } = connection;
    // An address of a Service that is gone cannot be told from any other address.
    const isAsked = trouble?.kind !== "unreachable" || connection.isGuess;
    return isAsked && peer.kind === "service" && peer.found.state === "absent" ? [{ connection, service: peer }] : [];
  });
}

function matching({ container }: Match<Facts>, input: PodInput): Missing {
  const found = missing(input).find(({ connection }) => connection.view.name === container);
  if (!found) throw new Error(`container ${container} asks for no Service that is missing`);
  return found;
}

function confidenceOf({ isGuess, trouble, phase }: Connection, { form }: ServiceFacts): Confidence {
  if (isGuess) return "possible";
  if (form !== "certain" && !trouble) return "likely";
  // One word may be a host that the node's own DNS knows.
  return form === "certain" && phase !== "runs" ? "certain" : "likely";
}

/** `db-0.db.shop.svc` stays a full name with another Service in it. */
const hostLike = ({ host }: Connection, { name: service }: ServiceFacts, better: string) =>
  host
    .split(".")
    .map((word, index, words) => (word === service && words.indexOf(service) === index ? better : word))
    .join(".");

/** A Service of this name that leads to the one elsewhere; by default a cluster's domain is cluster.local. */
const alias = ({ name: service, namespace }: ServiceFacts, where: string): Fix => ({
  title: text`Make a Service here that leads to the one in namespace ${name(where)}.`,
  commands: [
    kubectl(
      "changes",
      namespace,
      "create",
      "service",
      "externalname",
      service,
      "--external-name",
      `${service}.${where}.svc.cluster.local`,
    ),
  ],
  applies: "maybe",
  by: "workload-owner",
});

/** Makes the Service in front of the workload of its name; which one is left to the reader where none is called so. */
function expose({ port }: Connection, { name: service, namespace }: ServiceFacts, { snapshot }: PodInput): Fix {
  const workloads = WORKLOAD_KINDS.filter((kind) => kind === "Deployment" || kind === "StatefulSet").flatMap(
    (kind) => snapshot.list(kind, namespace).items,
  );
  const candidate =
    workloads.find(({ metadata }) => metadata.name === service) ??
    workloads.find((workload) => {
      const { labels = {} } = (podTemplateOf(workload)?.metadata ?? {}) as {
        labels?: Readonly<Record<string, string>>;
      };
      return labels.app === service || labels["app.kubernetes.io/name"] === service;
    });
  const declared = (candidate && podTemplateOf(candidate)?.spec?.containers.flatMap(({ ports = [] }) => ports)) ?? [];
  const ports = declared.flatMap(({ containerPort }) => (typeof containerPort === "number" ? containerPort : []));
  const asked = port ?? ports[0];
  // A StatefulSet is nothing that kubectl expose takes.
  const isExposable = candidate?.kind === "Deployment";
  const target = ports.length > 0 && asked !== undefined && !ports.includes(asked) ? ports[0] : undefined;
  const words = [`--port=${asked ?? "<port>"}`, ...(target ? [`--target-port=${target}`] : [])];
  const command =
    candidate && !isExposable
      ? kubectl(
          "changes",
          namespace,
          "create",
          "service",
          "clusterip",
          service,
          `--tcp=${asked ?? "<port>"}${target ? `:${target}` : ""}`,
        )
      : kubectl(
          "changes",
          namespace,
          "expose",
          "deployment",
          candidate?.metadata.name ?? "<deployment>",
          `--name=${service}`,
          ...words,
        );
  const select =
    candidate && !isExposable
      ? [kubectl("changes", namespace, "set", "selector", `service/${service}`, selectorWords(candidate))]
      : [];
  return {
    title: candidate
      ? text`Make the Service, in front of ${candidate.kind} ${name(candidate.metadata.name)}.`
      : text`Make the Service, in front of the workload that it is to lead to.`,
    commands: [command, ...select],
    applies: candidate && asked !== undefined ? "maybe" : "fill-in",
    by: "workload-owner",
  };
}

const selectorWords = ({ spec }: { spec?: { selector?: unknown } | undefined }) =>
  Object.entries(((spec?.selector ?? {}) as { matchLabels?: Readonly<Record<string, string>> }).matchLabels ?? {})
    .map(([label, wanted]) => `${label}=${wanted}`)
    .join(",");
