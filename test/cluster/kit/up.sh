#!/usr/bin/env bash
# Starts a Kubernetes cluster of one node in a network namespace: up.sh [--no-node] [--kwok]
# --no-node: control plane only. --kwok: also kwok, which plays the nodes annotated kwok.x-k8s.io/node.
# CLUSTER_NAME, CLUSTER_RUN, CLUSTER_CACHE, CLUSTER_VERSION: see common.sh; CLUSTER_APISERVER_FLAGS, CLUSTER_SCHEDULER_FLAGS
# and CLUSTER_CONTROLLER_MANAGER_FLAGS are added to those programs' own.
# Needs root. Afterwards: enter.sh kubectl …; and in the end: down.sh
set -euo pipefail
# shellcheck source=common.sh
source "$(dirname "$0")/common.sh"

node=yes kwok=no
for option in "$@"; do
  case $option in
    --no-node) node=no ;;
    --kwok) kwok=yes ;;
    *) fail "unknown option $option" ;;
  esac
done

((EUID == 0)) || fail "up.sh must run as root: it makes network namespaces and starts a kubelet"
[[ ! -e $run && ! -e /run/netns/$name ]] || fail "$name is up, or was not taken down: run down.sh"
# The node hides the machine's /var and /run from its programs.
[[ ! "$run $cache" =~ (^| )/(var|run)/ ]] || fail "CLUSTER_RUN and CLUSTER_CACHE must not be below /var or /run"

kubernetes=$(built "kubernetes-$version")
[[ -x $kubernetes/kube-apiserver ]] || fail "Kubernetes $version is not built: run build.sh"
if [[ $node == yes && $version != "$newest" ]]; then
  echo "Kubernetes $version has no kubelet here: control plane only"
  node=no
fi
[[ $node == no || -x $kubernetes/kube-proxy ]] || fail "kube-proxy is not built: run build.sh"
mkdir -p "$run"/{pid,start,log,pki,etc}

# ---- processes -------------------------------------------------------------------------------------

# `ip netns exec` would mount a /sys without cgroups, so everything starts through nsenter. What was started is kept as a
# script, so that a test can kill a component and start the same again.
start() { # name, command...
  local component=$1
  shift
  {
    echo '#!/usr/bin/env bash'
    printf 'setsid nsenter --net=%q' "/run/netns/$name"
    printf ' %q' "$@"
    printf ' </dev/null >>%q 2>&1 &\necho $! >%q\n' "$run/log/$component.log" "$run/pid/$component"
  } >"$run/start/$component"
  setsid nsenter --net="/run/netns/$name" "$@" </dev/null >"$run/log/$component.log" 2>&1 &
  echo $! >"$run/pid/$component"
}

# Waits until a command succeeds; a component that dies or is too slow shows the end of its log.
await() { # name, seconds, command...
  local component=$1 seconds=$2 deadline
  shift 2
  deadline=$((SECONDS + seconds))
  until "$@" &>/dev/null; do
    if ! kill -0 "$(<"$run/pid/$component")" 2>/dev/null; then
      give_up "$component" died
    elif ((SECONDS >= deadline)); then
      give_up "$component" "was not ready after $seconds s"
    fi
    sleep 0.2
  done
  printf '%6.1f s  %s\n' "$(elapsed)" "$component"
}

give_up() { # name, what happened
  {
    echo "$1 $2; the end of $run/log/$1.log:"
    grep -vE '^[IW][0-9]{4} ' "$run/log/$1.log" | tail -n 25 | cut -c -400 || true
    echo "Everything else is left running; down.sh removes it."
  } >&2
  exit 1
}

begin=$(date +%s%N)
elapsed() { awk -v ns=$(($(date +%s%N) - begin)) 'BEGIN { print ns / 1e9 }'; }
inside() { nsenter --net="/run/netns/$name" "$@"; }
kube() { inside curl -sf --cacert "$run/pki/ca.crt" --cert "$run/pki/admin.crt" --key "$run/pki/admin.key" "https://127.0.0.1:6443$1"; }

# ---- network ---------------------------------------------------------------------------------------

# Both ends of the pair stay inside: the node has an address (kubelet refuses a loopback one) and a
# default route, but no packet can leave.
ip netns add "$name"
ip -n "$name" link set lo up
ip -n "$name" link add node0 type veth peer name node0p
ip -n "$name" link set node0p up
ip -n "$name" link set node0 up
ip -n "$name" addr add 192.0.2.10/24 dev node0
ip -n "$name" route add default via 192.0.2.1
mkdir -p "/etc/netns/$name" # `ip netns exec` mounts this resolv.conf
echo nameserver 192.0.2.10 | tee "$run/etc/resolv.conf" >"/etc/netns/$name/resolv.conf"

# Each registry host has an address of its own, so that a packet's address tells which was asked.
names="192.0.2.10 node-1
192.0.2.11 registry.test plain.test
192.0.2.12 private.test
192.0.2.13 tls.test
192.0.2.14 token.test
192.0.2.15 auth.test
192.0.2.16 registry-1.docker.io
192.0.2.17 auth.docker.io
192.0.2.18 hostile.test
192.0.2.19 elsewhere.test
192.0.2.20 expired.test
192.0.2.21 other-name.test
192.0.2.22 proxy.test"
while read -r address _; do
  [[ $address == 192.0.2.10 ]] || ip -n "$name" addr add "$address/32" dev node0
done <<<"$names"

# ---- keys ------------------------------------------------------------------------------------------

certificate() { # name, subject, alternative names
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "$2" -keyout "$run/pki/$1.key" -out "$run/pki/$1.csr"
  openssl x509 -req -in "$run/pki/$1.csr" -CA "$run/pki/ca.crt" -CAkey "$run/pki/ca.key" -CAcreateserial -days 30 \
    -extfile <(echo "subjectAltName=$3") -out "$run/pki/$1.crt"
}
{
  openssl ecparam -name prime256v1 -genkey -noout -out "$run/pki/service-account.key"
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=why-pending-ca \
    -keyout "$run/pki/ca.key" -out "$run/pki/ca.crt"
  certificate apiserver /CN=kube-apiserver IP:127.0.0.1,DNS:localhost,IP:192.0.2.10
  certificate admin /O=system:masters/CN=admin DNS:admin
  certificate reader /O=readers/CN=reader DNS:reader # who only diagnoses
  certificate kubelet /O=system:nodes/CN=system:node:node-1 DNS:node-1,IP:192.0.2.10
  certificate registry /CN=registry DNS:tls.test,DNS:token.test,DNS:registry-1.docker.io
  certificate token /CN=token-service DNS:auth.test,DNS:auth.docker.io # it serves, and signs tokens
} &>"$run/log/openssl.log"

kubeconfig() { # user; as kubectl writes it
  cat >"$run/$1.kubeconfig" <<CONFIG
apiVersion: v1
clusters:
- cluster:
    certificate-authority: $run/pki/ca.crt
    server: https://127.0.0.1:6443
  name: why-pending
contexts:
- context:
    cluster: why-pending
    user: $1
  name: why-pending
current-context: why-pending
kind: Config
users:
- name: $1
  user:
    client-certificate: $run/pki/$1.crt
    client-key: $run/pki/$1.key
CONFIG
}
for user in admin reader kubelet; do kubeconfig "$user"; done

# What the group readers asks for is written down. The answer to a list of Secrets is too, as only that tells whether it held
# Secrets or their metadata alone.
cat >"$run/etc/audit.yaml" <<CONFIG
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
  - {level: RequestResponse, userGroups: [readers], verbs: [list, watch], resources: [{group: "", resources: [secrets]}]}
  - {level: Metadata, userGroups: [readers]}
  - {level: None}
CONFIG
cat >"$run/etc/reader.yaml" <<CONFIG
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: reader}
rules:
  - {apiGroups: ["*"], resources: ["*"], verbs: [get, list, watch]}
  - {nonResourceURLs: ["*"], verbs: [get]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: reader}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: reader}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: reader}]
CONFIG

# ---- control plane ---------------------------------------------------------------------------------

start etcd "$(built etcd)/etcd" --data-dir "$run/etcd" --unsafe-no-fsync \
  --listen-client-urls http://127.0.0.1:2379 --advertise-client-urls http://127.0.0.1:2379 \
  --listen-peer-urls http://127.0.0.1:2380 --initial-advertise-peer-urls http://127.0.0.1:2380 \
  --initial-cluster default=http://127.0.0.1:2380
# The address type makes logs and exec work: the API server cannot resolve node-1 (its /etc/resolv.conf is the machine's).
# shellcheck disable=SC2086 # the CLUSTER_…_FLAGS hold several words
start kube-apiserver "$kubernetes/kube-apiserver" --etcd-servers=http://127.0.0.1:2379 \
  --bind-address=0.0.0.0 --advertise-address=192.0.2.10 --endpoint-reconciler-type=none \
  --tls-cert-file="$run/pki/apiserver.crt" --tls-private-key-file="$run/pki/apiserver.key" --client-ca-file="$run/pki/ca.crt" \
  --service-account-key-file="$run/pki/service-account.key" --service-account-signing-key-file="$run/pki/service-account.key" \
  --service-account-issuer=https://kubernetes.default.svc --service-cluster-ip-range=10.96.0.0/16 \
  --audit-policy-file="$run/etc/audit.yaml" --audit-log-path="$run/log/audit.log" \
  --authorization-mode=Node,RBAC --enable-admission-plugins=NodeRestriction --allow-privileged \
  --kubelet-client-certificate="$run/pki/admin.crt" --kubelet-client-key="$run/pki/admin.key" \
  --kubelet-preferred-address-types=InternalIP ${CLUSTER_APISERVER_FLAGS:-}
await etcd 30 inside curl -sf http://127.0.0.1:2379/readyz
await kube-apiserver 90 kube /readyz
inside "$(built "kubernetes-$newest")/kubectl" --kubeconfig "$run/admin.kubeconfig" apply -f "$run/etc/reader.yaml" >"$run/log/rbac.log" 2>&1 ||
  give_up rbac "could not be set up"
# shellcheck disable=SC2086
start kube-controller-manager "$kubernetes/kube-controller-manager" --kubeconfig="$run/admin.kubeconfig" \
  --authentication-kubeconfig="$run/admin.kubeconfig" --authorization-kubeconfig="$run/admin.kubeconfig" \
  --service-account-private-key-file="$run/pki/service-account.key" --root-ca-file="$run/pki/ca.crt" \
  --use-service-account-credentials --leader-elect=false --bind-address=127.0.0.1 \
  --kube-api-qps=200 --kube-api-burst=400 ${CLUSTER_CONTROLLER_MANAGER_FLAGS:-}
# The default of 50 requests a second would need minutes to bind 10,000 pods.
# shellcheck disable=SC2086
start kube-scheduler "$kubernetes/kube-scheduler" --kubeconfig="$run/admin.kubeconfig" \
  --authentication-kubeconfig="$run/admin.kubeconfig" --authorization-kubeconfig="$run/admin.kubeconfig" \
  --leader-elect=false --bind-address=127.0.0.1 --kube-api-qps=1000 --kube-api-burst=2000 ${CLUSTER_SCHEDULER_FLAGS:-}

# ---- names and Services ----------------------------------------------------------------------------

# Services, the node and the registries are the only names there are; every other name does not exist.
cat >"$run/etc/Corefile" <<CONFIG
. {
  bind 192.0.2.10
  hosts {
${names//192/    192}
    fallthrough
  }
  kubernetes cluster.local {
    kubeconfig $run/admin.kubeconfig
    ttl 1
  }
  template ANY ANY {
    rcode NXDOMAIN
  }
}
CONFIG
start coredns "$(built coredns)/coredns" -conf "$run/etc/Corefile"
# All pods are on one bridge: without the node as the sender an answer would go past the address that was asked.
[[ $node == no ]] || start kube-proxy "$(built "kubernetes-$newest")/kube-proxy" --kubeconfig="$run/admin.kubeconfig" \
  --hostname-override=node-1 --proxy-mode=iptables --masquerade-all --conntrack-max-per-core=0 \
  --conntrack-tcp-timeout-established=0 --conntrack-tcp-timeout-close-wait=0

# ---- registries ------------------------------------------------------------------------------------

# One store behind five doors: registry.test:5000 open, private.test:5001 with a password, tls.test:5443 with a certificate no
# node trusts, token.test and Docker Hub's own name with tokens, which test/cluster/registry/token-service.mjs gives out.
# plain.test:5000 is the first one again, which containerd asks over https.
registry() { # name, address, more top-level configuration, more http configuration
  cat >"$run/etc/registry-$1.yml" <<CONFIG
version: 0.1
log: {level: warn}
storage: {filesystem: {rootdirectory: $run/registry}}
http: {addr: "$2"${4:+, $4}}
${3:-}
CONFIG
  OTEL_TRACES_EXPORTER=none start "registry-$1" "$(built registry)/registry" serve "$run/etc/registry-$1.yml"
}

# ---- node ------------------------------------------------------------------------------------------

if [[ $node == yes ]]; then
  # User puller, password correct-horse: htpasswd -nbB puller correct-horse (the registry takes bcrypt only).
  # shellcheck disable=SC2016
  echo 'puller:$2y$05$lwRRmg3usgyn17r2d/pyiOUQ6YV8dg.nsLcHkQJXfaampTJ5tr8pG' >"$run/etc/htpasswd"
  registry private :5001 "auth: {htpasswd: {realm: private, path: $run/etc/htpasswd}}"
  tls="tls: {certificate: $run/pki/registry.crt, key: $run/pki/registry.key}"
  registry tls :5443 "" "$tls"
  tokens() { echo "auth: {token: {realm: https://$1/token, service: $2, issuer: why-pending, rootcertbundle: $run/pki/ca.crt}}"; }
  registry token 192.0.2.14:443 "$(tokens auth.test token.test)" "$tls"
  registry hub 192.0.2.16:443 "$(tokens auth.docker.io registry.docker.io)" "$tls"
  registry open :5000
  await registry-open 20 inside curl -sf http://127.0.0.1:5000/v2/
  inside "$here/images.sh" http://127.0.0.1:5000 >"$run/log/images.log" 2>&1 || give_up images "could not be made"
  # One process is the node: what it starts lives in its pid and mount namespaces and dies with it.
  start node unshare --mount --pid --fork --kill-child --mount-proc bash "$here/node.sh"
fi

if [[ $kwok == yes ]]; then
  start kwok "$(built kwok)/kwok" --config="$(built kwok)/stages.yaml" --kubeconfig="$run/admin.kubeconfig" \
    --manage-all-nodes=false --manage-nodes-with-annotation-selector=kwok.x-k8s.io/node=fake \
    --node-lease-duration-seconds=40 --node-ip=192.0.2.10 --server-address=127.0.0.1:10247
fi

await coredns 20 test -s "$run/log/coredns.log"
await kube-scheduler 30 inside curl -skf https://127.0.0.1:10259/healthz
await kube-controller-manager 60 kube /api/v1/namespaces/default/serviceaccounts/default
[[ $kwok == no ]] || await kwok 30 inside curl -sf http://127.0.0.1:10247/healthz
if [[ $node == yes ]]; then
  await node 90 inside "$(built "kubernetes-$newest")/kubectl" --kubeconfig "$run/admin.kubeconfig" wait --for=condition=Ready node/node-1 --timeout=1s
fi
for component in "$run"/pid/*; do
  kill -0 "$(<"$component")" 2>/dev/null || give_up "${component##*/}" died
done
cat <<END
The cluster is up.
  in its network   $here/enter.sh kubectl get nodes          (or: ip netns exec $name …)
  administrator    KUBECONFIG=$run/admin.kubeconfig
  may only read    KUBECONFIG=$run/reader.kubeconfig
  logs             $run/log
END
