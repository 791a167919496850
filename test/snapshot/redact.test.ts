import { describe, expect, test } from "@jest/globals";
import type { KubeObject } from "../../src/objects/object.ts";
import { redact } from "../../src/snapshot/redact.ts";
import type { RegistryAnswer } from "../../src/snapshot/registry-answer.ts";
import type { Snapshot } from "../../src/snapshot/snapshot.ts";

const event = (message: string): KubeObject => ({
  apiVersion: "v1",
  kind: "Event",
  metadata: { name: "web.1", namespace: "shop" },
  involvedObject: { kind: "Pod", namespace: "shop", name: "shop-web" },
  reason: "Failed",
  message,
});

const pod: KubeObject = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "shop-web", namespace: "shop" },
  spec: {
    containers: [{ name: "app", image: "registry.acme.corp:5000/shop/cart:2.0.2" }],
    nodeName: "ip-10-1-2-3.ec2.internal",
  },
  status: { podIP: "10.1.2.3", hostIP: "fd00:10::5", startTime: "2026-11-24T10:11:12Z" },
};

const snapshotOf = (...objects: KubeObject[]): Snapshot => ({
  takenAt: "2026-11-24T10:15:00Z",
  context: "acme-prod",
  targets: [{ kind: "Pod", namespace: "shop", name: "shop-web" }],
  objects,
  absent: [],
  gaps: [
    { kind: "Secret", namespace: "shop", state: "forbidden", message: "no", right: "get secrets in namespace shop" },
  ],
  complete: [],
  logs: [
    {
      namespace: "shop",
      pod: "shop-web",
      container: "app",
      previous: true,
      text: "dial 10.1.2.3:5432 db.shop.svc failed",
    },
  ],
  skipped: [],
});

describe("redact", () => {
  const message =
    'pull "registry.acme.corp:5000/shop/cart:2.0.2" from 10.1.2.3:5000 in shop/shop-web at 10:11:12: lookup registry.acme.corp: refused';
  const result = JSON.stringify(redact(snapshotOf(pod, event(message))));
  test("names of namespaces, hosts and addresses are gone", () => {
    expect(result).not.toMatch(/registry\.acme\.corp:5000|10\.1\.2\.3|10-1-2-3|fd00:10::5|acme-prod/);
    expect(result).not.toMatch(/"namespace":"shop"|in namespace shop"/);
  });
  test("the same stands for the same", () => {
    const redacted = redact(snapshotOf(pod, event(message)));
    const [first, second] = redacted.objects;
    expect(first?.metadata.namespace).toBe("namespace-1");
    expect(redacted.targets[0]?.namespace).toBe("namespace-1");
    expect(redacted.gaps[0]).toMatchObject({ namespace: "namespace-1", right: "get secrets in namespace namespace-1" });
    const image = (first as unknown as { spec: { containers: { image: string }[] } }).spec.containers[0]?.image;
    expect(image).toBe("registry-1.example/shop/cart:2.0.2");
    expect((second as unknown as { message: string }).message).toContain(`pull "${image}"`);
  });
  test("names of pods, times and repositories stay, and parts of longer words do too", () => {
    expect(result).toContain("shop-web");
    expect(result).toContain("2026-11-24T10:11:12Z");
    expect(result).toContain("at 10:11:12");
    expect(result).toContain("/shop/cart:2.0.2");
  });
  test("what registries answered is redacted alike, also the host of a token service and of an unused login", () => {
    const answer: RegistryAnswer = {
      image: "registry.acme.corp:5000/shop/cart:2.0.2",
      namespace: "shop",
      secrets: ["shop"],
      askedAt: "2026-11-24T10:15:01Z",
      hosts: ["login.acme.corp", "registry.acme.corp:5000"],
      tries: [
        {
          login: { as: "secret", secret: "shop", entry: "https://*.acme.corp:5000/v1/", user: "puller" },
          outcome: { is: "denied", status: 403, message: "login.acme.corp: no pull from shop/cart" },
        },
      ],
      repositories: ["shop/card"],
    };
    const { registryAnswers } = redact({ ...snapshotOf(pod), registryAnswers: [answer] });
    expect(JSON.stringify(registryAnswers)).not.toContain("acme.corp");
    expect(registryAnswers?.[0]).toMatchObject({
      image: "registry-3.example/shop/cart:2.0.2",
      namespace: "namespace-1",
      secrets: ["shop"],
      hosts: ["registry-2.example", "registry-3.example"],
      tries: [{ login: { secret: "shop" } }],
      repositories: ["shop/card"],
    });
  });
  test("a ServiceAccount that has the name of another object is replaced where it is meant", () => {
    const workload = { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "mole", namespace: "shop" } };
    const message = "mole failed: serviceaccount 'mole' not found; system:serviceaccount:shop:mole cannot";
    const user = { ...pod, spec: { serviceAccountName: "mole", containers: [] } };
    const [owner, told, reference] = redact(snapshotOf(workload, event(message), user)).objects;
    expect(owner?.metadata.name).toBe("mole");
    expect(reference).toMatchObject({ spec: { serviceAccountName: "account-1" } });
    expect(told).toMatchObject({
      message: "mole failed: serviceaccount 'account-1' not found; system:serviceaccount:namespace-1:account-1 cannot",
    });
  });
  test("well-known names tell nothing and stay", () => {
    const common = {
      ...pod,
      metadata: { name: "x", namespace: "kube-system" },
      spec: { containers: [{ name: "a", image: "nginx" }] },
    };
    expect(JSON.stringify(redact(snapshotOf(common)))).toContain("kube-system");
  });
});
