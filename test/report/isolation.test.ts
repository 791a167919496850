import { describe, expect, test } from "@jest/globals";
import { diagnose } from "../../src/diagnosis/diagnose.ts";
import { buildReport, buildReportList, exitCodeFor } from "../../src/report/build.ts";
import { render } from "../../src/report/render/index.ts";
import type { Report } from "../../src/report/report.ts";
import { documentSchema } from "../../src/report/schema.ts";
import { defineRule, type Rule } from "../../src/rules/rule.ts";
import { type Piece, plain } from "../../src/text/text.ts";
import { onNode, pod, snapshotOf, waiting } from "../support/builders.ts";
import { tagRule } from "./scenes.ts";

// What must not happen happens here: each step that is taken for one pod fails for the pods whose name says so.

const names = Array.from({ length: 50 }, (_, index) => `web-${index}`);
const POISONED = new Map([
  ["web-7", "rank"],
  ["web-13", "ruled out"],
  ["web-21", "scheduling"],
  ["web-34", "report"],
  ["web-49", "render"],
]);

function objects() {
  return names.map((name) => {
    const it = pod(name, {
      spec: POISONED.get(name) === "scheduling" ? {} : { nodeName: "node-1" },
      status: onNode(600, [waiting("app", "ImagePullBackOff", 'failed to pull image "x": not found')]),
    });
    if (POISONED.get(name) === "report")
      Object.defineProperty(it.status, "reason", {
        enumerable: true,
        get: () => {
          throw new TypeError("report of this pod");
        },
      });
    return it;
  });
}

/** A piece of a sentence that cannot be read. */
const failing = (words: string): Piece => ({
  as: "value",
  get text(): string {
    throw new TypeError(words);
  },
});

const poison = (where: string, name: string) => POISONED.get(name) === where;

const poisonous: Rule = {
  ...defineRule({
    id: "image/poison",
    title: "Fails",
    effect: "risks",
    needs: [],
    check: () => [],
    message: () => ({ headline: [], why: [] }),
    fixes: () => [],
    doc: { means: "", seenIn: "", repair: "", catalogue: [] },
  }),
  evaluate: (input) => {
    if (!("pod" in input)) return [];
    const { name } = input.pod.metadata;
    const [found] = tagRule.evaluate(input);
    // Findings that cannot be sorted, or whose words cannot be written.
    if (found && poison("rank", name))
      return [
        {
          ...found,
          container: undefined,
          get explains(): never {
            throw new TypeError("rank of this pod");
          },
        } as never,
      ];
    if (found && poison("render", name))
      return [{ ...found, effect: "risks", rule: "image/poison", headline: [failing("render of this pod")] }];
    return [];
  },
  ruledOut: (input) => {
    if ("pod" in input && poison("ruled out", input.pod.metadata.name)) throw new TypeError("ruled out of this pod");
    return undefined;
  },
};

const knowledge = {
  rules: [tagRule, poisonous],
  schedulingOf: () => {
    throw new TypeError("scheduling of this pod");
  },
};

describe("fifty pods of which five cannot be analysed", () => {
  const snapshot = snapshotOf(objects());
  const list = buildReportList(diagnose(snapshot, knowledge), snapshot, 50);
  const healthy = snapshotOf(objects().filter(({ metadata }) => !POISONED.has(metadata.name)));
  const alone = diagnose(healthy, { rules: [tagRule] }).map((diagnosis) => buildReport(diagnosis, healthy.takenAt));
  const summaries = (items: readonly Report[]) => items.map(({ summary }) => plain(summary));

  test("give 45 reports as without the five", async () => {
    const others = list.items.filter(({ target }) => !POISONED.has(target.name));
    expect(others).toHaveLength(45);
    const options = { color: false, width: 100, wide: false, kubectlFlags: [] };
    for (const [index, report] of others.entries()) {
      const same = { ...report, checks: alone[index]?.checks as Report["checks"] };
      expect(await render(same, "text", options)).toBe(await render(alone[index] as Report, "text", options));
    }
    expect(exitCodeFor(list.items)).toBe(1);
  });

  test("name the five in every format, with documents of the schema", async () => {
    for (const format of ["text", "json", "yaml", "markdown"] as const) {
      const written = await render(list, format, { color: false, width: 100, wide: true, kubectlFlags: [] });
      for (const name of POISONED.keys()) expect(written).toMatch(new RegExp(`${name}\\b`));
      if (format !== "json") continue;
      const document = JSON.parse(written);
      expect(documentSchema.safeParse(document).error).toBeUndefined();
      const odd = document.items.filter(({ verdict }: { verdict: string }) => verdict === "not-analysed");
      expect(odd.map(({ target }: { target: { name: string } }) => target.name)).toEqual([...POISONED.keys()]);
      for (const { remarks, steps } of odd) {
        expect(remarks.join()).toMatch(/mistake in kubectl why-pending/);
        expect(steps[0].command.argv.slice(0, 4)).toEqual(["kubectl", "-n", "shop", "describe"]);
      }
    }
    expect(summaries(list.items).filter((words) => /could not be analysed/.test(words))).toHaveLength(4); // the fifth fails only when it is written
  });
});
