import { expect, test } from "@jest/globals";
import { parseMissing } from "../../../src/rules/config/missing.ts";

// kubernetes pkg/kubelet/kubelet_pods.go, pkg/volume/{secret,configmap,projected}; plurals before 1.15.
test.each([
  ['secret "db" not found', [{ kind: "Secret", name: "db" }]],
  ['secrets "db" not found', [{ kind: "Secret", name: "db" }]],
  [
    '[secret "a" not found, configmap "b" not found]',
    [
      { kind: "Secret", name: "a" },
      { kind: "ConfigMap", name: "b" },
    ],
  ],
  ["couldn't find key my key in Secret shop/db", [{ kind: "Secret", name: "db", key: "my key" }]],
  ["couldn't find key A in ConfigMap shop/settings", [{ kind: "ConfigMap", name: "settings", key: "A" }]],
  ["references non-existent secret key: tls.crt", [{ kind: "Secret", key: "tls.crt" }]],
  ["configmap references non-existent config key: app.yml", [{ kind: "ConfigMap", key: "app.yml" }]],
  ['storageclass.storage.k8s.io "fast" not found', []],
  ['persistentvolumeclaim "x" not found', []],
  ["failed to sync secret cache: timed out waiting for the condition", []],
])("%s", (message, missing) => {
  expect(parseMissing(message)).toEqual(missing);
});
