import { kubectl } from "../../text/command.ts";
import { name, type Text, text, value } from "../../text/text.ts";
import type { Fix } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import type { PullAttempt } from "./pull-attempt.ts";
import type { PullCause } from "./pull-error.ts";
import { isAnswered, messageOf, outcomeWords, type Said, saidOf } from "./registry-said.ts";
import { hostOf, nodeOf } from "./words.ts";

type Step = Extract<Said["outcome"], { is: "unreachable" }>["step"];

/** How a request from here fails where it fails for the reason that the node has: the step, and Node's codes. */
const FAILURES: { readonly [Cause in PullCause]?: { readonly steps: readonly Step[]; readonly codes?: RegExp } } = {
  dns: { steps: ["dns"] },
  refused: { steps: ["connect"], codes: /^E(?:CONNREFUSED|CONNRESET|HOSTUNREACH|NETUNREACH|HOSTDOWN|NETDOWN|PIPE)$/ },
  timeout: { steps: ["connect", "answer"], codes: /^(?:ETIMEDOUT|TIMED_OUT)$/ },
  "unknown-ca": { steps: ["tls"], codes: /SELF_SIGNED|ISSUER|LEAF_SIGNATURE|UNTRUSTED/ },
  expired: { steps: ["tls"], codes: /EXPIRED|NOT_YET_VALID/ },
  "wrong-name": { steps: ["tls"], codes: /ALTNAME|NO_NAMES/ },
  http: { steps: ["tls"], codes: /WRONG_VERSION_NUMBER|HTTP_REQUEST|PACKET|EPROTO/ },
};
/** Causes with which the node does not get to the registry at all. */
const CONNECTING: ReadonlySet<PullCause> = new Set([
  "dns",
  "refused",
  "timeout",
  "proxy",
  "unknown-ca",
  "expired",
  "wrong-name",
  "tls",
  "http",
]);
const ABOUT_TLS: ReadonlySet<PullCause> = new Set(["unknown-ca", "expired", "wrong-name", "tls", "http"]);

/** What this machine finds at the host with which the node fails; undefined where it was not asked. */
function viewOf(attempt: PullAttempt, input: PodInput): { said: Said; is: "answers" | "same" | "other" } | undefined {
  const said = saidOf(attempt.image, input);
  const { error } = attempt;
  // The node fails at a mirror, a token service or where it was sent on to; that host is compared only if it was asked.
  if (!said || (error.host !== hostOf(attempt) && !said.answer.hosts.includes(error.host))) return undefined;
  if (isAnswered(said)) return { said, is: "answers" };
  const { outcome } = said;
  const failure = FAILURES[error.cause];
  const isSame =
    outcome.is === "unreachable" &&
    failure !== undefined &&
    failure.steps.includes(outcome.step) &&
    (failure.codes?.test(outcome.code) ?? true);
  return { said, is: isSame ? "same" : "other" };
}

/** Whether the registry answers this machine, so that the node's way to it, or what it trusts, is at fault. */
export const isAnsweredHere = (attempt: PullAttempt, input: PodInput): boolean => {
  const view = viewOf(attempt, input);
  return view?.is === "answers" && !(view.said.answer.isInsecure && ABOUT_TLS.has(attempt.error.cause));
};

/** Whether this machine fails as the node does, so that the registry, or its name, is at fault. */
export const failsHereToo = (attempt: PullAttempt, input: PodInput): boolean => viewOf(attempt, input)?.is === "same";

/** How the registry looks from this machine, for a node that cannot reach it. */
export function viewNotes(attempt: PullAttempt, input: PodInput): readonly Text[] {
  const view = viewOf(attempt, input);
  if (!view) return [];
  const { said } = view;
  const host = name(attempt.error.host);
  if (view.is === "answers") {
    if (!CONNECTING.has(attempt.error.cause))
      return [text`From this machine ${host} answers: it ${outcomeWords(said)}.`];
    if (ABOUT_TLS.has(attempt.error.cause)) {
      return [
        said.answer.isInsecure
          ? text`From this machine ${host} answers; its certificate was not checked here, as --registry-insecure says.`
          : text`From this machine ${host} answers, and its certificate is accepted. What this machine trusts is not what node ${nodeOf(input)} trusts.`,
      ];
    }
    return [
      text`From this machine ${host} answers: it ${outcomeWords(said)}. So the registry is up, and it is node ${nodeOf(input)} that does not get to it. What this machine sees is not what the node sees.`,
    ];
  }
  const { outcome } = said;
  const message = value(messageOf(outcome));
  if (outcome.is === "not-a-registry")
    return [text`From this machine something answers at ${host} that is no registry: ${message}.`];
  if (outcome.is === "failed") return [text`From this machine ${host} answers, and fails: ${message}.`];
  return view.is === "same"
    ? [text`It is the same from this machine: ${message}. So it is not node ${nodeOf(input)} alone.`]
    : [text`From this machine it fails in another way: ${message}. What this machine sees is not what the node sees.`];
}

/** How to look from the node, where the registry answers this machine and not the node. */
export function lookFromNode(attempt: PullAttempt, input: PodInput): readonly Fix[] {
  const node = input.pod.spec.nodeName;
  if (!node || !isAnsweredHere(attempt, input)) return [];
  const { host, cause } = attempt.error;
  const probe =
    cause === "dns"
      ? ["nslookup", host.replace(/:\d+$/, "")]
      : cause === "expired"
        ? ["date", "-u"]
        : ["wget", "-T", "10", "-S", "-O", "-", `https://${host}/v2/`];
  return [
    {
      title: text`Ask from node ${name(node)} itself. This starts a pod on it that stays behind: delete it afterwards.`,
      commands: [
        kubectl("changes", undefined, "debug", `node/${node}`, "-it", `--image=${probeImage(input)}`, "--", ...probe),
      ],
      applies: "maybe",
      by: "cluster-admin",
    },
  ];
}

/** An image with nslookup and wget: one that the node holds already, as it may be able to pull nothing. */
function probeImage({ node }: PodInput): string {
  const images = node?.state === "found" ? (node.object.status?.images ?? []) : [];
  const held = images.flatMap(({ names = [] }) => names).filter((one) => /(?:^|\/)(?:busybox|alpine):/.test(one));
  return held.sort()[0] ?? "busybox";
}
