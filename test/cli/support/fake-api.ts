import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { KubeObject } from "../../../src/objects/object.ts";
import type { Pod } from "../../../src/objects/pod.ts";
import { podColumns } from "../../../src/report/status.ts";

/** What the fake server serves, and what it refuses. */
export interface FakeCluster {
  readonly objects: readonly KubeObject[];
  /** `list nodes`, `get secrets in shop`: answered with 403, as RBAC does. */
  readonly forbidden?: readonly string[];
  readonly logs?: Readonly<Record<string, string>>;
  /** Answers a request itself; true where it did. */
  intercept?(request: IncomingMessage, response: ServerResponse): boolean;
}

export interface FakeApi {
  readonly url: string;
  /** `GET /api/v1/…`, in the order they came. */
  readonly requests: readonly string[];
  close(): Promise<void>;
}

const KINDS: Readonly<Record<string, string>> = {
  pods: "Pod",
  events: "Event",
  nodes: "Node",
  namespaces: "Namespace",
  secrets: "Secret",
  configmaps: "ConfigMap",
  serviceaccounts: "ServiceAccount",
  persistentvolumeclaims: "PersistentVolumeClaim",
  replicasets: "ReplicaSet",
  deployments: "Deployment",
  statefulsets: "StatefulSet",
  daemonsets: "DaemonSet",
  jobs: "Job",
  cronjobs: "CronJob",
};

/** An API server over plain HTTP that answers from a list of objects: get, list with selectors, tables and metadata. */
export async function startFakeApi(cluster: FakeCluster): Promise<FakeApi> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    if (cluster.intercept?.(request, response)) return;
    const [status, body] = answer(cluster, request);
    response.writeHead(status, { "content-type": typeof body === "string" ? "text/plain" : "application/json" });
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, requests, close: () => closed(server) };
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}

/** A status code and what goes with it. */
type Reply = readonly [number, object | string];

function answer(cluster: FakeCluster, request: IncomingMessage): Reply {
  const url = new URL(request.url ?? "/", "http://fake");
  if (url.pathname === "/version") return [200, { gitVersion: "v1.36.3" }];
  const { group, namespace, plural, name, isLog } = parsePath(url.pathname);
  const kind = KINDS[plural];
  if (!kind) return [404, status(404, "NotFound", "the server could not find the requested resource", {})];
  const verb = name ? "get" : "list";
  const what = isLog ? `${plural}/log` : plural;
  if (cluster.forbidden?.some((one) => one === `${verb} ${what} in ${namespace}` || one === `${verb} ${what}`)) {
    const where = namespace ? ` in the namespace "${namespace}"` : " at the cluster scope";
    const message = `${what}${name ? ` "${name}"` : ""} is forbidden: User "dev" cannot ${verb} resource "${what}" in API group "${group}"${where}`;
    return [403, status(403, "Forbidden", message, { kind: plural, ...(name && { name }) })];
  }
  if (isLog) {
    const text = cluster.logs?.[`${namespace}/${name}/${url.searchParams.get("container")}`];
    return text === undefined
      ? [400, status(400, "BadRequest", "previous terminated container not found", {})]
      : [200, text];
  }
  const all = cluster.objects.filter(
    (one) => one.kind === kind && (!namespace || one.metadata.namespace === namespace),
  );
  if (!name) return list(kind, all, url, request.headers.accept ?? "");
  const found = all.find(({ metadata }) => metadata.name === name);
  return found ? [200, found] : [404, status(404, "NotFound", `${plural} "${name}" not found`, { name, kind: plural })];
}

function status(code: number, reason: string, message: string, details: object): object {
  return { kind: "Status", apiVersion: "v1", status: "Failure", message, reason, details, code };
}

function parsePath(path: string) {
  const namespaceName = /^\/api\/v1\/namespaces\/([^/]+)$/.exec(path)?.[1];
  if (namespaceName) return { group: "", plural: "namespaces", name: namespaceName, isLog: false };
  const [, group = "", namespace, plural = "", name, log] =
    /^\/(?:api\/v1|apis\/([^/]+)\/[^/]+)(?:\/namespaces\/([^/]+))?\/([a-z]+)(?:\/([^/]+))?(?:\/(log))?$/.exec(path) ??
    [];
  return { group, namespace, plural, name, isLog: log !== undefined };
}

function list(kind: string, all: readonly KubeObject[], url: URL, accept: string): Reply {
  const fields = url.searchParams.get("fieldSelector") ?? "";
  const labels = url.searchParams.get("labelSelector") ?? "";
  const selected = all.filter(
    (one) => matches(fields, (path) => field(one, path)) && matches(labels, (key) => one.metadata.labels?.[key] ?? ""),
  );
  const limit = Number(url.searchParams.get("limit")) || selected.length;
  const from = Number(url.searchParams.get("continue")) || 0;
  const page = selected.slice(from, from + limit);
  const left = selected.length - from - page.length;
  const metadata = {
    resourceVersion: "1",
    ...(left > 0 && { continue: String(from + limit), remainingItemCount: left }),
  };
  if (accept.includes("as=Table") && kind !== "Pod") {
    const rows = page.map((one) => ({ cells: [one.metadata.name, workloadCells(one)], object: null }));
    const columnDefinitions = ["Name", "Ready"].map((name) => ({ name, type: "string" }));
    return [200, { kind: "Table", apiVersion: "meta.k8s.io/v1", metadata, columnDefinitions, rows }];
  }
  if (accept.includes("as=Table")) {
    const columnDefinitions = ["Name", "Ready", "Status", "Restarts", "Age"].map((name) => ({ name, type: "string" }));
    const rows = page.map((one) => {
      const { ready, status, restarts } = podColumns(one as Pod);
      return { cells: [one.metadata.name, ready, status, String(restarts), "1m"], object: null };
    });
    return [200, { kind: "Table", apiVersion: "meta.k8s.io/v1", metadata, columnDefinitions, rows }];
  }
  if (accept.includes("as=PartialObjectMetadataList")) {
    const items = page.map((one) => ({ metadata: one.metadata }));
    return [200, { kind: "PartialObjectMetadataList", apiVersion: "meta.k8s.io/v1", metadata, items }];
  }
  // As the real server does, items of a list have no kind of their own.
  return [
    200,
    {
      kind: `${kind}List`,
      apiVersion: "v1",
      metadata,
      items: page.map(({ kind: _, apiVersion: __, ...rest }) => rest),
    },
  ];
}

/** READY of a Deployment or StatefulSet. */
function workloadCells({ spec, status }: KubeObject): string {
  const { replicas = 1 } = (spec ?? {}) as { replicas?: number };
  const { readyReplicas = 0 } = (status ?? {}) as { readyReplicas?: number };
  return `${readyReplicas}/${replicas}`;
}

function matches(selector: string, read: (path: string) => string): boolean {
  return selector
    .split(",")
    .filter(Boolean)
    .every((part) => {
      const [, path = "", operator, wanted] = /^([^!=]+)(!=|==?)(.*)$/.exec(part) ?? [];
      return operator === "!=" ? read(path) !== wanted : read(path) === wanted;
    });
}

function field(object: KubeObject, path: string): string {
  let value: unknown = object;
  for (const step of path.split(".")) value = (value as Readonly<Record<string, unknown>> | undefined)?.[step];
  return typeof value === "string" ? value : "";
}
