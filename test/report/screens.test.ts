import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { diagnose } from "../../src/diagnosis/diagnose.ts";
import { allKnowledge } from "../../src/diagnosis/knowledge.ts";
import { buildReport, buildReportList } from "../../src/report/build.ts";
import { render } from "../../src/report/render/index.ts";
import type { RenderOptions } from "../../src/report/render/layout.ts";
import { renderText } from "../../src/report/render/terminal.ts";
import type { Report, ReportList } from "../../src/report/report.ts";
import { parseSnapshot } from "../../src/snapshot/snapshot-file.ts";
import { golden } from "./golden.ts";
import { diagnosesOf, LISTS, SCENES, type Scene } from "./scenes.ts";

const OPTIONS: RenderOptions = { color: false, width: 100, wide: false, kubectlFlags: [] };

function reportOn(scene: Scene | undefined): Report {
  const [diagnosis] = scene ? diagnosesOf(scene) : [];
  if (!scene || !diagnosis) throw new Error("no such scene");
  return buildReport(diagnosis, scene.snapshot.takenAt);
}

function listOn(scene: (Scene & { podsSeen?: number }) | undefined): ReportList {
  if (!scene) throw new Error("no such scene");
  return buildReportList(diagnosesOf(scene), scene.snapshot, scene.podsSeen);
}

describe("the screen", () => {
  test.each(Object.keys(SCENES))("of %s", (name) => {
    const text = renderText(reportOn(SCENES[name]), OPTIONS);
    expect(text).toBe(golden(name, text));
  });

  test("at 80 columns, wide, with the user's flags and colours", () => {
    const options = { ...OPTIONS, width: 80, wide: true, color: true, kubectlFlags: ["--context", "prod eu"] };
    const text = renderText(reportOn(SCENES["wrong-tag"]), options);
    expect(text).toBe(golden("wrong-tag-80-wide-color", text));
  });

  test.each(Object.keys(LISTS))("of the list %s", (name) => {
    const text = renderText(listOn(LISTS[name]), OPTIONS);
    expect(text).toBe(golden(`list-${name}`, text));
  });

  test("of several named pods: one after the other", () => {
    const text = renderText([reportOn(SCENES.young), reportOn(SCENES["not-there"])], OPTIONS);
    expect(text).toBe(golden("several", text));
  });

  test("of two causes: the second shows what repairs it, not what only looks", async () => {
    const path = join(import.meta.dirname, "../cases/readiness/http-status/hit-tasks-wrong-probe-paths/snapshot.json");
    const snapshot = await parseSnapshot([{ path, content: readFileSync(path, "utf8") }]);
    const [diagnosis] = diagnose(snapshot, await allKnowledge());
    if (!diagnosis) throw new Error("the snapshot names no target");
    const [, also = ""] = renderText(buildReport(diagnosis), OPTIONS).split("\nALSO ");
    expect(also).toContain('"livenessProbe":{"httpGet":{"path":"<path>"}}');
    expect(also).not.toContain("kubectl get --raw");
  });

  test("in Markdown", async () => {
    const text = await render(reportOn(SCENES["wrong-tag"]), "markdown", OPTIONS);
    expect(text).toBe(golden("wrong-tag-markdown", text));
    const list = await render(listOn(LISTS.namespace), "markdown", OPTIONS);
    expect(list).toBe(golden("list-namespace-markdown", list));
  });
});

describe("lines", () => {
  const everything = [...Object.values(SCENES).map(reportOn), ...Object.values(LISTS).map(listOn)];

  test.each([80, 100, 200])("keep to %i columns, but for commands and words that are longer", (width) => {
    for (const wide of [false, true]) {
      for (const result of everything) {
        for (const line of renderText(result, { ...OPTIONS, width, wide }).split("\n")) {
          if ([...line].length <= width || line.includes("kubectl ")) continue;
          // A longer line is one word behind its label.
          expect(
            line
              .trim()
              .split(/ {2,}|: /)
              .at(-1),
          ).toMatch(/^\S+$/);
        }
      }
    }
  });

  test("hold each command whole, at every width", () => {
    const { steps } = reportOn(SCENES["wrong-tag"]);
    const commands = steps.flatMap(({ command }) => (command ? [command.argv] : []));
    expect(commands.length).toBeGreaterThan(4);
    for (const width of [40, 80, 200]) {
      const lines = renderText(reportOn(SCENES["wrong-tag"]), { ...OPTIONS, width }).split("\n");
      // Written by hand from the scene, as a shell must get them.
      for (const command of [
        "kubectl get nodes -o 'jsonpath={.items[*].status.images[*].names}'",
        "kubectl -n shop set image deployment/web app=registry.test:5000/shop/web:2.0.1",
        "kubectl -n shop rollout undo deployment/web --to-revision=3",
        "kubectl -n shop delete pod web-7d4b9c6f5-x2lqk",
        "kubectl -n shop set image deployment/web 'app=<image>'",
        "kubectl -n shop rollout status deployment/web --timeout=2m",
      ])
        expect(lines.filter((line) => line.endsWith(command))).toHaveLength(1);
    }
  });

  test("say the same without colours", () => {
    for (const result of everything) {
      const plain = renderText(result, OPTIONS);
      const colored = renderText(result, { ...OPTIONS, color: true });
      expect(colored.replace(/\u001b\[[0-9;]*m/g, "").replace(/ +$/gm, "")).toBe(plain);
      expect(plain).not.toContain("\u001b");
    }
  });
});

describe("the user's own flags", () => {
  test("stand behind kubectl, and behind the name of a plugin", () => {
    const flags = ["--kubeconfig", "/tmp/my config", "--context=prod"];
    const text = renderText(listOn(LISTS.cluster), { ...OPTIONS, kubectlFlags: flags });
    expect(text).toContain(
      "kubectl why-pending --kubeconfig '/tmp/my config' --context=prod web-7d4b9c6f5-x000 -n shop\n",
    );
    const one = renderText(reportOn(SCENES["wrong-tag"]), { ...OPTIONS, kubectlFlags: flags });
    expect(one).toContain("kubectl --kubeconfig '/tmp/my config' --context=prod -n shop rollout undo deployment/web");
    expect(one.match(/kubectl(?! --kubeconfig)/g)).toBeNull();
  });

  test("are in the commands of JSON too", async () => {
    const json = JSON.parse(
      await render(reportOn(SCENES["wrong-tag"]), "json", { ...OPTIONS, kubectlFlags: ["--as", "eve"] }),
    );
    expect(json.rootCause.fixes[1].commands[0].argv.slice(0, 5)).toEqual(["kubectl", "--as", "eve", "-n", "shop"]);
    expect(json.steps.at(-1).command.argv.slice(0, 3)).toEqual(["kubectl", "--as", "eve"]);
  });
});
