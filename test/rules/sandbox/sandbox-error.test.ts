import { expect, test } from "@jest/globals";
import { classifySandboxError } from "../../../src/rules/sandbox/sandbox-error.ts";

const HEAD = "Failed to create pod sandbox: rpc error: code = Unknown desc = ";

// Words of containerd, CRI-O, cri-dockerd and dockershim, and of CNI plugins within them.
test.each([
  [
    `${HEAD}failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: unable to apply cgroup configuration: mkdir /sys/fs/cgroup/memory/kubepods/besteffort/pod1/1: no space left on device: unknown`,
    "runc",
    undefined,
  ],
  [
    `${HEAD}failed to start sandbox container task "1": failed to create shim: failed to start shim: exec: "containerd-shim-runsc-v1": executable file not found in $PATH: unknown`,
    "runc",
    undefined,
  ],
  [
    `${HEAD}failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: open /proc/sys/net/core/somaxconn: no such file or directory: unknown`,
    "sysctl",
    undefined,
  ],
  [
    `${HEAD}failed to create pod network sandbox k8s_p(1): error adding pod ns_p to CNI network "multus-cni-network": plugin type="multus" name="multus-cni-network" failed (add): [ns/p/1:ovn-kubernetes]: error adding container to network "ovn-kubernetes": CNI request failed with status 400: '[ns/p 1] failed to get pod annotation: timed out waiting for annotations: context deadline exceeded'`,
    "cni-failed",
    "ovn-kubernetes",
  ],
  [
    `${HEAD}[failed to set up sandbox container "1" network for pod "p": networkPlugin cni failed to set up pod "p_ns" network: netplugin failed with no error message, failed to clean up sandbox container "1" network for pod "p": networkPlugin cni failed to teardown pod "p_ns" network: stat /var/lib/calico/nodename: no such file or directory]`,
    "cni-failed",
    "calico",
  ],
  [
    `${HEAD}failed to setup network for sandbox "1": plugin type="host-device" name="n" failed (add): failed to find host device: open /sys/bus/pci/devices: no such file or directory`,
    "cni-failed",
    "host-device",
  ],
  [
    `${HEAD}failed to setup network for sandbox "1": plugin type="calico" failed (add): stat /var/lib/calico/nodename: no such file or directory: check that the calico/node container is running and has mounted /var/lib/calico/`,
    "cni-agent-down",
    "calico",
  ],
  [
    `${HEAD}failed to setup network for sandbox "1": plugin type="cilium-cni" failed (add): unable to connect to Cilium daemon: failed to create cilium agent client after 30 seconds timeout: Get "http://localhost/v1/config": dial unix /var/run/cilium/cilium.sock: connect: no such file or directory`,
    "cni-agent-down",
    "cilium-cni",
  ],
  [
    `${HEAD}failed to setup network for sandbox "1": plugin type="aws-cni" name="aws-cni" failed (add): add cmd: Error received from AddNetwork gRPC call: rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial tcp 127.0.0.1:50051: connect: connection refused"`,
    "cni-agent-down",
    "aws-cni",
  ],
  [
    `${HEAD}failed to setup network for sandbox "1": plugin type="calico" failed (add): error getting ClusterInformation: Get "https://10.96.0.1:443/apis/crd.projectcalico.org/v1/clusterinformations/default": dial tcp 10.96.0.1:443: i/o timeout`,
    "cni-api-unreachable",
    "calico",
  ],
  [
    `${HEAD}failed to setup network for sandbox "1": plugin type="multus" name="multus-cni-network" failed (add): Multus: [ns/p]: error getting pod: Get "https://[10.96.0.1]:443/api/v1/namespaces/ns/pods/p?timeout=1m0s": dial tcp: lookup api-int.x: no such host`,
    "cni-api-unreachable",
    "multus",
  ],
  [
    `${HEAD}failed to setup network for sandbox "1": plugin type="calico" failed (add): error getting ClusterInformation: Get "https://10.96.0.1:443/apis": tls: failed to verify certificate: x509: certificate signed by unknown authority`,
    "cni-stale-auth",
    "calico",
  ],
  [
    `${HEAD}failed to setup network for sandbox "1": plugin type="calico" name="k8s" failed (add): error getting ClusterInformation: connection is unauthorized: Unauthorized`,
    "cni-stale-auth",
    "calico",
  ],
  [
    `${HEAD}failed to set up sandbox container "1" network for pod "p": networkPlugin cni failed to set up pod "p_ns" network: open /run/flannel/subnet.env: no such file or directory`,
    "cni-agent-down",
    "flannel",
  ],
  [
    `${HEAD}failed to create pod network sandbox k8s_p(1): error adding pod ns_p to CNI network "ovn": plugin type="ovn-k8s-cni-overlay" name="ovn" failed (add): timed out`,
    "cni-failed",
    "ovn-k8s-cni-overlay",
  ],
  [
    `${HEAD}failed to setup network for sandbox "1": plugin type="aws-cni" name="aws" failed (add): add cmd: failed to assign an IP address to container`,
    "ip-exhausted",
    "aws-cni",
  ],
  [
    `${HEAD}failed to setup network for sandbox "1": failed to find plugin "portmap" in path [/opt/cni/bin]`,
    "cni-binary-missing",
    undefined,
  ],
  [`${HEAD}failed to setup network for sandbox "1": cni config not initialized`, "cni-uninitialised", undefined],
  [
    "network is not ready: container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:docker: network plugin is not ready: cni config uninitialized",
    "net-not-ready",
    undefined,
  ],
  [`${HEAD}failed to get sandbox runtime: no runtime for "kata" is configured`, "runtime-handler-missing", undefined],
  [`${HEAD}failed to find runtime handler kata from runtime list map[runc:0x1]`, "runtime-handler-missing", undefined],
  [`${HEAD}RuntimeHandler "nvidia" not supported`, "runtime-handler-missing", undefined],
  ["Failed to create pod sandbox: failed to lookup RuntimeClass x: not found", "runtimeclass-missing", undefined],
  [
    `${HEAD}failed pulling image "registry.k8s.io/pause:3.9": Error response from daemon: net/http: TLS handshake timeout`,
    "pause-image",
    undefined,
  ],
  [`${HEAD}failed to reserve sandbox name "p": name "p" is reserved for "1"`, "name-reserved", undefined],
  [
    "Failed to create pod sandbox: rpc error: code = DeadlineExceeded desc = context deadline exceeded",
    "timeout",
    undefined,
  ],
  [`${HEAD}mkdir /var/lib/containerd/x: no space left on device`, "disk-full", undefined],
  [`${HEAD}nobody has seen this`, "unknown", undefined],
])("%s", (message, cause, plugin) => {
  const error = classifySandboxError(message);
  expect(error.cause).toBe(cause);
  expect(error.names.plugin).toBe(plugin);
});

test("ids and wrappers are left out of the words", () => {
  const { words } = classifySandboxError(
    `(combined from similar events): ${HEAD}failed to setup network for sandbox "1": plugin type="x" name="y" failed (add): boom`,
  );
  expect(words).toBe("boom");
});
