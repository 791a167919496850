#!/usr/bin/env bash
# Runs a command in the cluster's network, with its kubectl and KUBECONFIG: enter.sh kubectl get pods -A
# CLUSTER_USER=reader: as the user who may only read.
set -euo pipefail
# shellcheck source=common.sh
source "$(dirname "$0")/common.sh"

[[ -e /run/netns/$name ]] || fail "$name is not up: run up.sh"
clients=$(built "kubernetes-$newest") # also for older releases, which are built without kubectl
KUBECONFIG=$run/${CLUSTER_USER:-admin}.kubeconfig PATH=$clients:$PATH exec ip netns exec "$name" "$@"
