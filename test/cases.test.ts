import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { type Diagnosis, diagnose } from "../src/diagnosis/diagnose.ts";
import { allKnowledge, knowledgeFor } from "../src/diagnosis/knowledge.ts";
import type { Json } from "../src/objects/object.ts";
import { buildReport } from "../src/report/build.ts";
import { render } from "../src/report/render/index.ts";
import { type Finding, resolvePath } from "../src/rules/finding.ts";
import { logObjects } from "../src/snapshot/log-object.ts";
import { Lookup } from "../src/snapshot/lookup.ts";
import { registryObjects } from "../src/snapshot/registry-answer.ts";
import type { Snapshot } from "../src/snapshot/snapshot.ts";
import { parseSnapshot } from "../src/snapshot/snapshot-file.ts";
import { pasteLine } from "../src/text/command.ts";
import { plain } from "../src/text/text.ts";

const knowledge = await allKnowledge();

/** What expected.json of a case says. All of it is optional but `rootCause`. */
interface Expected {
  /** How the snapshot was made, where not all of it was recorded as it is. */
  readonly about?: string;
  /** `null`: there is none; `"any"`: whatever it is, it is not the rule the case is near to. */
  readonly rootCause: null | "any" | ExpectedCause;
  /** Rules of further findings, all of them. */
  readonly others?: readonly string[];
  readonly consequences?: readonly string[];
  /** What is ruled out, all of it. */
  readonly ruledOut?: readonly string[];
}

interface ExpectedCause {
  readonly rule: string;
  readonly container?: string;
  readonly confidence?: string;
  readonly effect?: string;
  /** A part of the facts. */
  readonly facts?: { readonly [key: string]: Json };
  /** Paths of evidence, each of which is among the evidence. */
  readonly evidence?: readonly string[];
  /** The lines of all fixes that change something, in their order. */
  readonly commands?: readonly string[];
  /** Some of all lines, also of those that only look. */
  readonly commandsInclude?: readonly string[];
  /** Words that the notes hold. */
  readonly notes?: readonly string[];
}

const FOLDER = join(import.meta.dirname, "cases");

const cases = folders(FOLDER).flatMap((family) =>
  folders(join(FOLDER, family)).flatMap((cause) =>
    folders(join(FOLDER, family, cause)).map((name) => ({ rule: `${family}/${cause}`, name })),
  ),
);

function folders(path: string): readonly string[] {
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

describe.each(cases)("$rule $name", ({ rule, name }) => {
  const file = (which: string) => join(FOLDER, rule, name, which);
  const expected = JSON.parse(readFileSync(file("expected.json"), "utf8")) as Expected;
  const read = () =>
    parseSnapshot([{ path: file("snapshot.json"), content: readFileSync(file("snapshot.json"), "utf8") }]);

  test("is diagnosed as expected", async () => {
    const { rootCause, others, consequences, ruledOut, unchecked } = await diagnosisOf(await read());
    const wanted = expected.rootCause;
    if (wanted === null) expect(rootCause?.rule).toBeUndefined();
    else if (wanted !== "any") expectCause(rootCause, wanted);
    if (expected.others) expect(others.map((finding) => finding.rule)).toEqual(expected.others);
    if (expected.consequences) expect(consequences.map((finding) => finding.rule)).toEqual(expected.consequences);
    if (expected.ruledOut) expect(ruledOut.map(({ what }) => plain(what)).sort()).toEqual(expected.ruledOut.toSorted());

    const named = [...(rootCause ? [rootCause] : []), ...others].map((finding) => finding.rule);
    if (name.startsWith("near-")) expect(named).not.toContain(rule);
    else expect([...named, ...consequences.map((finding) => finding.rule)]).toContain(rule);
    expect(unchecked.map(({ what }) => what).filter((what) => what.startsWith("rule "))).toEqual([]);
  });

  test("says only what the snapshot holds, in words and commands that serve", async () => {
    const snapshot = await read();
    for (const finding of findingsOf(await diagnosisOf(snapshot))) {
      for (const { ref, path, value } of finding.evidence) {
        const object = [...snapshot.objects, ...logObjects(snapshot), ...registryObjects(snapshot)].find(
          ({ kind, metadata }) =>
            kind === ref.kind && metadata.name === ref.name && (metadata.namespace ?? "") === (ref.namespace ?? ""),
        );
        expect({ path, value: resolvePath(object, path) }).toEqual({ path, value });
      }
      const headline = plain(finding.headline);
      expect(headline.length).toBeLessThanOrEqual(180);
      expect(`${headline} ${plain(finding.why)}`).not.toMatch(/undefined|\[object|NaN| {2}|\( | \)|\bnull\b/);
      for (const { commands, applies } of finding.fixes) {
        for (const { argv } of commands) {
          expect(argv.every((word) => word !== "")).toBe(true);
          if (argv.some((word) => /<[a-z][^<>]*>/i.test(word))) expect(applies).not.toBe("as-is");
          // kubectl takes no flags before a plugin's name.
          const at = argv[1] === "why-pending" ? 3 : 1;
          if (argv[0] === "kubectl" && !isClusterWide(argv)) expect(argv.slice(at, at + 1)).toEqual(["-n"]);
        }
      }
    }
  });

  test("concerns no family whose rules are not asked", async () => {
    const snapshot = await read();
    const lookup = new Lookup(snapshot);
    for (const { target, input } of diagnose(snapshot, knowledge)) {
      const object = lookup.get(target.kind as "Pod", target.namespace, target.name);
      if (!input || !object) continue;
      const asked = (await knowledgeFor([object])).rules;
      const others = knowledge.rules.filter((one) => !asked.includes(one));
      expect(others.filter((one) => one.evaluate(input).length || one.ruledOut(input)).map(({ id }) => id)).toEqual([]);
    }
  });

  test("gives the same bytes twice", async () => {
    expect(await textOf(await read())).toBe(await textOf(await read()));
  });
});

async function diagnosisOf(snapshot: Snapshot): Promise<Diagnosis> {
  const [diagnosis] = diagnose(snapshot, knowledge);
  if (!diagnosis) throw new Error("the snapshot names no target");
  return diagnosis;
}

async function textOf(snapshot: Snapshot): Promise<string> {
  const options = { color: false, width: 100, wide: false, kubectlFlags: [] };
  const reports = diagnose(snapshot, knowledge).map((diagnosis) => buildReport(diagnosis));
  return `${await render(reports, "text", options)}\n${await render(reports, "json", options)}`;
}

function findingsOf({ rootCause, others, consequences }: Diagnosis): readonly Finding[] {
  return [...(rootCause ? [rootCause] : []), ...others, ...consequences];
}

/** Kinds without a namespace, of which a command names one. */
const isClusterWide = (argv: readonly string[]) =>
  argv.some((word) =>
    /^(?:nodes?|cordon|uncordon|runtimeclass(?:es)?|namespaces?|pv|persistentvolumes?|storageclass(?:es)?|priorityclass(?:es)?|csidrivers?|csinodes?|volumeattachments?|--all-namespaces|--raw|crds?|-A|auth|api-resources|apiservices?|.*webhookconfigurations?|deviceclass(?:es)?|resourceslices?|(?:clusterqueues|admissionchecks)\.kueue\.x-k8s\.io|node(?:pool|claim)s?\.karpenter\.sh|validatingadmissionpolic(?:y|ies)|constraints|clusterpolicies.*|securitycontextconstraints|clusterrole(?:binding)?s?|podsecuritypolicies)(?:\/.*)?$/.test(
      word,
    ),
  );

function expectCause(cause: Finding | undefined, wanted: ExpectedCause): void {
  const { rule, container, confidence, effect, facts, evidence, commands, commandsInclude, notes } = wanted;
  expect(cause?.rule).toBe(rule);
  if (!cause) return;
  if (container !== undefined) expect(cause.container).toBe(container);
  if (confidence !== undefined) expect(cause.confidence).toBe(confidence);
  if (effect !== undefined) expect(cause.effect).toBe(effect);
  if (facts) expect(cause.facts).toMatchObject(facts);
  if (evidence) expect(cause.evidence.map(({ path }) => path)).toEqual(expect.arrayContaining([...evidence]));
  const lines = cause.fixes.flatMap((fix) => fix.commands.map((command) => pasteLine(command)));
  const changing = cause.fixes.flatMap((fix) =>
    fix.commands.filter(({ does }) => does !== "reads").map((command) => pasteLine(command)),
  );
  if (commands) expect(changing).toEqual(commands);
  if (commandsInclude) expect(lines).toEqual(expect.arrayContaining([...commandsInclude]));
  for (const words of notes ?? []) expect(cause.notes.map(plain).join("\n")).toContain(words);
}
