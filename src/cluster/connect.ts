import type { World } from "../world.ts";
import type { Answer, Api, List, ListQuery, Resource, TableRow } from "./api.ts";
import type { ConnectionTarget } from "./connection-target.ts";
import { type Question, Requester } from "./request.ts";
import { pathOf } from "./resources.ts";

const JSON_TYPE = "application/json";
const METADATA_TYPE = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";
const TABLE_TYPE = "application/json;as=Table;g=meta.k8s.io;v=v1";

/** kubectl's --chunk-size. */
const PAGE = 500;
/** Who has more than a page has many more: each page costs a round trip, and the server a new beginning. */
const NEXT_PAGE = 2500;
/** A cluster has at most 150,000 pods (kubernetes.io/docs/setup/best-practices/cluster-large). */
const MOST_ITEMS = 150_000;
/** More than a list of MOST_ITEMS takes, also when the server makes its pages smaller than asked for. */
const MOST_PAGES = 500;

/** The API of a cluster. Nothing is sent before the first question. */
export function connect(target: ConnectionTarget, world: World): Api {
  const requester = new Requester(target, world);
  return {
    server: target.server,
    context: target.context,
    namespace: target.namespace,

    async version() {
      const answer = await requester.json({ path: "/version", accept: JSON_TYPE, right: "get /version" });
      if (answer.state !== "ok") return answer;
      const { gitVersion } = (answer.body ?? {}) as { gitVersion?: unknown };
      return typeof gitVersion === "string"
        ? { state: "ok", body: gitVersion }
        : { state: "failed", message: "the API server does not say its version" };
    },

    get: (resource, namespace, name) =>
      requester.json({
        path: pathOf(resource, namespace, name),
        accept: JSON_TYPE,
        right: `get ${resource.plural}${placeOf(resource, namespace)}`,
      }),

    list: (resource, namespace, query) =>
      list(requester, { resource, namespace, query, accept: JSON_TYPE }, ({ items }) => items),

    listMetadata: (resource, namespace, query) =>
      list(requester, { resource, namespace, query, accept: METADATA_TYPE }, ({ items }) =>
        // A server that does not know the type may send whole objects: what is in Secrets ends here.
        items?.map((item) => ({ metadata: (item as { metadata?: unknown } | null)?.metadata })),
      ),

    listTable(resource, namespace, query) {
      let columns: readonly string[] = [];
      return list<TableRow>(
        requester,
        { resource, namespace, query, accept: TABLE_TYPE, extra: { includeObject: "None" } },
        ({ columnDefinitions, rows }) => {
          if (columnDefinitions) columns = columnDefinitions.map(({ name }) => name);
          return rows?.map(({ cells }) => ({
            cells: Object.fromEntries(columns.map((column, index) => [column, String(cells[index] ?? "")])),
          }));
        },
      );
    },

    log: (namespace, pod, container, options) => requester.text(logQuestion(namespace, pod, container, options)),

    close: () => requester.close(),
  };
}

function placeOf({ isNamespaced }: Resource, namespace: string | undefined): string {
  if (!isNamespaced) return "";
  return namespace === undefined ? " in all namespaces" : ` in namespace ${namespace}`;
}

/** A page of a list in one of its forms, as far as we read it. */
interface Page {
  readonly metadata?: { readonly continue?: string };
  readonly items?: readonly unknown[];
  readonly columnDefinitions?: readonly { readonly name: string }[];
  readonly rows?: readonly { readonly cells: readonly unknown[] }[];
}

interface ListRequest {
  readonly resource: Resource;
  readonly namespace: string | undefined;
  readonly query: ListQuery | undefined;
  readonly accept: string;
  readonly extra?: Readonly<Record<string, string>>;
}

/**
 * Reads a list page by page. When the server no longer knows the state that the pages are of, the list is read once
 * more and in one piece (client-go v0.36 tools/pager, ListPager.List).
 */
async function list<T>(
  requester: Requester,
  { resource, namespace, query = {}, accept, extra = {} }: ListRequest,
  itemsOf: (page: Page) => readonly T[] | undefined,
): Promise<Answer<List<T>>> {
  const { fieldSelector, labelSelector, limit, most = Number.POSITIVE_INFINITY } = query;
  const right = `list ${resource.plural}${placeOf(resource, namespace)}`;
  let items: T[] = [];
  let token = "";
  let isPaged = true;
  for (let pages = 0; pages < MOST_PAGES; pages++) {
    const parameters = new URLSearchParams({
      ...extra,
      ...(fieldSelector && { fieldSelector }),
      ...(labelSelector && { labelSelector }),
      ...(isPaged && { limit: String(Math.min(limit ?? (token ? NEXT_PAGE : PAGE), most - items.length)) }),
      ...(token && { continue: token }),
    });
    const queryText = parameters.size > 0 ? `?${parameters}` : "";
    const question: Question = { path: pathOf(resource, namespace) + queryText, accept, right };
    const { status, answer } = await requester.jsonWithStatus(question);
    if (status === 410 && token && isPaged) {
      items = [];
      token = "";
      isPaged = false;
      continue;
    }
    if (answer.state !== "ok") return answer;
    const page = (answer.body ?? {}) as Page;
    const found = itemsOf(page);
    if (!found) return { state: "failed", message: "the API server's answer is no list" };
    // As arguments of one call, a hundred thousand are too many.
    for (const item of found) items.push(item);
    const before = token;
    token = page.metadata?.continue ?? "";
    if (!token || items.length >= most) {
      return { state: "ok", body: { items: items.slice(0, most), isCut: token !== "" || items.length > most } };
    }
    if (token === before) return { state: "failed", message: "the API server sends the same page of the list again" };
    if (items.length > MOST_ITEMS) {
      return { state: "failed", message: `the list has more than ${MOST_ITEMS} objects` };
    }
  }
  return { state: "failed", message: `the list does not end after ${MOST_PAGES} pages` };
}

/** Lines of a log are seldom shorter on average; fewer lines than asked for bytes cost nothing. */
const BYTES_PER_LINE = 80;

/**
 * `limitBytes` would cut the end off: the kubelet counts it from where `tailLines` begins. So we ask for as many lines
 * as fit the bytes when lines are short, and drop from the front what is too much when they are long.
 */
function logQuestion(
  namespace: string,
  pod: string,
  container: string,
  { previous, bytes, milliseconds }: Parameters<Api["log"]>[3],
): Question {
  const parameters = new URLSearchParams({
    container,
    ...(previous && { previous: "true" }),
    tailLines: String(Math.max(20, Math.ceil(bytes / BYTES_PER_LINE))),
  });
  return {
    path: `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/log?${parameters}`,
    accept: "*/*",
    right: `get pods/log in namespace ${namespace}`,
    last: { bytes, milliseconds },
  };
}
