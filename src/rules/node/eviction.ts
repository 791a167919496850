/** One container, or the pod as a whole, that used more than it requested. */
export interface Consumer {
  readonly name: string;
  readonly usage: string;
  readonly request: string;
}

/** A kubelet's message about an eviction, taken apart. */
export type Eviction =
  | {
      readonly kind: "node-low";
      /** memory, ephemeral-storage, inodes, pids */
      readonly resource: string;
      readonly threshold?: string;
      readonly available?: string;
      readonly containers: readonly Consumer[];
      readonly pod?: Consumer;
    }
  /** Refused at once: the node was under pressure when the pod came. */
  | { readonly kind: "node-condition"; readonly conditions: readonly string[] }
  | { readonly kind: "container-limit"; readonly container: string; readonly limit: string }
  | { readonly kind: "pod-limit"; readonly limit: string }
  | { readonly kind: "empty-dir"; readonly volume: string; readonly limit: string };

/** `Container %s was using %s, which exceeds its request of %s. ` up to 1.25, `…, request is %s, has larger consumption of %v. ` since. */
const CONSUMER =
  /(Container|Pod) (\S+) was using ([^\s,]+), (?:which exceeds its request of|request is) ([^\s,]+?)(?:, has larger consumption of [^.]+)?\. /g;

/** Takes a message apart (kubernetes v1.36 pkg/kubelet/eviction/helpers.go evictionMessage and eviction_manager.go); undefined for other words. */
export function parseEviction(message: string): Eviction | undefined {
  const text = `${message.replace(/^Pod was rejected: /, "").trim()} `;
  const emptyDir = /^Usage of EmptyDir volume "([^"]*)" exceeds the limit "([^"]*)"/.exec(text);
  if (emptyDir) return { kind: "empty-dir", volume: emptyDir[1] ?? "", limit: emptyDir[2] ?? "" };
  const podLimit = /^Pod ephemeral local storage usage exceeds the total limit of containers ([^\s]+?)\. /.exec(text);
  if (podLimit) return { kind: "pod-limit", limit: podLimit[1] ?? "" };
  const containerLimit = /^Container (\S+) exceeded its local ephemeral storage limit "([^"]*)"/.exec(text);
  if (containerLimit)
    return { kind: "container-limit", container: containerLimit[1] ?? "", limit: containerLimit[2] ?? "" };
  const condition = /The node had condition: \[([^\]]*)\]/.exec(text);
  if (condition) return { kind: "node-condition", conditions: (condition[1] ?? "").split(/[\s,]+/).filter(Boolean) };
  const low = /^The node was low on resource: \[?([\w./-]+?)\]?\. /.exec(text);
  if (!low) return undefined;
  const threshold = /Threshold quantity: (\S+), available: (\S+?)\. /.exec(text);
  const consumers = [...text.matchAll(CONSUMER)].map(([, what, name = "", usage = "", request = ""]) => ({
    what,
    name,
    usage,
    request,
  }));
  const pod = consumers.find(({ what }) => what === "Pod");
  return {
    kind: "node-low",
    resource: low[1] ?? "",
    ...(threshold && { threshold: threshold[1] ?? "", available: threshold[2] ?? "" }),
    containers: consumers.filter(({ what }) => what === "Container").map(consumer),
    ...(pod && { pod: consumer(pod) }),
  };
}

const consumer = ({ name, usage, request }: Consumer): Consumer => ({ name, usage, request });
