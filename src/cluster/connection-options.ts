/** kubectl's connection flags, by kubectl's names (k8s.io/cli-runtime v0.36 pkg/genericclioptions/config_flags.go). */
export interface ConnectionOptions {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly cluster?: string;
  readonly user?: string;
  readonly namespace?: string;
  readonly server?: string;
  readonly token?: string;
  readonly username?: string;
  readonly password?: string;
  readonly as?: string;
  readonly asGroup?: readonly string[];
  readonly asUid?: string;
  /** `key=value` each. */
  readonly asUserExtra?: readonly string[];
  readonly certificateAuthority?: string;
  readonly clientCertificate?: string;
  readonly clientKey?: string;
  readonly insecureSkipTlsVerify?: boolean;
  readonly tlsServerName?: string;
  /** Milliseconds for one request; 0 or undefined: no bound of its own. */
  readonly requestTimeoutMs?: number;
  readonly disableCompression?: boolean;
  /** Milliseconds for the whole run; when they are over, what is there is reported. */
  readonly patienceMs: number;
}
