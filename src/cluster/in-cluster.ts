import { statSync } from "node:fs";
import { join, resolve } from "node:path";
import { readBounded } from "../snapshot/bounded-file.ts";
import { Failure } from "../text/failure.ts";
import { path, text } from "../text/text.ts";
import type { World } from "../world.ts";
import { usableCertificates } from "./certificates.ts";
import type { ConnectionOptions } from "./connection-options.ts";
import type { ConnectionTarget } from "./connection-target.ts";
import { tokenCredentials } from "./credentials.ts";

/** Where the kubelet mounts a pod's service account. */
export const SERVICE_ACCOUNT_FOLDER = "/var/run/secrets/kubernetes.io/serviceaccount";

/** Whether this is a pod with a service account (client-go v0.36 tools/clientcmd/client_config.go Possible). */
export function isInCluster({ env }: World, folder: string): boolean {
  if (!env.KUBERNETES_SERVICE_HOST || !env.KUBERNETES_SERVICE_PORT) return false;
  try {
    return !statSync(join(folder, "token")).isDirectory();
  } catch {
    return false;
  }
}

/** The pod's own namespace; kubectl takes it also where a kubeconfig names none. */
export function inClusterNamespace({ env }: World, folder: string): string {
  if (env.POD_NAMESPACE) return env.POD_NAMESPACE;
  return content(join(folder, "namespace"))?.trim() || "default";
}

/**
 * The API server of the cluster that this runs in. Of the flags only --server, --token and --certificate-authority
 * count here (inClusterClientConfig.ClientConfig; rest/config.go InClusterConfig).
 */
export function inClusterTarget(
  options: ConnectionOptions,
  namespace: string,
  world: World,
  folder: string,
): ConnectionTarget {
  const { KUBERNETES_SERVICE_HOST: host = "", KUBERNETES_SERVICE_PORT: port } = world.env;
  const certificateAuthority = authority(options, world, folder);
  return {
    server: `https://${host.includes(":") ? `[${host}]` : host}:${port}`,
    namespace,
    source: "the service account of the pod that this runs in",
    ...(certificateAuthority && { certificateAuthority }),
    insecureSkipTlsVerify: false,
    disableCompression: false,
    requestTimeoutMs: 0,
    patienceMs: options.patienceMs,
    headers: [],
    credentials: options.token
      ? tokenCredentials(options.token, undefined, "token of --token", world)
      : tokenCredentials(undefined, join(folder, "token"), "token of the pod's service account", world),
  };
}

/** Without a usable ca.crt the system's roots count, as for kubectl. */
function authority(options: ConnectionOptions, world: World, folder: string): string | undefined {
  if (options.certificateAuthority) {
    const file = resolve(world.workingDirectory, options.certificateAuthority);
    const pem = content(file);
    if (pem === undefined) throw new Failure(text`The certificate authority ${path(file)} cannot be read.`);
    return usableCertificates(pem);
  }
  const pem = content(join(folder, "ca.crt"));
  try {
    return pem && usableCertificates(pem);
  } catch {
    return undefined;
  }
}

function content(file: string): string | undefined {
  try {
    return readBounded(file).toString("utf8");
  } catch {
    return undefined;
  }
}
