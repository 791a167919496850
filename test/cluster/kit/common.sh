# Read by the other scripts: where things are.
# shellcheck shell=bash disable=SC2034
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${CLUSTER_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/why-pending-cluster}
version=${CLUSTER_VERSION:-1.36.3}  # of Kubernetes; a folder go/kubernetes-$version must exist
newest=1.36.3                       # built with kubelet and kubectl; older releases are control planes only
name=${CLUSTER_NAME:-why-pending}   # of the network namespace: two clusters need two names
run=${CLUSTER_RUN:-/tmp/why-pending-cluster/$name}
export PATH=$PATH:/usr/sbin:/sbin

# Where build.sh puts the programs of a folder of go/. The name holds the pin, and the sum of a main.go of ours that says what
# is built in: a change of either means a new folder.
built() {
  local pin code=
  pin=$(grep -oEm1 '^require .* v[^ ]+' "$here/go/$1/go.mod" || true)
  [[ -z $pin || ! -e $here/go/$1/main.go ]] || code=$(sha256sum "$here/go/$1/main.go" | cut -c -8)
  echo "$cache/${1%%-[0-9]*}${pin:+-${pin##* v}}${code:+-$code}"
}

fail() {
  echo "$*" >&2
  exit 1
}
