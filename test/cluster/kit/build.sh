#!/usr/bin/env bash
# Builds the programs of the test cluster from Go modules: build.sh [folder of go/]...
# Default: all folders but those of other Kubernetes releases. What is already there is skipped.
# build.sh kubernetes-1.33.13 builds the control plane of another release.
set -euo pipefail
# shellcheck source=common.sh
source "$(dirname "$0")/common.sh"

compile() { # folder, package, output
  local start=$SECONDS flags='-s -w'
  [[ $1 == kubernetes-* ]] && flags+=" -X k8s.io/component-base/version.gitVersion=v${1#*-}"
  # The temporary name keeps a broken-off build from looking finished.
  CGO_ENABLED=0 nice go build -C "$here/go/$1" -mod=readonly -trimpath -ldflags "$flags" -o "$3.part" "$2"
  mv "$3.part" "$3"
  printf '%4d s  %4d MB  %s\n' $((SECONDS - start)) $(($(stat -c %s "$3") / 1000000)) "$3"
}

folders=("$@")
((${#folders[@]})) || folders=("kubernetes-$newest" etcd containerd coredns registry cni kwok pause)
for folder in "${folders[@]}"; do
  [[ -d $here/go/$folder ]] || fail "no folder go/$folder; for a Kubernetes release, go/pin.sh makes it"
  output=$(built "$folder")
  mkdir -p "$output"
  # tools.go names the programs; a folder without one is a program itself.
  packages=$(sed -n 's/^\t_ "\(.*\)"$/\1/p' "$here/go/$folder/tools.go" 2>/dev/null || echo .)
  for package in $packages; do
    program=${package##*/}
    case $package in
      .) program=$folder ;;
      go.etcd.io/etcd/server/v3) program=etcd ;;
    esac
    [[ -x $output/$program ]] || compile "$folder" "$package" "$output/$program"
  done
  # kwok does nothing without stages; these of its own make nodes Ready and pods Running.
  if [[ $folder == kwok && ! -e $output/stages.yaml ]]; then
    stages=$(go list -C "$here/go/kwok" -mod=readonly -m -f '{{.Dir}}' sigs.k8s.io/kwok)/kustomize/stage
    for stage in node/fast/node-initialize node/heartbeat-with-lease/node-heartbeat-with-lease pod/fast/pod-{ready,complete,delete}; do
      echo ---
      cat "$stages/$stage.yaml"
    done >"$output/stages.yaml"
  fi
done
