import { kubectl } from "../../text/command.ts";
import { name, path, type Text, text, value } from "../../text/text.ts";
import type { Fix } from "../finding.ts";
import { seen } from "../finding.ts";
import type { ContainerView, PodInput } from "../pod-input.ts";
import { patchPodSpec, setImage } from "../repair.ts";
import type { RuleDoc } from "../rule.ts";
import { crashRule } from "./crash-rule.ts";
import { eitherWay } from "./either-way.ts";
import { startRule } from "./start-rule.ts";
import { containerWords, imageEvidence, nodeOf } from "./words.ts";

const ID = "container/exec-format";
const TITLE = "The program is built for another processor";

const architectureOf = ({ node }: PodInput) =>
  node?.state === "found" ? node.object.status?.nodeInfo?.architecture : undefined;

/** A script is a text: the kernel refuses one without `#!` in the same words. */
const isScript = (program: string | undefined) => /\.(?:sh|bash|py|rb|pl|js)$/.test(program ?? "");

const evidence = (input: PodInput) =>
  input.node?.state === "found" && architectureOf(input)
    ? [seen(input.node.object, "status.nodeInfo.architecture", "node's processor")]
    : [];

function headline(view: ContainerView, program: string | undefined, input: PodInput): Text {
  const architecture = architectureOf(input);
  return isScript(program)
    ? text`${containerWords(view)} cannot run the script ${value(program ?? "")}: it does not say which program reads it.`
    : text`${containerWords(view)} cannot run ${program ? value(program) : "its program"} of image ${value(view.spec.image ?? "")}: it is not built for the node's processor${architecture && ` (${architecture})`}.`;
}

function why(input: PodInput): Text {
  return text`The kernel of node ${nodeOf(input)} answered ${value("exec format error")}: the file is for another architecture, or a script without ${value("#!")} in its first line.`;
}

function notes({ node, snapshot }: PodInput): readonly (Text | false)[] {
  const all = snapshot.list("Node").items.flatMap(({ status }) => status?.nodeInfo?.architecture ?? []);
  const here = node?.state === "found" ? node.object.status?.nodeInfo?.architecture : undefined;
  const others = [...new Set(all)].filter((one) => one !== here);
  return [others.length > 0 && text`Other nodes are ${others.join(", ")}: there it may run.`];
}

function fixes(view: ContainerView, program: string | undefined, input: PodInput): readonly Fix[] {
  const architecture = architectureOf(input) ?? "<architecture>";
  const others = [
    ...new Set(input.snapshot.list("Node").items.flatMap(({ status }) => status?.nodeInfo?.architecture ?? [])),
  ].filter((one) => one !== architecture);
  const build: Fix = {
    title: isScript(program)
      ? text`Begin the script with ${value("#!/bin/sh")}, without anything before it, and build the image again.`
      : text`Build the image for the node's architecture too: ${value(`docker buildx build --platform linux/${architecture} …`)}.`,
    commands: [],
    applies: "maybe",
    by: "workload-owner",
  };
  const [other] = others;
  return [
    build,
    ...(isScript(program)
      ? []
      : [
          setImage(
            input,
            view.name,
            `${(view.spec.image ?? "").replace(/@.*$/s, "").replace(/:[^:/]+$/, "")}:<tag>`,
            text`Then, or if there is one already, use a tag that has it.`,
          ),
        ]),
    ...(other && !isScript(program)
      ? [
          patchPodSpec(
            input,
            { nodeSelector: { "kubernetes.io/arch": other } },
            text`Or send the pod to nodes of ${name(other)}.`,
            { applies: "maybe" as const },
          ),
        ]
      : [
          {
            title: text`See which architectures the nodes have.`,
            commands: [kubectl("reads", undefined, "get", "nodes", "-L", "kubernetes.io/arch")],
            applies: "as-is" as const,
            by: "workload-owner" as const,
          },
        ]),
  ];
}

const doc: RuleDoc = {
  means:
    "The image holds a program for one processor architecture and was pulled to a node of another, or the program is a script without an interpreter line.",
  seenIn:
    "Exit code 255 (runc 1.2 and later) or 1 (runc 1.1) at once, and the one line `exec /x: exec format error` in the log; `Exec format error` in the start error (crun).",
  repair: "Build for the node's architecture, or choose nodes by kubernetes.io/arch; give scripts their `#!`.",
  notToConfuseWith: "image/platform: there the pull already fails, because the image lists its platforms.",
  catalogue: ["crash-exec-format"],
};

/** The kernel does not know the format of the program: it is for another processor, or a script without `#!`. */
export default eitherWay(
  startRule({
    id: ID,
    title: TITLE,
    causes: ["exec-format"],
    needs: ["Event", "Node"],
    evidence: (_failure, input) => evidence(input),
    headline: ({ view, error }, input) => headline(view, error.subject, input),
    why: (_failure, input) => why(input),
    notes: (_failure, input) => notes(input),
    fixes: ({ view, error }, input) => fixes(view, error.subject, input),
    doc,
  }),
  crashRule({
    id: ID,
    title: TITLE,
    kinds: ["exec-format"],
    needs: ["Event", "Log", "Node"],
    confidence: () => "certain",
    evidence: ({ view }, input) => [...imageEvidence(view, input), ...evidence(input)],
    headline: ({ view, words }, input) => headline(view, programOf(words.cause), input),
    why: (_crash, input) => why(input),
    notes: ({ view }, input) => [
      ...notes(input),
      view.spec.imagePullPolicy === "Never" &&
        text`${path("imagePullPolicy: Never")}: the image was loaded onto the node by hand.`,
    ],
    fixes: ({ view, words }, input) => fixes(view, programOf(words.cause), input),
    groupKey: ({ line }) => line ?? "",
    doc,
  }),
);

const programOf = (cause: { kind: string } | undefined) => (cause as { program?: string } | undefined)?.program;
