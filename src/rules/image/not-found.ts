import { kubectl } from "../../text/command.ts";
import { count, list, name, type Text, text, value } from "../../text/text.ts";
import type { Fix } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import { look } from "../repair.ts";
import { isRefused } from "./access.ts";
import { holdersOf, type KnownImage } from "./known-images.ts";
import type { PullAttempt } from "./pull-attempt.ts";
import { pullRule } from "./pull-rule.ts";
import { type Said, saidOf } from "./registry-said.ts";
import { suggestionsFor } from "./suggestions.ts";
import { earlierTry, isFromElsewhere } from "./there-now.ts";
import { askerOf, editImage, hostOf, imageOf } from "./words.ts";

/** The registry answers that it has no such tag or repository. */
export default pullRule({
  id: "image/not-found",
  title: "The tag or repository does not exist in the registry",
  causes: ["not-found", "denied"],
  needs: ["Event", "Node", "ReplicaSet"],
  fits: (attempt, input) => attempt.reference !== undefined && !attempt.reference.digest && !isRefused(attempt, input),
  asks: (attempt, input) =>
    whatIsMissing(attempt, input) === "either"
      ? text`whether it is the tag or the repository, and for its tags`
      : text`for its tags`,
  confidence: (attempt, input) => {
    if (attempt.isToldByRegistry) return "likely";
    if (isSure(saidOf(attempt.image, input))) return "certain";
    // A mirror may lack what the registry has, and with several logins one may be kept from seeing it.
    if (isFromElsewhere(attempt) || attempt.error.otherCauses.length > 0 || isAmbiguous(attempt)) return "likely";
    return whatIsMissing(attempt, input) === "either" ? "likely" : "certain";
  },
  more: (attempt, input) => {
    const known = suggestionsFor(attempt, input);
    return { missing: whatIsMissing(attempt, input), nearest: known.map(({ image }) => image) };
  },
  headline: (attempt, input) => {
    const { reference } = attempt;
    const { repository = "", tag = "" } = reference ?? {};
    const host = hostOf(attempt);
    const best = suggestionsFor(attempt, input)[0];
    if (best?.differsIn === "host")
      return text`${name(repository)}:${tag} does not exist on ${name(host)}; ${name(best.reference.host)} has it.`;
    if (best?.differsIn === "repository")
      return text`${name(host)} has no ${name(repository)}:${tag}; it has ${name(best.reference.repository)}.`;
    const better = best && text`; ${name(best.reference.tag ?? "")} does`;
    const gone = best || holders(attempt, input).length === 0 ? better : text` any more`;
    switch (whatIsMissing(attempt, input)) {
      case "tag":
        return isTagImplied(attempt)
          ? text`The image names no tag, and ${name(`${host}/${repository}`)} has no tag latest${better}.`
          : text`The tag ${name(tag)} does not exist in ${name(`${host}/${repository}`)}${gone}.`;
      case "repository":
        return text`The repository ${name(repository)} does not exist on ${name(host)}.`;
      default:
        return text`${name(host)} has no ${name(repository)}:${tag}: the tag or the repository does not exist.`;
    }
  },
  why: (attempt, input) => {
    const known = suggestionsFor(attempt, input);
    const answered = text`${askerOf(attempt)} asks for ${imageOf(attempt)}, and ${name(attempt.error.host)} answered ${attempt.error.cause === "denied" ? '"access denied", as it does for what does not exist' : '"not found"'}.`;
    const asked = whatRegistrySays(attempt, input);
    if (asked) return text`${answered} ${asked}`;
    switch (known[0]?.differsIn) {
      case "tag":
        return text`${answered} The repository is there: ${listed(known)}. So it is the tag that is missing.`;
      case "host":
        return text`${answered} ${isHostImplied(attempt) ? text`Without a host in front, an image is looked for on ${name(hostOf(attempt))}. ` : ""}${listed(known)}.`;
      case "repository":
        return text`${answered} Nothing in this cluster runs that repository, but one of nearly the same name: ${listed(known)}.`;
      default:
        return whatIsMissing(attempt, input) === "either"
          ? text`${answered} Either tag or repository is misspelt, or the image was never pushed there. Some registries give this answer also for a private repository that one may not see.`
          : text`${answered} ${holders(attempt, input).length > 0 ? "It was there once." : isAmbiguous(attempt) ? "It is misspelt, or private: the answer is the same." : "It is misspelt, was never pushed, or was deleted."}`;
    }
  },
  notes: (attempt, input) => {
    const { error } = attempt;
    const there = holders(attempt, input);
    const isKnown = isSure(saidOf(attempt.image, input));
    return [
      there.length > 0 &&
        text`This very image did exist: ${list(there.map(({ because }) => because.map(asText).join("")))}. It was deleted from the registry since${!isKnown && ", or a login is needed to see it"}.`,
      isFromElsewhere(attempt) &&
        !isKnown &&
        text`It was ${name(error.host)} that was asked, a mirror or proxy of ${name(hostOf(attempt))} in the node's configuration; it may lack what the registry has.`,
      error.otherCauses.includes("denied") &&
        !isKnown &&
        text`Several logins were tried; the others were refused. If the image is private, look at them too.`,
    ].filter((note): note is Text => note !== false);
  },
  thereNow: (now, attempt) => {
    const { repository = "", tag = "" } = attempt.reference ?? {};
    const host = hostOf(attempt);
    return {
      headline: isFromElsewhere(attempt)
        ? text`${name(host)} has ${name(`${repository}:${tag}`)}; ${name(attempt.error.host)}, which the node asks in its place, has not.`
        : text`The tag ${name(tag)} is in ${name(`${host}/${repository}`)} now; ${earlierTry(now)} did not find it.`,
      was: text`that there is no ${name(tag)}`,
      became: text`it was pushed`,
    };
  },
  fixes: (attempt, input) => {
    const known = suggestionsFor(attempt, input);
    const [best] = known;
    const pushed = isHostImplied(attempt)
      ? [
          look(
            text`If you built it yourself, push it to a registry and put that registry's host in front; or load it onto every node and set imagePullPolicy IfNotPresent.`,
          ),
        ]
      : [];
    const { tags } = saidOf(attempt.image, input)?.answer ?? {};
    const others = tags?.nearest.slice(1).map(name) ?? [];
    const any = editImage(
      attempt,
      input,
      best
        ? text`Or set another ${others.length > 0 ? text`tag that exists: ${list(others)} ${others.length > 1 ? "are" : "is"} next` : "image that exists"}.`
        : text`Set ${whatIsMissing(attempt, input) === "repository" ? "an image" : "a tag"} that exists.`,
      whatIsMissing(attempt, input) === "repository" || best?.differsIn === "repository"
        ? "<host/repository:tag>"
        : undefined,
    );
    if (!best) return [any, ...pushed];
    const isProven = best.revision !== undefined;
    const use = editImage(attempt, input, text`Use ${value(best.image)}: ${best.because}.`, best.image, {
      applies: isProven ? "as-is" : "maybe",
    });
    if (isProven) return [use, ...undo(best, input)];
    const former = known.find(({ revision }) => revision !== undefined);
    return [use, any, ...(former ? undo(former, input) : []), ...pushed];
  },
  doc: {
    means: "The registry was reached and says that it does not have this tag, or this repository.",
    seenIn:
      "`…: not found` with code NotFound (containerd), `manifest unknown` or `name unknown` (CRI-O, Docker), in ErrImagePull, ImagePullBackOff [1.32+] or the event Failed. --check-registry tells which part is missing, and the nearest tags.",
    repair: "Correct tag or repository, or push the image.",
    notToConfuseWith:
      "image/platform and image/layer-corrupt: their texts end in `not found` too. Private registries hide what exists behind image/auth-missing.",
    catalogue: ["image-not-found"],
  },
});

/** Whether the registry told which part is missing. */
const isSure = (said: Said | undefined) => said?.outcome.is === "no-manifest" || said?.outcome.is === "no-repository";

/** What it comes to, where the registry told which part is missing. */
function whatRegistrySays(attempt: PullAttempt, input: PodInput): Text | undefined {
  const said = saidOf(attempt.image, input);
  if (!said || !isSure(said)) return undefined;
  const { tags } = said.answer;
  const { repository = "" } = attempt.reference ?? {};
  if (said.outcome.is === "no-repository") {
    const alike = suggestionsFor(attempt, input);
    return text`Asked from here it says that there is no repository ${name(repository)}${alike.length > 0 ? text`; there is ${listed(alike)}` : ""}.`;
  }
  if (!tags) return text`Asked from here it says that the repository is there, and not this tag.`;
  if (tags.seen === 0) return text`Asked from here it says that the repository is there, without a single tag.`;
  const of = tags.isComplete ? count(tags.seen, "tag") : `${count(tags.seen, "tag")} that were read`;
  return tags.nearest.length > 0
    ? text`Asked from here it has the repository, and of its ${of} the nearest ${tags.nearest.length > 1 ? "are" : "is"} ${list(tags.nearest.map(name))}.`
    : text`Asked from here it has the repository, and none of its ${of} is like this one.`;
}

const holders = ({ reference }: PullAttempt, input: PodInput) => (reference ? holdersOf(input, reference) : []);

/** Which part is missing: the registry's own words tell, or that the cluster knows the repository. */
function whatIsMissing(attempt: PullAttempt, input: PodInput): "tag" | "repository" | "either" {
  const said = saidOf(attempt.image, input)?.outcome.is;
  if (said === "no-manifest") return "tag";
  if (said === "no-repository") return "repository";
  // Only names without a slash come here with a refusal: no official image of that name.
  if (attempt.error.cause === "denied") return "repository";
  if (/name unknown|NAME_UNKNOWN|repository name not known|repository \S+ not found/i.test(attempt.message))
    return "repository";
  if (/manifest unknown|MANIFEST_UNKNOWN|manifest for .+ not found/i.test(attempt.message)) return "tag";
  const isKnown =
    suggestionsFor(attempt, input).some(({ differsIn }) => differsIn === "tag") || holders(attempt, input).length > 0;
  return isKnown ? "tag" : "either";
}

/** Docker before 17.10 says so of what is private too. */
const isAmbiguous = ({ message }: PullAttempt) => /no pull access/.test(message);

const isTagImplied = ({ image, reference }: PullAttempt) => reference?.tag === "latest" && !image.endsWith(":latest");
const isHostImplied = ({ image, reference }: PullAttempt) =>
  reference?.host === "docker.io" && !image.startsWith("docker.io/");

const asText = (piece: Text[number]) => (typeof piece === "string" ? piece : piece.text);
const listed = (known: readonly KnownImage[]): Text =>
  known.flatMap(({ image, because }, index) => text`${index > 0 && ", "}${value(image)} (${because})`);

function undo({ revision }: KnownImage, { workload }: PodInput): readonly Fix[] {
  if (workload.kind !== "Deployment" || revision === undefined) return [];
  return [
    {
      title: text`Or go back to revision ${revision} as a whole.`,
      commands: [
        kubectl(
          "changes",
          workload.namespace,
          "rollout",
          "undo",
          `deployment/${workload.name}`,
          `--to-revision=${revision}`,
        ),
      ],
      applies: "as-is",
      by: "workload-owner",
    },
  ];
}
