import { PULL_SECRET_KEYS } from "../../objects/secret.ts";
import { kubectl } from "../../text/command.ts";
import { list, name, type Text, text, value } from "../../text/text.ts";
import type { Fix } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import { managedBy } from "../repair.ts";

/** One pull secret that the pod, or its ServiceAccount, names, and what is wrong with it for one host. */
export interface PullSecret {
  readonly name: string;
  /** `unknown`: it could not be read, or its content is not known. */
  readonly state: "usable" | "missing" | "wrong-type" | "malformed" | "other-host" | "unknown";
  readonly registries: readonly string[];
  readonly detail?: string;
}

/** The pull secrets the kubelet would use: the ServiceAccount's were copied into the pod when it was created. */
export function pullSecretsOf({ pod, snapshot }: PodInput, host: string): readonly PullSecret[] {
  const namespace = pod.metadata.namespace;
  const names = (pod.spec.imagePullSecrets ?? []).flatMap(({ name: secretName }) => secretName ?? []);
  return [...new Set(names)].map((secretName): PullSecret => {
    const found = snapshot.find("Secret", namespace, secretName);
    if (found.state === "absent") return { name: secretName, state: "missing", registries: [] };
    if (found.state === "unknown") {
      // The kubelet itself says which it could not find [1.28+].
      const isMissing = snapshot
        .eventsOf(pod)
        .some(
          ({ reason, message = "" }) =>
            reason === "FailedToRetrieveImagePullSecret" &&
            (/\((.*)\)/.exec(message)?.[1] ?? "").split(", ").includes(secretName),
        );
      return { name: secretName, state: isMissing ? "missing" : "unknown", registries: [] };
    }
    const { type, whyPending } = found.object;
    if (type && !PULL_SECRET_KEYS[type]) return { name: secretName, state: "wrong-type", registries: [], detail: type };
    if (whyPending?.malformed)
      return { name: secretName, state: "malformed", registries: [], detail: whyPending.malformed };
    const registries = whyPending?.registries;
    if (!registries) return { name: secretName, state: "unknown", registries: [] };
    return {
      name: secretName,
      state: registries.some((entry) => matchesHost(entry, host)) ? "usable" : "other-host",
      registries,
    };
  });
}

/**
 * Whether a key of a pull secret is meant for a host: scheme and path of the key are ignored here, `*` stands for one
 * part of the name (k8s.io/kubernetes v1.36 pkg/credentialprovider/keyring.go URLsMatch; docker.io has aliases).
 */
export function matchesHost(entry: string, host: string): boolean {
  const [entryHost = ""] = entry.replace(/^https?:\/\//, "").split("/");
  const hub = new Set(["docker.io", "index.docker.io", "registry-1.docker.io"]);
  if (hub.has(host) && hub.has(entryHost)) return true;
  const [pattern, target] = [entryHost.split(/[.:]/), host.split(/[.:]/)];
  return (
    pattern.length === target.length &&
    pattern.every((part, index) =>
      new RegExp(`^${part.replace(/[^*A-Za-z0-9-]/g, "").replaceAll("*", ".*")}$`).test(target[index] ?? ""),
    )
  );
}

/** What is wrong with the credentials, as a sentence; undefined where a secret fits. */
export function credentialTrouble(input: PodInput, host: string): Text | undefined {
  const secrets = pullSecretsOf(input, host);
  const account = input.pod.spec.serviceAccountName ?? "default";
  const namespace = input.pod.metadata.namespace ?? "";
  if (secrets.length === 0)
    return text`The pod names no pull secret, and ServiceAccount ${name(account)} gave it none.`;
  if (secrets.some(({ state }) => state === "usable")) return undefined;
  const bad = secrets.find(({ state }) => state !== "unknown");
  switch (bad?.state) {
    case "missing":
      return text`The pull secret ${name(bad.name)} that the pod names does not exist in namespace ${name(namespace)}.`;
    case "wrong-type":
      return text`Secret ${name(bad.name)} is of type ${value(bad.detail ?? "")}; the kubelet reads only kubernetes.io/dockerconfigjson and kubernetes.io/dockercfg.`;
    case "malformed":
      return text`Secret ${name(bad.name)} cannot be used: ${bad.detail}.`;
    case "other-host":
      return text`Secret ${name(bad.name)} has credentials for ${bad.registries.length ? list(bad.registries.map(name)) : "no registry"}, none for ${name(host)}.`;
    default:
      return text`The pod names ${list(secrets.map((secret) => name(secret.name)))}; whether it fits ${name(host)} could not be read.`;
  }
}

/** Creates (or renews) a pull secret for a host and gives it to the workload. */
export function provideCredentials(input: PodInput, host: string): readonly Fix[] {
  const namespace = input.pod.metadata.namespace;
  const named = pullSecretsOf(input, host)[0];
  const secretName = named?.name ?? "registry-login";
  const server = host === "docker.io" ? "https://index.docker.io/v1/" : host;
  const create = [
    "create",
    "secret",
    "docker-registry",
    secretName,
    `--docker-server=${server}`,
    "--docker-username=<user>",
    "--docker-password=<password>",
  ];
  const isThere = named && named.state !== "missing";
  const account = input.pod.spec.serviceAccountName ?? "default";
  const patch = JSON.stringify({ imagePullSecrets: [{ name: secretName }] });
  const manager = managedBy(input);
  return [
    {
      title: named
        ? text`${isThere ? "Replace" : "Create"} the pull secret ${name(secretName)} with credentials for ${name(host)}; the kubelet uses it at its next try.`
        : text`Create a pull secret for ${name(host)}, let ServiceAccount ${name(account)} hand it to its pods, and make the pod anew.${manager && text` The object belongs to ${manager}.`}`,
      commands: [
        ...(isThere ? [kubectl("deletes", namespace, "delete", "secret", secretName)] : []),
        kubectl("changes", namespace, ...create),
        ...(named
          ? []
          : [kubectl("changes", namespace, "patch", "serviceaccount", account, "-p", patch), remake(input)]),
      ],
      applies: "fill-in",
      by: "workload-owner",
    },
  ];
}

function remake({ workload, pod }: PodInput) {
  const restartable = ["Deployment", "StatefulSet", "DaemonSet"].includes(workload.kind);
  return restartable
    ? kubectl(
        "restarts",
        pod.metadata.namespace,
        "rollout",
        "restart",
        `${workload.kind.toLowerCase()}/${workload.name}`,
      )
    : kubectl("deletes", pod.metadata.namespace, "delete", "pod", pod.metadata.name);
}
