# Read by the other scripts: where things are.
# shellcheck shell=bash disable=SC2034
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${CLUSTER_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/why-pending-cluster}
version=${CLUSTER_VERSION:-1.36.3}  # of Kubernetes; a folder go/kubernetes-$version must exist
newest=1.36.3                       # built with kubelet and kubectl; older releases are control planes only
name=${CLUSTER_NAME:-why-pending}   # of the network namespace: two clusters need two names
run=${CLUSTER_RUN:-/tmp/why-pending-cluster/$name}
export PATH=$PATH:/usr/sbin:/sbin

# Where build.sh puts the programs of a folder of go/. The name holds the pin: a new pin means a new folder.
built() {
  local pin
  pin=$(grep -oEm1 '^require .* v[^ ]+' "$here/go/$1/go.mod" || true)
  echo "$cache/${1%%-[0-9]*}${pin:+-${pin##* v}}"
}

fail() {
  echo "$*" >&2
  exit 1
}
