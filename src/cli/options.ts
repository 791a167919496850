import type { ConnectionOptions } from "../cluster/connection-options.ts";

export type OutputFormat = "text" | "json" | "yaml" | "markdown";

/** What to look at: `pods` by name, the pods of a workload, or all that are not fine. */
export interface TargetName {
  /** `Pod` or a workload kind, as in the API. */
  readonly kind: string;
  readonly name: string;
}

/** What the user asked for, checked. */
export interface Options {
  readonly action: "diagnose" | "help" | "version" | "explain";
  /** The rule to explain. */
  readonly explain?: string;
  /** Empty: every pod of the namespace (or of all) that is not fine. */
  readonly targets: readonly TargetName[];
  readonly allNamespaces: boolean;
  readonly selector?: string;
  readonly output: OutputFormat;
  readonly color: "auto" | "always" | "never";
  /** Show all rows and lines instead of a screenful. */
  readonly wide: boolean;
  /** A file, a folder or `-`: read from there instead of a cluster. */
  readonly from?: string;
  readonly saveSnapshot?: string;
  readonly redact: boolean;
  /** Whether Secrets may be read (names of their keys, never values). */
  readonly secrets: boolean;
  readonly connection: ConnectionOptions;
}
