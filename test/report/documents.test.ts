import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { load } from "js-yaml";
import { failureText } from "../../src/cli/failure.ts";
import { buildReport, buildReportList } from "../../src/report/build.ts";
import { render } from "../../src/report/render/index.ts";
import type { Report, ReportList } from "../../src/report/report.ts";
import { documentSchema, reportSchemaText } from "../../src/report/schema.ts";
import { resolvePath } from "../../src/rules/finding.ts";
import { Failure } from "../../src/text/failure.ts";
import { command, name, text } from "../../src/text/text.ts";
import { diagnosesOf, LISTS, SCENES } from "./scenes.ts";

const OPTIONS = { color: false, width: 100, wide: false, kubectlFlags: [] };

const reports: [string, Report][] = Object.entries(SCENES).map(([scene, world]) => {
  const [diagnosis] = diagnosesOf(world);
  if (!diagnosis) throw new Error(`${scene} has no target`);
  return [scene, buildReport(diagnosis, world.snapshot.takenAt)];
});
const lists: [string, ReportList | readonly Report[]][] = [
  ...Object.entries(LISTS).map(([scene, world]): [string, ReportList] => [
    scene,
    buildReportList(diagnosesOf(world), world.snapshot, world.podsSeen),
  ]),
  ["several", reports.map(([, report]) => report)],
];

describe("the document", () => {
  test.each(reports)("of %s is as the schema has it, in JSON and in YAML", async (_, report) => {
    const json = JSON.parse(await render(report, "json", OPTIONS));
    expect(documentSchema.safeParse(json).error).toBeUndefined();
    expect(json.kind).toBe("Report");
    expect(load(await render(report, "yaml", OPTIONS))).toEqual(json);
  });

  test.each(lists)("of the list %s is as the schema has it, in JSON and in YAML", async (_, list) => {
    const json = JSON.parse(await render(list, "json", OPTIONS));
    expect(documentSchema.safeParse(json).error).toBeUndefined();
    expect(json.kind).toBe("ReportList");
    const members = json.groups.flatMap((group: { members: unknown[] }) => group.members);
    const troubled = json.items.filter(
      ({ verdict }: Report) => !["ready", "completed", "progressing"].includes(verdict),
    );
    const causes = json.items.filter(({ rootCause, verdict }: Report) => rootCause && verdict === "progressing");
    expect(members).toHaveLength(troubled.length + causes.length);
    expect(load(await render(list, "yaml", OPTIONS))).toEqual(json);
  });

  test("holds what a program needs of the cause, its evidence where it says", async () => {
    const world = SCENES["wrong-tag"];
    const report = reports.find(([scene]) => scene === "wrong-tag")?.[1];
    if (!world || !report) throw new Error("no such scene");
    const { rootCause, apiVersion, verdict } = JSON.parse(await render(report, "json", OPTIONS));
    expect(apiVersion).toBe("why-pending/v1");
    expect(verdict).toBe("blocked");
    expect(rootCause).toMatchObject({
      rule: "image/not-found",
      confidence: "likely",
      container: "app",
      headline: "The tag of registry.test:5000/shop/web:2.0.2 does not exist.",
      facts: { image: "registry.test:5000/shop/web:2.0.2" },
    });
    expect(rootCause.fixes[2]).toEqual({
      title: "Or, go back to revision 3.",
      applies: "maybe",
      by: "workload-owner",
      commands: [
        { argv: ["kubectl", "-n", "shop", "rollout", "undo", "deployment/web", "--to-revision=3"], does: "changes" },
      ],
    });
    for (const { ref, path, value } of rootCause.evidence) {
      const object = world.snapshot.objects.find(
        ({ kind, metadata }) => kind === ref.kind && metadata.name === ref.name,
      );
      expect(resolvePath(object, path)).toEqual(value);
    }
  });

  test("is refused by the schema with a wrong word or without a sentence", async () => {
    const json = JSON.parse(await render(reports[0]?.[1] as Report, "json", OPTIONS));
    expect(documentSchema.safeParse({ ...json, verdict: "healthy" }).success).toBe(false);
    expect(documentSchema.safeParse({ ...json, summary: [{ as: "name", text: "x" }] }).success).toBe(false);
    expect(documentSchema.safeParse({ ...json, apiVersion: "why-pending/v2" }).success).toBe(false);
  });

  test("has its JSON Schema in docs", () => {
    const committed = readFileSync(join(import.meta.dirname, "../../docs/report.schema.json"), "utf8");
    // Stale? `npm run docs` writes it.
    expect(committed).toBe(reportSchemaText());
  });
});

describe("a failure", () => {
  const failure = new Failure(
    text`I cannot reach the cluster of context ${name("prod")}: connection refused by 10.0.4.12:6443.`,
    {
      seen: [text`server https://10.0.4.12:6443 (from /home/me/.kube/config, context prod)`],
      todo: [
        text`Check that you are on the network of that cluster; ${command("kubectl get --raw /readyz")} asks the same question.`,
      ],
    },
  );

  test("is told as a cause is", async () => {
    expect(await failureText(failure, "text", { color: false, width: 80, kubectlFlags: ["--context", "prod"] })).toBe(
      [
        "I cannot reach the cluster of context prod: connection refused by",
        "10.0.4.12:6443.",
        "  seen  server https://10.0.4.12:6443 (from /home/me/.kube/config, context prod)",
        "  do    Check that you are on the network of that cluster;",
        "        kubectl --context prod get --raw /readyz asks the same question.",
        "",
      ].join("\n"),
    );
  });

  test("is a document too", async () => {
    const json = JSON.parse(
      await failureText(failure, "json", { color: false, width: 80, kubectlFlags: ["--context", "prod"] }),
    );
    expect(documentSchema.safeParse(json).error).toBeUndefined();
    expect(json).toMatchObject({
      kind: "Failure",
      todo: [expect.stringContaining("kubectl --context prod get --raw /readyz")],
    });
  });

  test("that is ours shows no stack, and no escape sequence of a file's name", async () => {
    const told = await failureText(new TypeError("bad \u001b[31mthing\nat line 2"), "text", {
      color: false,
      width: 80,
    });
    expect(told).toContain("TypeError: bad \\u001b[31mthing ⏎ at line 2");
    expect(told).not.toMatch(/\u001b|failure\.ts/);
  });
});
