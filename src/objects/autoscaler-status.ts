/** Where the cluster autoscaler writes what it is at (cluster-autoscaler 1.25–1.36, --status-config-map-name). */
export const STATUS_NAMESPACE = "kube-system";
export const STATUS_NAME = "cluster-autoscaler-status";

/** One node group as the autoscaler sees it. */
export interface NodeGroup {
  readonly name: string;
  /** `Healthy`, `Unhealthy`. */
  readonly health: string;
  /** `NoActivity`, `InProgress`, `Backoff`. */
  readonly scaleUp: string;
  readonly targetSize?: number;
  readonly maxSize?: number;
  /** Why it is in backoff, in the cloud's words. */
  readonly error?: string;
}

/**
 * The node groups of a status text: YAML since 1.30 (clusterstate/api/types.go), a text for people before. Line by line: both
 * have one fact a line, and a line that is not understood is left out.
 */
export function nodeGroupsOf(status: string): readonly NodeGroup[] {
  const [, groups = ""] =
    /^nodeGroups:\s*\n([\s\S]*)$/m.exec(status) ?? /^NodeGroups:\s*\n([\s\S]*)$/m.exec(status) ?? [];
  return groups
    .split(/^(?=\s{0,200}- name:\s|\s{0,200}Name:\s)/m)
    .map(nodeGroupOf)
    .filter((group): group is NodeGroup => group !== undefined);
}

function nodeGroupOf(text: string): NodeGroup | undefined {
  const name = /^\s*(?:- name|Name):\s*(\S+)/.exec(text)?.[1];
  if (!name) return undefined;
  const part = (of: string) =>
    new RegExp(
      `^\\s{0,200}${of}:(.*(?:\\n(?!\\s{0,200}(?:health|scaleUp|scaleDown|Health|ScaleUp|ScaleDown):).*)*)`,
      "m",
    ).exec(text)?.[1] ?? "";
  const [health, scaleUp] = [part("[hH]ealth"), part("[sS]caleUp")];
  const state = (of: string) => /^\s{0,40}status:\s{0,40}(\S+)/m.exec(of)?.[1] ?? /^\s*(\w+)/.exec(of)?.[1] ?? "";
  const number = (field: string) => {
    const found = new RegExp(`\\b${field}[:=]\\s*(\\d+)`).exec(health)?.[1];
    return found === undefined ? undefined : Number(found);
  };
  const [targetSize, maxSize] = [number("cloudProviderTarget"), number("maxSize")];
  const error = [
    /^\s{0,200}errorCode:\s*(.+)$/m.exec(scaleUp)?.[1],
    /^\s{0,200}errorMessage:\s*(.+)$/m.exec(scaleUp)?.[1],
  ]
    .filter(Boolean)
    .join(": ");
  return {
    name: unquoted(name),
    health: state(health),
    scaleUp: state(scaleUp),
    ...(targetSize !== undefined && { targetSize }),
    ...(maxSize !== undefined && { maxSize }),
    ...(error && { error }),
  };
}

const unquoted = (word: string) => word.replace(/^(["'])(.*)\1$/, "$2");
