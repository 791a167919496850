/** A server, and what makes it trusted. */
export interface ServerTarget {
  /** `https://10.0.4.12:6443`, with the path below which the API lies, without a slash at the end. */
  readonly server: string;
  /** PEM; the system's roots where absent. */
  readonly certificateAuthority?: string;
  readonly insecureSkipTlsVerify: boolean;
  readonly tlsServerName?: string;
  /** `proxy-url` of the cluster; the environment's proxies are looked up where it is absent. */
  readonly proxyUrl?: string;
}

/** Where to connect and as whom: what kubeconfig, flags and environment come down to. Secrets in it are never printed. */
export interface ConnectionTarget extends ServerTarget {
  /** Names from the kubeconfig; absent in-cluster and without a kubeconfig. */
  readonly context?: string;
  readonly cluster?: string;
  readonly user?: string;
  /** The namespace of --namespace, else of the context, else `default`. */
  readonly namespace: string;
  /** For messages, where the server's address comes from: `/home/me/.kube/config, context prod`. */
  readonly source: string;
  readonly disableCompression: boolean;
  /** Milliseconds for one request; 0: no bound of its own. */
  readonly requestTimeoutMs: number;
  /** Milliseconds for the whole run. */
  readonly patienceMs: number;
  /** Impersonate-User and its kin, in the order kubectl sends them; a name may stand several times. */
  readonly headers: readonly (readonly [string, string])[];
  readonly credentials: Credentials;
}

/** How to prove who we are. May run an exec plugin or refresh a token, so it is asked when it is needed. */
export interface Credentials {
  /** For messages: `client certificate`, `exec plugin aws`, `token of user me`, `nothing`. */
  readonly what: string;
  /** Resolves to what to send. Throws a Failure where an exec plugin fails. */
  get(): Promise<Proof>;
  /** After a 401: forgets what `get` cached. False where there is nothing that could be renewed. */
  renew(): boolean;
}

export interface Proof {
  /** PEM. */
  readonly clientCertificate?: string;
  /** PEM. */
  readonly clientKey?: string;
  /** The whole value of the Authorization header. */
  readonly authorization?: string;
}
