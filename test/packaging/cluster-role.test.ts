import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "@jest/globals";
import { load } from "js-yaml";
import { RESOURCES } from "../../src/cluster/resources.ts";

interface ClusterRole {
  readonly rules: readonly {
    readonly apiGroups: readonly string[];
    readonly resources: readonly string[];
    readonly verbs: readonly string[];
  }[];
}

const file = fileURLToPath(new URL("../../docs/clusterrole.yaml", import.meta.url));

test("the ClusterRole allows to get and list what is read, to get logs, and nothing else", () => {
  const { rules } = load(readFileSync(file, "utf8")) as ClusterRole;
  const allowed = rules.flatMap(({ apiGroups, resources, verbs }) =>
    apiGroups.flatMap((group) =>
      resources.flatMap((resource) => verbs.map((verb) => `${verb} ${resource}${group && `.${group}`}`)),
    ),
  );
  const read = Object.values(RESOURCES).flatMap(({ group, plural }) =>
    ["get", "list"].map((verb) => `${verb} ${plural}${group && `.${group}`}`),
  );
  expect(allowed.sort()).toEqual([...read, "get pods/log"].sort());
});
