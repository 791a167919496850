import { parseImage } from "../../objects/image-reference.ts";
import {
  type RegistryAnswer,
  type RegistryLogin,
  type RegistryOutcome,
  registryObject,
} from "../../snapshot/registry-answer.ts";
import { count, name, type Text, text, value } from "../../text/text.ts";
import { type Evidence, seen } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";

/** What a registry said of an image, asked from the machine that this program ran on. */
export interface Said {
  readonly answer: RegistryAnswer;
  /** The try that tells most, and its place among `answer.tries`. */
  readonly login: RegistryLogin;
  readonly outcome: RegistryOutcome;
  readonly at: number;
}

/** What is said to one who may look outweighs the refusals that others got; no answer at all tells least. */
const BY_WEIGHT: readonly RegistryOutcome["is"][] = [
  "found",
  "no-manifest",
  "no-repository",
  "not-found",
  "rate-limited",
  "login-refused",
  "denied",
  "unreachable",
  "not-a-registry",
  "failed",
];

/** On the node that is the node, here it is this machine: what answers here says nothing of it. */
const LOOPBACK = /^(?:localhost|127\.[\d.]+|\[::1\])(?::\d+)?$/;

/** What the registry said of an image of a pod; undefined where it was not asked. */
export function saidOf(image: string, { pod, snapshot }: PodInput): Said | undefined {
  const answer = snapshot.registryAnswerOf(pod, image);
  if (!answer || LOOPBACK.test(parseImage(image)?.host ?? "")) return undefined;
  const weightAt = (index: number) => BY_WEIGHT.indexOf(answer.tries[index]?.outcome.is ?? "failed");
  const [at = 0] = [...answer.tries.keys()].sort((a, b) => weightAt(a) - weightAt(b) || a - b);
  const decisive = answer.tries[at];
  return decisive && { answer, at, ...decisive };
}

/** Whether something at the registry's address answered as registries do, whatever it said. */
export const isAnswered = ({ outcome }: Said): boolean =>
  !["unreachable", "not-a-registry", "failed"].includes(outcome.is);

/** The tries with logins that the kubelet uses for the pod; those that only the ServiceAccount has are left out. */
export const ownTries = ({ answer }: Said): RegistryAnswer["tries"] =>
  answer.tries.filter(({ login }) => login.as === "secret" && answer.secrets.includes(login.secret));

/** Whether the login is one that the kubelet does not use for this pod: it became the ServiceAccount's later. */
export const isForNewPodsOnly = ({ login, answer }: Said): boolean =>
  login.as === "secret" && !answer.secrets.includes(login.secret);

/** `anonymously`, `with pull secret pull (user ada)`: how it was asked. */
export const loginWords = (login: RegistryLogin): Text =>
  login.as === "anonymous"
    ? text`anonymously`
    : text`with pull secret ${name(login.secret)}${login.user !== undefined && text` (user ${name(login.user)})`}`;

/** The outcome in a few words, as what the host does: `has the image`, `has no such tag`. */
export function outcomeWords({ outcome, answer }: Pick<Said, "outcome" | "answer">): Text {
  const what = parseImage(answer.image)?.digest ? "digest" : "tag";
  switch (outcome.is) {
    case "found":
      return text`has the image${outcome.digest && text`, ${name(shortDigest(outcome.digest))}`}`;
    case "no-manifest":
      return text`has the repository and not this ${what}`;
    case "no-repository":
      return text`has no such repository`;
    case "not-found":
      return text`has no such ${what} or no such repository`;
    case "denied":
      return text`denies access (${outcome.status})`;
    case "login-refused":
      return text`refuses the login (${outcome.status})`;
    case "rate-limited":
      return text`allows no more requests for now${outcome.until && text`, until ${value(outcome.until)}`}`;
    case "unreachable":
      return text`cannot be reached: ${value(messageOf(outcome))}`;
    case "not-a-registry":
      return text`is no registry: ${value(messageOf(outcome))}`;
    case "failed":
      return text`fails: ${value(messageOf(outcome))}`;
  }
}

/** The words of the registry, or of what failed, to stand within a sentence. */
export const messageOf = (outcome: RegistryOutcome): string =>
  "message" in outcome ? outcome.message.replace(/(?<!\.)\.+$/, "") : "";

/** The first letters identify a digest as well as all 64. */
export const shortDigest = (digest: string): string => (digest.length > 26 ? `${digest.slice(0, 19)}…` : digest);

/** What it said to one login, as evidence. */
export function tryEvidence({ answer }: Said, at: number): readonly Evidence[] {
  const one = answer.tries[at];
  if (!one) return [];
  const words = text`${outcomeWords({ answer, outcome: one.outcome })}; asked ${loginWords(one.login)}`;
  return [seen(registryObject(answer), `tries[${at}].outcome.is`, "registry", words)];
}

/** What it said, as evidence; with the nearest tags where the tag is not there. */
export function registryEvidence(said: Said): readonly Evidence[] {
  const object = registryObject(said.answer);
  const { tags } = said.answer;
  return [
    ...tryEvidence(said, said.at),
    ...(tags && tags.nearest.length > 0
      ? [
          seen(
            object,
            "tags.nearest",
            "nearest tags",
            text`${value(tags.nearest.join(", "))} (of ${count(tags.seen, "tag")}${!tags.isComplete && " or more"})`,
          ),
        ]
      : []),
  ];
}
