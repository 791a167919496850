import { describe, expect, test } from "@jest/globals";
import { diagnose } from "../../src/diagnosis/diagnose.ts";
import { buildReport, buildReportList } from "../../src/report/build.ts";
import { cutMiddle, escapeMarkdown, escapeText, markdownBlock, markdownCode } from "../../src/report/render/escape.ts";
import { render } from "../../src/report/render/index.ts";
import { shellLine } from "../../src/text/command.ts";
import { event, onNode, pod, snapshotOf, waiting } from "../support/builders.ts";
import { tagRule } from "./scenes.ts";

const ATTACKS: readonly [string, string][] = [
  ["colours and cursor", "\u001b[2J\u001b[1;1H\u001b[31mred"],
  ["a link (OSC 8)", "\u001b]8;;http://evil.test\u0007click\u001b]8;;\u0007"],
  ["the 8-bit CSI", "\u009b31mred"],
  ["bidi overrides", "\u202egnp.exe\u202c \u2066x\u2069"],
  ["zero-width characters", "ad\u200bmin\ufeff\u2060"],
  ["line breaks", "one\ntwo\r\nthree\rfour\u2028five\u2029six\u0085seven"],
  ["backticks", "`` ``` ```` `"],
  ["HTML", "<img src=x onerror=alert(1)></details><script>"],
  ["Markdown", "# title [a](http://b) ![i](j) **b** | x | ~~s~~ @user #12 www.evil.test"],
  ["NUL and bells", "a\u0000b\u0007c\u0008d\u007fe"],
  ["halves of pairs", "x\ud800y\udc00z"],
  ["tags", "a\u{e0041}b"],
  ["fillers and selectors", "a\u3164b\uffa0c\u115fd\ufe0fe\u{e0100}f\u034fg\u17b4h"],
  ["marks of Arabic, Syriac and notes", "a\u0600b\u06ddc\u070fd\u08e2e\u{110bd}f\u{1d173}g"],
  ["very much", "A".repeat(5000)],
  ["quotes and dollars", `'"$(reboot)\`id\`; rm -rf / #`],
];

// biome-ignore format: one line a group
const CONTROLS = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\p{Cf}\p{Default_Ignorable_Code_Point}\ud800-\udfff]/u;

function worldOf(attack: string) {
  const it = pod("web", {
    metadata: { labels: { app: attack }, annotations: { "meta.helm.sh/release-name": attack } },
    spec: { nodeName: attack, containers: [{ name: attack, image: attack }] },
    status: { ...onNode(600, [waiting(attack, "ImagePullBackOff", attack)]), reason: attack, message: attack },
  });
  const raw = pod("other", {
    spec: { nodeName: attack, containers: [{ name: attack, image: attack }] },
    status: onNode(600, [waiting(attack, attack, attack)]),
  });
  return snapshotOf([it, raw, event(it, attack, attack), event(raw, attack, attack)], {
    targets: [
      ...[it, raw].map(({ metadata }) => ({ kind: "Pod", namespace: "shop", name: metadata.name })),
      { kind: "Pod", namespace: attack, name: attack },
    ],
    skipped: [attack],
    gaps: [{ kind: "Secret", state: "failed", message: attack }],
  });
}

describe("text from a cluster that holds", () => {
  test.each(ATTACKS)("%s is harmless in every format", async (_, attack) => {
    const snapshot = worldOf(attack);
    const diagnoses = diagnose(snapshot, { rules: [tagRule] });
    const reports = diagnoses.map((diagnosis) => buildReport(diagnosis, snapshot.takenAt));
    const list = buildReportList(diagnoses, snapshot, 7);
    for (const wide of [false, true]) {
      for (const result of [...reports, reports, list]) {
        for (const format of ["text", "json", "yaml", "markdown"] as const) {
          const written = await render(result, format, {
            color: false,
            width: 80,
            wide,
            kubectlFlags: ["--as", attack],
          });
          expect(CONTROLS.exec(written)?.index).toBeUndefined();
          // What is written survives a round trip through UTF-8.
          expect(Buffer.from(written, "utf8").toString("utf8")).toBe(written);
          if (format === "json") expect(JSON.parse(written).apiVersion).toBe("why-pending/v1");
          if (format === "markdown")
            expect(outsideCode(written)).not.toMatch(
              /<(?!\/?details>|\/?summary>|!-- -->)|(?<!\\)\]\(|@(?!<!--)|https?:\/\//,
            );
        }
      }
    }
  });
});

/** Markdown without its fenced blocks and inline code, as CommonMark finds them. */
function outsideCode(markdown: string): string {
  return markdown
    .replace(/^ *(`{3,})[a-z]*\n[\s\S]*?\n *\1$/gm, "")
    .replace(/(?<!`)(`+)(?!`)[\s\S]*?(?<!`)\1(?!`)/g, "");
}

describe("escaping", () => {
  test.each([
    ["a\u001b[31mb", "a\\u001b[31mb"],
    ["a\r\nb\nc", "a ⏎ b ⏎ c"],
    ["a\tb", "a b"],
    ["\u202eabc", "\\u202eabc"],
    ["x\ud800y", "x\\ud800y"],
    ["\u{e0041}", "\\u{e0041}"],
    ["naïve 日本 😀", "naïve 日本 😀"],
  ])("%j is printed %j", (raw, expected) => expect(escapeText(raw)).toBe(expected));

  test.each([
    ["plain", "`plain`"],
    ["a`b", "``a`b``"],
    ["`a`", "`` `a` ``"],
    ["a```b", "````a```b````"],
    ["", "` `"],
  ])("%j as inline code is %s", (raw, expected) => expect(markdownCode(raw)).toBe(expected));

  test("a block's fence is longer than any within", () => {
    expect(markdownBlock(["````", "x"], "sh")).toBe("`````sh\n````\nx\n`````");
  });

  test.each([
    ["<b>&amp;", "&lt;b&gt;&amp;amp;"],
    ["a_b*c", "a\\_b\\*c"],
    ["- x", "\\- x"],
    ["a-b (c)", "a-b (c)"],
    ["@me #1", "@<!-- -->me \\#<!-- -->1"],
  ])("%s in Markdown prose is %s", (raw, expected) => expect(escapeMarkdown(raw)).toBe(expected));

  test("a value is cut in its middle, between words or characters", () => {
    expect(cutMiddle("0123456789", 10)).toBe("0123456789");
    expect(cutMiddle("0123456789ab", 11)).toBe("0123 … 89ab");
    expect(cutMiddle("😀".repeat(20), 9)).toBe("😀😀😀 … 😀😀😀");
    expect(cutMiddle("preemption: none of the victims helps", 25)).toBe("preemption: … helps");
  });

  // What bash makes of each word, written by hand from its manual (QUOTING).
  test.each([
    [["a b"], "'a b'"],
    [["it's"], "'it'\\''s'"],
    [["x\ny"], "$'x\\ny'"],
    [["\u202ex"], "$'\\u202ex'"],
    [["\u{e0041}"], "$'\\U000e0041'"],
    [["<tag>"], "'<tag>'"],
  ])("%j is pasted as %s", (argv, expected) => expect(shellLine(argv)).toBe(expected));
});
