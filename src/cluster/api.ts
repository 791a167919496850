/** An answer of the API server to one request. Anything but `ok` says in words why there is none. */
export type Answer<T> =
  | { readonly state: "ok"; readonly body: T }
  /** 404 for the object: the kind is served, the object is not there. */
  | { readonly state: "absent"; readonly message: string }
  /** 403; `message` is the server's, `right` what the user would need: `get secrets in namespace shop`. */
  | { readonly state: "forbidden"; readonly message: string; readonly right: string }
  /** 404 or 406 for the whole path: this server does not have the resource. */
  | { readonly state: "not-served"; readonly message: string }
  /** Everything else, after the retries: a time-out, 5xx, an aggregated API that is down. */
  | { readonly state: "failed"; readonly message: string };

/** The items of a list that may have come in several pages. `isCut`: there were more than asked for. */
export interface List<T = unknown> {
  readonly items: readonly T[];
  readonly isCut: boolean;
}

/** One resource in URLs and in words: `{ group: "apps", version: "v1", plural: "deployments", kind: "Deployment" }`. */
export interface Resource {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
  readonly isNamespaced: boolean;
  /** Where it may be served instead, in the order to ask: an older or newer version, or another project's kind of that name. */
  readonly orElse?: readonly { readonly group: string; readonly version: string }[];
}

export interface ListQuery {
  readonly fieldSelector?: string;
  readonly labelSelector?: string;
  /** Page size; the default is 500, as kubectl's. */
  readonly limit?: number;
  /** Stop after this many items; `isCut` then says that there are more. */
  readonly most?: number;
}

/** Columns of a server-side table, as `kubectl get` prints them. */
export interface TableRow {
  readonly cells: Readonly<Record<string, string>>;
}

/**
 * Reads from one cluster. Only GET is ever sent. Methods resolve to an Answer for whatever one request can meet; they
 * throw a Failure for what makes all requests pointless (no connection, 401, patience used up on the first answer).
 */
export interface Api {
  /** What to call the place in messages. */
  readonly server: string;
  readonly context: string | undefined;
  /** The namespace of the context, else `default`. */
  readonly namespace: string;
  /** `v1.36.3`. */
  version(): Promise<Answer<string>>;
  get(resource: Resource, namespace: string | undefined, name: string): Promise<Answer<unknown>>;
  /** `namespace` undefined lists all namespaces. */
  list(resource: Resource, namespace: string | undefined, query?: ListQuery): Promise<Answer<List>>;
  /** As `list`, but names, labels and the rest of the metadata only: what Secrets and ConfigMaps are listed with. */
  listMetadata(resource: Resource, namespace: string | undefined, query?: ListQuery): Promise<Answer<List>>;
  /** As `list`, but the columns that `kubectl get` prints, without the objects. */
  listTable(resource: Resource, namespace: string | undefined, query?: ListQuery): Promise<Answer<List<TableRow>>>;
  /** The end of a container's log, at most `bytes` of it; patience is `milliseconds`. */
  log(
    namespace: string,
    pod: string,
    container: string,
    options: { readonly previous: boolean; readonly bytes: number; readonly milliseconds: number },
  ): Promise<Answer<string>>;
  close(): void;
}
