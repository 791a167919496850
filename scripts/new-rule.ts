// npm run new-rule -- family/cause [hit-name] [near-name]: lays out a rule, its line in the family's index, a hit and a near
// case, and a line in CHANGELOG.md. What is in <angle brackets> is for you to write.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { STAGES } from "../src/rules/finding.ts";

/** A file to be written: its path in the repository, and what it will hold. */
export interface Plan {
  readonly path: string;
  readonly content: string;
}

/** What a new rule needs, given what the repository holds. Throws an Error that says what is wrong with the request. */
export function planRule(
  id: string,
  read: (path: string) => string | undefined,
  [hit = "hit-plain", near = "near-alike"]: readonly string[] = [],
): readonly Plan[] {
  const [family = "", cause = "", ...rest] = id.split("/");
  if (!STAGES.some((stage) => stage === family) || rest.length > 0)
    throw new Error(`A rule is named family/cause, and a family is one of ${STAGES.join(", ")}.`);
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(cause))
    throw new Error("The cause is written in small letters, digits and hyphens: not-found.");
  if (!/^hit-[a-z0-9-]+$/.test(hit) || !/^near-[a-z0-9-]+$/.test(near))
    throw new Error("A case is named hit-… where the rule must speak, near-… where it must be silent.");
  const path = `src/rules/${id}.ts`;
  if (read(path) !== undefined) throw new Error(`${path} is there already.`);
  const index = `src/rules/${family}/index.ts`;
  const changes = read("CHANGELOG.md") ?? "";
  if (!changes.includes("\n## Unreleased\n")) throw new Error("CHANGELOG.md has no section Unreleased.");
  return [
    { path, content: ruleText(id) },
    { path: index, content: withMember(read(index) ?? "", cause) },
    ...[
      { name: hit, rootCause: { rule: id } },
      { name: near, rootCause: "any" },
    ].flatMap(({ name, rootCause }) => [
      { path: `test/cases/${id}/${name}/snapshot.json`, content: snapshotText() },
      { path: `test/cases/${id}/${name}/expected.json`, content: `${JSON.stringify({ rootCause }, null, 2)}\n` },
    ]),
    { path: "CHANGELOG.md", content: withChange(changes, `- Rule \`${id}\`: <what it tells, in a line>.`) },
  ];
}

const ruleText = (id: string) => `import { refTo } from "../../objects/object.ts";
import { text } from "../../text/text.ts";
import { seen } from "../finding.ts";
import { look } from "../repair.ts";
import { defineRule } from "../rule.ts";

/** <What stops the pod, in one sentence.> */
export default defineRule<{ readonly reason: string }>({
  id: "${id}",
  title: "<The cause in general, as a heading>",
  effect: "blocks",
  needs: [],
  check: ({ pod }) =>
    pod.status?.reason === "<Reason>"
      ? [
          {
            subject: refTo(pod),
            confidence: "certain",
            facts: { reason: pod.status.reason },
            evidence: [seen(pod, "status.reason", "reason")],
          },
        ]
      : [],
  message: () => ({
    headline: text\`<What is wrong, with the names and numbers of this pod>.\`,
    why: text\`<Why that stops the pod; which component does it>.\`,
  }),
  fixes: () => [look(text\`<What to do>.\`)],
  doc: {
    means: "<What it means, for somebody who meets it for the first time.>",
    seenIn: "<Fields, events, messages, and the components and versions that write them.>",
    repair: "<How to repair it, in general.>",
    notToConfuseWith: "<What looks alike.>",
    catalogue: [],
  },
});
`;

const camel = (words: string) => words.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());

/** The import among the others in their order, and the rule as the last of its family. */
function withMember(index: string, cause: string): string {
  const member = camel(cause);
  return withListed(withImport(index, `import ${member} from "./${cause}.ts";`), member);
}

function withImport(source: string, line: string): string {
  const lines = source.split("\n");
  const from = (one: string) => /from "(.*)";$/.exec(one)?.[1] ?? "";
  const isLater = (one: string) => one.startsWith("import ") && from(one).startsWith("./") && from(one) > from(line);
  const later = lines.findIndex(isLater);
  const place = later >= 0 ? later : lines.findLastIndex((one) => one.startsWith("import ")) + 1;
  return lines.toSpliced(place, 0, line).join("\n");
}

/** On one line where it fits, as the formatter wants it. */
function withListed(source: string, member: string): string {
  const list = /const family: readonly Rule\[\] = \[([^\]]*)\];/;
  const [, listed = ""] = list.exec(source) ?? [];
  const members = [...namesIn(listed), member];
  const line = `const family: readonly Rule[] = [${members.join(", ")}];`;
  const lines = `const family: readonly Rule[] = [\n${members.map((one) => `  ${one},\n`).join("")}];`;
  return source.replace(list, line.length <= 120 ? line : lines);
}

const namesIn = (listed: string) =>
  listed
    .split(",")
    .map((one) => one.trim())
    .filter(Boolean);

/** At the end of the section Unreleased. */
function withChange(changes: string, line: string): string {
  const start = changes.indexOf("\n## Unreleased\n") + 1;
  const next = changes.indexOf("\n## ", start);
  const section = next < 0 ? changes.slice(start) : changes.slice(start, next);
  return `${changes.slice(0, start)}${section.trimEnd()}\n${line}\n${next < 0 ? "" : changes.slice(next)}`;
}

/** A pod that the rule does not know yet: to be replaced by what \`--save-snapshot\` wrote of a real one. */
function snapshotText(): string {
  const pod = { apiVersion: "v1", kind: "Pod", namespace: "shop", name: "web" };
  const whyPending = { schemaVersion: 1, takenAt: "2026-01-01T00:05:00Z", targets: [pod], notCollected: [] };
  const metadata = { name: "web", namespace: "shop", uid: "uid-web", creationTimestamp: "2026-01-01T00:00:00Z" };
  const spec = { containers: [{ name: "app", image: "registry.test/shop/web:1" }] };
  const items = [{ apiVersion: "v1", kind: "Pod", metadata, spec, status: { phase: "Pending" } }];
  return `${JSON.stringify({ apiVersion: "v1", kind: "List", whyPending, items }, null, 1)}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = fileURLToPath(new URL("..", import.meta.url));
  const [id, ...cases] = process.argv.slice(2);
  try {
    if (!id) throw new Error("usage: npm run new-rule -- family/cause [hit-name] [near-name]");
    const read = (path: string) => (existsSync(join(root, path)) ? readFileSync(join(root, path), "utf8") : undefined);
    for (const { path, content } of planRule(id, read, cases)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), content);
      console.log(path);
    }
    console.log(
      "Next: write what stands in <angle brackets>, and put what --save-snapshot or npm run record wrote into both cases;",
    );
    console.log(`then npm test -- -t ${id}, and npm run docs.`);
  } catch (error) {
    console.error((error as Error).message);
    process.exitCode = 1;
  }
}
