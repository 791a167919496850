import { Buffer } from "node:buffer";
import { describe, expect, test } from "@jest/globals";
import type { KubeObject } from "../../src/objects/object.ts";
import { type Secret, withoutValues } from "../../src/objects/secret.ts";

const base64 = (content: string) => Buffer.from(content).toString("base64");

function secret(fields: Record<string, unknown>): KubeObject {
  return { apiVersion: "v1", kind: "Secret", metadata: { name: "login", namespace: "shop" }, ...fields } as KubeObject;
}

const PULL = "kubernetes.io/dockerconfigjson";

describe("a Secret at the edge", () => {
  test("keeps its keys and none of its values, nor annotations with a copy of them", () => {
    const reduced = withoutValues(
      secret({
        type: "Opaque",
        data: { PASSWORD: base64("hunter2") },
        stringData: { TOKEN: "hunter3" },
        metadata: {
          name: "login",
          annotations: {
            "kubectl.kubernetes.io/last-applied-configuration": "hunter2",
            "kapp.k14s.io/original": '{"kind":"Secret","data":{"PASSWORD":"hunter2"}}',
            "objectset.rio.cattle.io/applied": "H4sIhunter2",
            "openshift.io/token-secret.value": "hunter2",
            "openshift.io/internal-registry-auth-token.binding": "hunter2",
            "meta.helm.sh/release-name": "shop",
          },
        },
      }),
    );
    const bytes = JSON.stringify(reduced);
    expect(bytes).not.toContain("hunter");
    expect(bytes).not.toContain(base64("hunter2"));
    expect((reduced as Secret).data).toEqual({ PASSWORD: "", TOKEN: "" });
    expect(reduced.metadata.annotations).toEqual({ "meta.helm.sh/release-name": "shop" });
  });

  test("of a pull secret the hosts are kept, and no credential", () => {
    const config = { auths: { "private.test:5001": { auth: base64("puller:correct-horse") } } };
    const reduced = withoutValues(
      secret({ type: PULL, data: { ".dockerconfigjson": base64(JSON.stringify(config)) } }),
    );
    expect((reduced as Secret).whyPending).toEqual({ registries: ["private.test:5001"] });
    expect(JSON.stringify(reduced)).not.toContain(base64("puller:correct-horse"));
  });

  test.each([
    ["no JSON", base64("correct-horse{"), "the value of .dockerconfigjson is not JSON"],
    ["JSON without auths", base64('{"auth":"correct-horse"}'), 'the JSON in .dockerconfigjson has no "auths"'],
  ])("a pull secret with %s is malformed, and its content is not quoted", (_, value, malformed) => {
    const reduced = withoutValues(secret({ type: PULL, data: { ".dockerconfigjson": value } }));
    expect((reduced as Secret).whyPending).toEqual({ malformed });
  });

  test("an emptied value says nothing about the pull secret", () => {
    const reduced = withoutValues(secret({ type: PULL, data: { ".dockerconfigjson": "" } }));
    expect((reduced as Secret).whyPending).toBeUndefined();
  });

  test("read twice it stays the same", () => {
    const config = base64('{"auths":{"private.test:5001":{}}}');
    const once = withoutValues(secret({ type: PULL, data: { ".dockerconfigjson": config } }));
    expect(withoutValues(once)).toEqual(once);
  });

  test("where only the metadata was read, the keys are unknown", () => {
    expect((withoutValues(secret({ type: "Opaque" })) as Secret).data).toBeUndefined();
  });
});
