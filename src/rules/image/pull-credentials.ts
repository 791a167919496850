import { covers, hostOfKey, PULL_SECRET_KEYS, type PullTarget } from "../../objects/pull-secret-entry.ts";
import type { Secret } from "../../objects/secret.ts";
import { podTemplateOf, type Workload } from "../../objects/workload.ts";
import { compare } from "../../snapshot/lookup.ts";
import { kubectl } from "../../text/command.ts";
import { nearest } from "../../text/nearest.ts";
import { list, name, path, type Text, text, value } from "../../text/text.ts";
import type { Fix } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import { isStaticPod, patchPodSpec, remakePods } from "../repair.ts";

/** One pull secret that the pod names, and what is wrong with it for one image. */
export interface PullSecret {
  readonly name: string;
  /** `unknown`: it could not be read, or its content is not known. */
  readonly state: "usable" | "missing" | "wrong-type" | "malformed" | "other-host" | "other-path" | "unknown";
  /** What it has logins for, as its keys say. */
  readonly registries: readonly string[];
  readonly detail?: string;
}

/** The pull secrets the kubelet would use: the ServiceAccount's were copied into the pod when it was created. */
export function pullSecretsOf({ pod, snapshot }: PodInput, target: PullTarget): readonly PullSecret[] {
  const names = (pod.spec.imagePullSecrets ?? []).flatMap(({ name: secretName }) => secretName ?? []);
  const missing = reportedMissing({ pod, snapshot });
  return [...new Set(names)].map((secretName): PullSecret => {
    const found = snapshot.find("Secret", pod.metadata.namespace, secretName);
    if (found.state === "found") return judged(found.object, target);
    const isMissing = found.state === "absent" || missing.has(secretName);
    return { name: secretName, state: isMissing ? "missing" : "unknown", registries: [] };
  });
}

/** The secrets that the kubelet itself says it could not read [1.28+]. */
function reportedMissing({ pod, snapshot }: Pick<PodInput, "pod" | "snapshot">): ReadonlySet<string> {
  const event = snapshot.eventsOf(pod).findLast(({ reason }) => reason === "FailedToRetrieveImagePullSecret");
  return new Set((/\(([^)]{0,200})\)/.exec(event?.message ?? "")?.[1] ?? "").split(", ").filter(Boolean));
}

function judged({ metadata, type, data, whyPending }: Secret, target: PullTarget): PullSecret {
  const about = { name: metadata.name, registries: whyPending?.registries ?? [] };
  const key = PULL_SECRET_KEYS.get(type ?? "");
  if (type && !key) return { ...about, state: "wrong-type", detail: type };
  if (whyPending?.malformed) return { ...about, state: "malformed", detail: whyPending.malformed };
  if (key && data && !(key in data)) return { ...about, state: "malformed", detail: `it has no key ${key}` };
  if (!whyPending?.registries) return { ...about, state: "unknown" };
  if (about.registries.some((entry) => covers(entry, target))) return { ...about, state: "usable" };
  const isOtherPath = about.registries.some((entry) => covers(hostOfKey(entry), target));
  return { ...about, state: isOtherPath ? "other-path" : "other-host" };
}

/** Pull secrets of the pod's ServiceAccount that the pod does not name: it is older than they are, or has its own list. */
export function accountSecretsNotUsed({ pod, snapshot }: PodInput): readonly string[] {
  const account = snapshot.get("ServiceAccount", pod.metadata.namespace, pod.spec.serviceAccountName ?? "default");
  const used = new Set(pod.spec.imagePullSecrets?.map((secret) => secret.name));
  return (account?.imagePullSecrets ?? []).flatMap(({ name: secret }) => (secret && !used.has(secret) ? [secret] : []));
}

/** Pull secrets in the pod's namespace that would do and that the pod does not name. */
function spareSecrets({ pod, snapshot }: PodInput, target: PullTarget): readonly string[] {
  const used = new Set(pod.spec.imagePullSecrets?.map((secret) => secret.name));
  return snapshot
    .list("Secret", pod.metadata.namespace)
    .items.filter((secret) => !used.has(secret.metadata.name) && judged(secret, target).state === "usable")
    .map(({ metadata }) => metadata.name)
    .sort(compare);
}

/** Namespaces that have a secret of this name. */
export function namespacesWith({ pod, snapshot }: PodInput, secret: string): readonly string[] {
  return snapshot
    .list("Secret")
    .items.filter(({ metadata }) => metadata.name === secret && metadata.namespace !== pod.metadata.namespace)
    .flatMap(({ metadata }) => metadata.namespace ?? [])
    .sort(compare);
}

/** Pull secrets of the namespace whose name is a slip away. */
export function alikeSecrets({ pod, snapshot }: PodInput, secret: string): readonly string[] {
  const names = snapshot
    .list("Secret", pod.metadata.namespace)
    .items.filter(({ type }) => !type || PULL_SECRET_KEYS.get(type))
    .map(({ metadata }) => metadata.name);
  return nearest(secret, names, 1);
}

/** What is wrong with the credentials, as sentences; undefined where a secret fits. */
export function credentialTrouble(input: PodInput, target: PullTarget): Text | undefined {
  const secrets = pullSecretsOf(input, target);
  const account = input.pod.spec.serviceAccountName ?? "default";
  if (secrets.some(({ state }) => state === "usable")) return undefined;
  const unused = accountSecretsNotUsed(input);
  if (secrets.length === 0) {
    return unused.length > 0
      ? text`ServiceAccount ${name(account)} has pull secret ${list(unused.map(name))}, but a pod gets its account's secrets when it is made, and this one is older.`
      : text`The pod names no pull secret, and its ServiceAccount ${name(account)} gave it none.`;
  }
  return secrets.flatMap((secret, index) => [...(index > 0 ? [" "] : []), ...troubleOf(secret, input, target)]);
}

function troubleOf({ name: secret, state, registries, detail }: PullSecret, input: PodInput, target: PullTarget): Text {
  const namespace = input.pod.metadata.namespace ?? "";
  switch (state) {
    case "missing": {
      const elsewhere = namespacesWith(input, secret);
      return text`Pull secret ${name(secret)} does not exist in namespace ${name(namespace)}${elsewhere.length > 0 && text`; there is one in ${list(elsewhere.map(name))}, but a pod can use only those of its own namespace`}.`;
    }
    case "wrong-type":
      return text`Secret ${name(secret)} is of type ${value(detail ?? "")}; only kubernetes.io/dockerconfigjson and kubernetes.io/dockercfg are pull secrets.`;
    case "malformed":
      return text`Pull secret ${name(secret)} cannot be used: ${detail}.`;
    case "other-host":
      return text`Pull secret ${name(secret)} has a login for ${registries.length ? list(registries.map(name)) : "no registry"}, none for ${name(target.host)}.`;
    case "other-path":
      return text`Pull secret ${name(secret)} has a login for ${list(registries.map(name))}, none that covers ${name(`${target.host}/${target.repository}`)}.`;
    default:
      return text`The pod names pull secret ${name(secret)}; whether it has a login for ${name(target.host)} could not be read.`;
  }
}

/**
 * Gives the pod a login for a registry: by a secret that is there, or a new one, and so that the pod really uses it.
 * `proven`: a secret with which the registry gave the image.
 */
export function provideCredentials(input: PodInput, target: PullTarget, proven?: string): readonly Fix[] {
  if (isStaticPod(input)) {
    return [
      {
        title: text`Give the node's container runtime a login for ${name(target.host)}: a static pod uses no pull secrets.`,
        commands: [],
        applies: "maybe",
        by: "cluster-admin",
      },
    ];
  }
  const secrets = pullSecretsOf(input, target);
  const spare = proven ?? spareSecrets(input, target)[0];
  const unused = accountSecretsNotUsed(input);
  const remake = remakePods(input);
  const late = unused.find((secret) => secret === spare) ?? (spare ? undefined : unused[0]);
  if (secrets.length === 0 && late && remake) {
    const title = text`Make the pod anew: ServiceAccount ${name(input.pod.spec.serviceAccountName ?? "default")} gives pull secret ${name(late)} to new pods.`;
    return [{ title, commands: [remake], applies: "as-is", by: "workload-owner" }, createAndAttach(input, target)];
  }
  if (spare)
    return [attach(input, spare, text`Name the pull secret ${name(spare)}; it has a login for ${name(target.host)}.`)];
  const missing = secrets.find(({ state }) => state === "missing");
  if (missing) {
    const alike = alikeSecrets(input, missing.name)[0];
    return [
      ...(alike
        ? [attach(input, alike, text`If ${name(alike)} is meant, name that one.`, { applies: "maybe" as const })]
        : []),
      create(input, target, missing.name, text`Create it with a login for ${name(target.host)}; the next try uses it.`),
    ];
  }
  const toReplace = secrets.find(({ state }) => state === "malformed" || state === "usable" || state === "unknown");
  if (toReplace) return [replace(input, target, toReplace)];
  return [createAndAttach(input, target)];
}

/**
 * Has the pod pull without a secret that spoils an image which needs none: taken out of the template, or of the
 * ServiceAccount that gave it to the pod.
 */
export function dropSecret(input: PodInput, secret: string, title: Text): readonly Fix[] {
  const { owners, pod, snapshot, workload } = input;
  const { object } = owners.find(({ ref }) => ref.kind === workload.kind && ref.name === workload.name) ?? {};
  const template = object && podTemplateOf(object as Workload)?.spec;
  if (template?.imagePullSecrets?.some(({ name: its }) => its === secret))
    return [patchPodSpec(input, { imagePullSecrets: [{ $patch: "delete", name: secret }] }, title)];
  const account = pod.spec.serviceAccountName ?? "default";
  const { imagePullSecrets = [] } = snapshot.get("ServiceAccount", pod.metadata.namespace, account) ?? {};
  const remake = remakePods(input);
  if (!remake || !imagePullSecrets.some(({ name: its }) => its === secret)) return [];
  const rest = { imagePullSecrets: imagePullSecrets.filter(({ name: its }) => its !== secret) };
  return [
    {
      title: text`${title} ServiceAccount ${name(account)} gives it to every pod: this takes it out there.`,
      commands: [
        kubectl("changes", pod.metadata.namespace, "patch", "serviceaccount", account, "-p", JSON.stringify(rest)),
        remake,
      ],
      applies: "maybe",
      by: "workload-owner",
    },
  ];
}

const DOCKER_HUB = "https://index.docker.io/v1/";

function createCommand({ pod }: PodInput, { host }: PullTarget, secret: string) {
  return kubectl(
    "changes",
    pod.metadata.namespace,
    "create",
    "secret",
    "docker-registry",
    secret,
    `--docker-server=${host === "docker.io" ? DOCKER_HUB : host}`,
    "--docker-username=<user>",
    "--docker-password=<password>",
  );
}

function create(input: PodInput, target: PullTarget, secret: string, title: Text): Fix {
  return { title, commands: [createCommand(input, target, secret)], applies: "fill-in", by: "workload-owner" };
}

function replace(input: PodInput, target: PullTarget, { name: secret, registries }: PullSecret): Fix {
  const others = registries.filter((entry) => !covers(entry, target));
  return {
    title: text`Replace pull secret ${name(secret)} by one with a working login for ${name(target.host)}; the next try uses it.${others.length > 0 && text` It also holds logins for ${list(others.map(name))}: they have to be added again.`}`,
    commands: [
      kubectl("deletes", input.pod.metadata.namespace, "delete", "secret", secret),
      createCommand(input, target, secret),
    ],
    applies: "fill-in",
    by: "workload-owner",
  };
}

/** A new secret beside those that are there: they may serve other registries, or something else altogether. */
function createAndAttach(input: PodInput, target: PullTarget): Fix {
  const taken = new Set(input.pod.spec.imagePullSecrets?.map((secret) => secret.name));
  const secret =
    ["registry-login", "registry-login-2", "registry-login-3"].find((free) => !taken.has(free)) ?? "<name>";
  const { title, commands } = attach(
    input,
    secret,
    text`Create a pull secret for ${name(target.host)} and name it in the pod.`,
  );
  return {
    title,
    commands: [createCommand(input, target, secret), ...commands],
    applies: "fill-in",
    by: "workload-owner",
  };
}

/**
 * Names a pull secret in the template, which makes new pods. Where there is no template to change, the ServiceAccount
 * hands it to new pods: they get its secrets when they are made and name none themselves.
 */
function attach(
  input: PodInput,
  secret: string,
  title: Text,
  certainty: Pick<Fix, "applies"> = { applies: "as-is" },
): Fix {
  const { workload, pod } = input;
  const spec = { imagePullSecrets: [{ name: secret }] };
  const hasTemplate = !["Pod", "Job", "CronJob"].includes(workload.kind);
  const remake = remakePods(input);
  if (hasTemplate || !remake || pod.spec.imagePullSecrets?.length) return patchPodSpec(input, spec, title, certainty);
  const account = pod.spec.serviceAccountName ?? "default";
  return {
    title: text`${title} ServiceAccount ${name(account)} hands it to every pod that is made from now on and has no ${path("imagePullSecrets")}.`,
    commands: [
      kubectl("changes", pod.metadata.namespace, "patch", "serviceaccount", account, "-p", JSON.stringify(spec)),
      remake,
    ],
    applies: certainty.applies,
    by: "workload-owner",
  };
}
