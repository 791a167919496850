/** What keeps a sandbox from being made, as far as a message tells. */
export type SandboxCause =
  | "net-not-ready"
  | "cni-binary-missing"
  | "ip-exhausted"
  | "cni-uninitialised"
  | "cni-stale-auth"
  | "cni-api-unreachable"
  | "cni-agent-down"
  | "cni-failed"
  | "runtime-handler-missing"
  | "runtimeclass-missing"
  | "pause-image"
  | "name-reserved"
  | "cgroup-driver"
  | "sysctl"
  | "out-of-memory"
  | "userns"
  | "disk-full"
  | "runtime-down"
  | "timeout"
  | "config"
  | "runc"
  | "unknown";

/** A message, told apart. */
export interface SandboxError {
  readonly cause: SandboxCause;
  /** The part that a person needs: without the wrappers of kubelet, gRPC and runtime. */
  readonly words: string;
  /** What it names, by the cause: the CNI plugin, a binary, a handler, an image. */
  readonly names: { readonly [what: string]: string };
}

type Test = readonly [SandboxCause, RegExp];

// Order matters: what a CNI plugin says inside the runtime's wrapper is told before the wrapper, and the words for a
// missing thing before those for a thing that does not answer.
const TESTS: readonly Test[] = [
  ["net-not-ready", /network is not ready: |NetworkPluginNotReady|NetworkReady=false/],
  ["cni-binary-missing", /failed to find plugin "(?<binary>[^"]+)" in path \[?(?<dir>[^\]\s]+)/],
  ["ip-exhausted", /no IP addresses available in range set: ?(?<range>\S*)/],
  [
    "ip-exhausted",
    /failed to assign an IP address to container|no (?:more )?(?:free |available )?IP(?:v4|v6)?s?(?: addresses)? (?:available|left)|failed to allocate (?:all requested IPs|for range|an? (?:pod )?IP)|IPAM.*exhausted|range is full|address pool.*(?:full|exhausted)|InsufficientFreeAddressesInSubnet|requested IP address \S+ is not available/i,
  ],
  [
    "cni-uninitialised",
    /cni config not initialized|cni plugin not initialized|no networks found in|no CNI configuration file/i,
  ],
  [
    "runtimeclass-missing",
    /failed to lookup RuntimeClass (?<runtimeClass>[^\s:]+)|RuntimeClass\S* "(?<quoted>[^"]+)" not found/,
  ],
  [
    "runtime-handler-missing",
    /no runtime for "(?<handler>[^"]+)" is configured|failed to find runtime handler (?<crio>\S+) from runtime list|RuntimeHandler "(?<docker>[^"]+)" not supported|unknown runtime handler "(?<unknown>[^"]+)"/,
  ],
  ["userns", /hostUsers: false|user namespaces?|UserNamespace|MOUNT_ATTR_IDMAP|idmapped? mount/i],
  [
    "name-reserved",
    /failed to reserve sandbox name|pod sandbox with name "[^"]*" already exists|name is reserved|kubelet may be retrying requests that are timing out/i,
  ],
  // The kernel answers so where it makes no more control groups too.
  ["runc", /\/sys\/fs\/cgroup\S*: no space left on device/],
  // clone(2) and unshare(2) answer ENOSPC where a limit of namespaces is reached (user_namespaces(7)).
  ["userns", /(?:unshare|clone|namespace)[^"]{0,300}no space left on device/],
  ["disk-full", /no space left on device|disk quota exceeded/i],
  [
    "pause-image",
    /failed to get sandbox image "(?<image>[^"]+)"|failed (?:to pull|pulling) image "(?<pulled>[^"]+)"|pause image/,
  ],
  [
    "cgroup-driver",
    /expected cgroupsPath to be of format "slice:prefix:name"|cgroup-?[dD]river|systemd cgroup flag passed|cgroups? path .*not valid/,
  ],
  ["out-of-memory", /container init was OOM-killed|\(possibly OOM-killed\)/],
  [
    "sysctl",
    /open \/proc\/sys\/(?<sysctlPath>[\w./-]+): (?:no such file|permission denied|read-only)|sysctl "?(?<sysctl>[\w./-]{1,500})"?.*(?:not in a separate kernel namespace|not allowed|no such file)/,
  ],
  [
    "config",
    /unsupported supplementalGroupsPolicy|pod must not contain (?:both|any) HostProcess|hostNetwork is required if Pod contains HostProcess|failed to generate sandbox config/i,
  ],
];

/** A plugin speaks gRPC to its own agent too: this is about the runtime only where no plugin says it. */
const RUNTIME_DOWN =
  /dial unix \S{0,500}(?:containerd|crio|cri-dockerd|dockershim|docker)\S*: connect: (?:connection refused|no such file)|transport is closing|code = Unavailable|Cannot connect to the Docker daemon/;

/** Where the network is at fault, whatever the runtime (containerd, CRI-O, cri-dockerd, dockershim). */
const NETWORK =
  /failed to set ?up network for sandbox|failed to setup network for sandbox|network for pod "|CNI network|networkPlugin cni|plugin type="|CNI failed|cni plugin/i;

const STALE = /\bUnauthorized\b|x509: |certificate has expired|token has expired|provide credentials/;

/** Another machine than the node itself: the plugin asks the API server for pods, pools and policies. */
const ELSEWHERE = /(?!127\.|localhost\b|\[::1\])(?<server>[\w.-]{1,253}|\[[0-9a-fA-F:]{2,45}\])/.source;
const SILENT =
  /connection refused|i\/o timeout|no route to host|network is unreachable|no such host|server misbehaving|deadline exceeded|Client\.Timeout|TLS handshake timeout|connection reset|\bEOF\b/
    .source;
const API = new RegExp(`(?:dial tcp:? (?:lookup )?|https://)${ELSEWHERE}(?::\\d+)?[\\s\\S]{0,500}?(?:${SILENT})`);

/** What listens on the node, and files that only a running agent writes. A file that a plugin misses can be any other as well. */
const AGENT =
  /dial unix |\.sock\b|subnet\.env|\/calico\/nodename|127\.0\.0\.1:|\[::1\]:|localhost:|is the (?:agent|.*container) running|check that the/i;

/** Takes a message of FailedCreatePodSandBox or NetworkNotReady apart; the wordings of all runtimes since dockershim. */
export function classifySandboxError(message: string): SandboxError {
  const words = innermost(message);
  const plugin = pluginOf(message);
  const named = ({ sysctlPath, ...groups }: Record<string, string | undefined> = {}) => ({
    ...Object.fromEntries(Object.entries(groups).filter(([, value]) => value !== undefined)),
    ...(sysctlPath && { sysctl: sysctlPath.replaceAll("/", ".") }),
    ...(plugin && { plugin }),
  });
  for (const [cause, pattern] of TESTS) {
    const found = pattern.exec(message);
    if (found) return { cause, words, names: named(found.groups) };
  }
  if (NETWORK.test(message)) {
    if (STALE.test(message)) return { cause: "cni-stale-auth", words, names: named(undefined) };
    const server = API.exec(words)?.groups;
    if (server) return { cause: "cni-api-unreachable", words, names: named(server) };
    return { cause: AGENT.test(words) ? "cni-agent-down" : "cni-failed", words, names: named(undefined) };
  }
  if (RUNTIME_DOWN.test(message)) return { cause: "runtime-down", words, names: {} };
  if (/DeadlineExceeded|context deadline exceeded|timed out/.test(message))
    return { cause: "timeout", words, names: {} };
  if (/OCI runtime|runc|crun|\bshim\b|containerd task/.test(message)) return { cause: "runc", words, names: {} };
  return { cause: "unknown", words, names: {} };
}

/** The network plugin: named by the runtime, or told by the paths and sockets that its words hold. */
function pluginOf(message: string): string | undefined {
  const type = /plugin type="([^"]+)"/.exec(message)?.[1];
  const known = KNOWN.find(([, words]) => words.test(message))?.[0];
  // A meta plugin passes on what another one said.
  return type !== undefined && !/^(?:multus|portmap|bandwidth|loopback)/.test(type) ? type : (known ?? type);
}

const KNOWN: readonly (readonly [string, RegExp])[] = [
  ["calico", /calico/i],
  ["cilium", /cilium/i],
  ["flannel", /flannel|subnet\.env/i],
  ["aws-cni", /aws-?(?:cni|node|vpc)|add cmd: failed to assign an IP|127\.0\.0\.1:50051/i],
  ["azure-vnet", /azure-?(?:vnet|cni|ipam)/i],
  ["weave-net", /weave/i],
  ["antrea", /antrea/i],
  ["kube-router", /kube-router/i],
  ["ovn-kubernetes", /ovn-?k8s|ovn-?kubernetes|OVN/],
  ["openshift-sdn", /openshift-sdn/i],
  ["kube-ovn", /kube-ovn/i],
  ["multus", /multus/i],
];

/** Without the wrappers around it: who failed at what is said in the headline. */
function innermost(message: string): string {
  return (
    message
      .replace(/^\(combined from similar events\): /, "")
      .replace(/^Failed to create pod sandbox: /, "")
      .replace(/^(?:rpc error: code = \w+ desc = )+/, "")
      // What the clean-up after the failure said does not count.
      .replace(
        /^\[(failed to set up sandbox container [\s\S]*?), failed to clean up sandbox container [\s\S]*\]$/,
        "$1",
      )
      .replace(/^unable to get OCI runtime for sandbox "[^"]*": /, "")
      .replace(/^failed to (?:setup|set up) network for sandbox "[^"]*": /, "")
      .replace(/^failed to set up sandbox container "[^"]*" network for pod "[^"]*": /, "")
      .replace(/^networkPlugin cni failed to set up pod "[^"]*" network: /, "")
      .replace(/^failed to create pod network sandbox \S+: /, "")
      .replace(/^error adding pod \S+ to CNI network "[^"]*": /, "")
      .replace(/^plugin type="[^"]*"(?: name="[^"]*")? failed \(add\): /, "")
      .replace(/^failed to start sandbox (?:container )?(?:"[^"]*" )?(?:container )?(?:task )?(?:"[^"]*")?: ?/, "")
      .replace(/^failed to create containerd task: failed to create shim task: /, "")
      .replace(/^(?:OCI runtime create failed: )?(?:runc create failed: )?/, "")
      .trim()
  );
}
