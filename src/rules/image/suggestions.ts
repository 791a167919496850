import { parseImage } from "../../objects/image-reference.ts";
import type { RegistryTags } from "../../snapshot/registry-answer.ts";
import { name, text } from "../../text/text.ts";
import type { PodInput } from "../pod-input.ts";
import { type KnownImage, knownTags, nearestKnownImages } from "./known-images.ts";
import type { PullAttempt } from "./pull-attempt.ts";
import { type Said, saidOf } from "./registry-said.ts";

/**
 * The images that may be meant, best first: what the registry itself has, where it was asked, else what the cluster
 * knows. What the cluster knows and the registry has no more is not among them.
 */
export function suggestionsFor(attempt: PullAttempt, input: PodInput): readonly KnownImage[] {
  const { image, reference } = attempt;
  if (!reference) return [];
  const known = nearestKnownImages(input, reference);
  const said = saidOf(image, input);
  switch (said?.outcome.is) {
    case "found":
      return [];
    case "no-manifest":
      return said.answer.tags ? tagsOf(said.answer.tags, attempt, input, known) : known;
    case "no-repository": {
      const others = known.filter(({ differsIn }) => differsIn !== "tag");
      const there = new Set(others.map(({ reference: its }) => its.repository));
      const listed = repositoriesOf(said, attempt).filter(({ reference: its }) => !there.has(its.repository));
      return [...others, ...listed].slice(0, 3);
    }
    default:
      return known;
  }
}

function tagsOf(
  tags: RegistryTags,
  { reference }: PullAttempt,
  input: PodInput,
  known: readonly KnownImage[],
): readonly KnownImage[] {
  if (!reference) return [];
  const inCluster = knownTags(input, reference);
  const nearest = tags.nearest.map((tag): KnownImage => {
    const its = inCluster.get(tag);
    return {
      image: `${reference.name}:${tag}`,
      reference: { ...reference, tag },
      because: its ? text`the registry has it, and ${its.because}` : text`the registry has it`,
      ...(its?.revision !== undefined && { revision: its.revision }),
      differsIn: "tag",
    };
  });
  const rest = known.filter(
    ({ reference: { tag = "" }, differsIn, revision }) =>
      differsIn === "tag" &&
      !tags.nearest.includes(tag) &&
      // What the same workload ran is worth going back to, however far the tag is: if it is there still.
      (tags.lacks ? revision !== undefined && !tags.lacks.includes(tag) : !tags.isComplete),
  );
  return [...nearest, ...rest];
}

function repositoriesOf({ answer }: Said, { reference }: PullAttempt): readonly KnownImage[] {
  const { host, tag } = reference ?? {};
  return (answer.repositories ?? []).flatMap((repository): KnownImage[] => {
    const image = `${host}/${repository}${tag ? `:${tag}` : ""}`;
    const parsed = parseImage(image);
    return parsed
      ? [
          {
            image,
            reference: parsed,
            because: text`${name(host ?? "")} lists that repository`,
            differsIn: "repository",
          },
        ]
      : [];
  });
}
