import { allKnowledge } from "../diagnosis/knowledge.ts";
import { Failure } from "../text/failure.ts";
import { nearest } from "../text/nearest.ts";
import { command, list, name, text } from "../text/text.ts";
import { wrapped } from "../text/wrapped.ts";

/** The page of one rule as text. Throws a Failure for a rule that there is not. */
export async function explain(id: string, width: number): Promise<string> {
  const { rules } = await allKnowledge();
  const rule = rules.find((one) => one.id === id) ?? rules.find((one) => one.id.endsWith(`/${id}`));
  if (!rule) {
    const ids = rules.map((one) => one.id);
    const like = [...nearest(id, ids), ...ids.filter((one) => id.length > 2 && one.includes(id))];
    throw new Failure(text`There is no rule ${name(id)}.`, {
      ...(like.length > 0 && { seen: [text`nearest: ${list([...new Set(like)].map(name))}`] }),
      todo: [text`The rule is named at the right of each cause; ${command("docs/rules.md")} lists all.`],
    });
  }
  const { means, seenIn, repair, notToConfuseWith } = rule.doc;
  const parts = [
    `${rule.title}  (${rule.id})`,
    means,
    `How it is seen: ${seenIn}`,
    `How to repair it: ${repair}`,
    ...(notToConfuseWith ? [`Not to be confused with: ${notToConfuseWith}`] : []),
  ];
  return `${parts.map((part) => wrapped(part, Math.min(width, 100)).join("\n")).join("\n\n")}\n`;
}
