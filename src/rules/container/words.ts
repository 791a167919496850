import { kubectl } from "../../text/command.ts";
import { withoutEndSlashes } from "../../text/path.ts";
import { list, name, type Piece, path, type Text, text, value } from "../../text/text.ts";
import type { Evidence, Fix } from "../finding.ts";
import { seen } from "../finding.ts";
import type { ContainerView, PodInput } from "../pod-input.ts";
import { look } from "../repair.ts";

/** `Container app`, `Init container migrate`, `Sidecar proxy`. */
export function containerWords({ role, name: container }: Pick<ContainerView, "role" | "name">): Text {
  return text`${role === "init" ? "Init container" : role === "sidecar" ? "Sidecar" : "Container"} ${name(container)}`;
}

/** The same within a sentence. */
export function containerInSentence(view: Pick<ContainerView, "role" | "name">): Text {
  const [first, ...rest] = containerWords(view);
  return [(first as string).charAt(0).toLowerCase() + (first as string).slice(1), ...rest];
}

/** The node the pod is bound to, by name; `the node` where there is none. */
export const nodeOf = ({ pod }: PodInput): Piece => (pod.spec.nodeName ? name(pod.spec.nodeName) : "the node");

/** The image of a container as evidence; files that were trimmed may lack it. */
export const imageEvidence = ({ spec, specPath }: ContainerView, { pod }: PodInput): readonly Evidence[] =>
  spec.image === undefined ? [] : [seen(pod, `${specPath}.image`, "image")];

/** The image and command of a container as evidence. */
export function commandEvidence(view: ContainerView, input: PodInput): readonly Evidence[] {
  const { spec, specPath } = view;
  const { pod } = input;
  return [
    ...imageEvidence(view, input),
    ...(spec.command ? [seen(pod, `${specPath}.command`, "command")] : []),
    ...(spec.args ? [seen(pod, `${specPath}.args`, "args")] : []),
  ];
}

/** A look at the node, for troubles that sit there. */
export const describeNode = ({ pod }: PodInput, title: Text): Fix => ({
  title,
  commands: pod.spec.nodeName ? [kubectl("reads", undefined, "describe", "node", pod.spec.nodeName)] : [],
  applies: "as-is",
  by: "cluster-admin",
});

/** A shell beside a container that has none, or does not live long enough for one. */
export function debugCopy({ pod }: PodInput, { name: container, role }: ContainerView, title: Text): Fix {
  const { namespace, name: podName } = pod.metadata;
  const target =
    role === "main" ? [`--container=${container}`, "--copy-to", `${podName.slice(0, 50)}-debug`, "--", "sh"] : [];
  return target.length > 0
    ? {
        title,
        commands: [kubectl("changes", namespace, "debug", podName, "-it", ...target)],
        applies: "maybe",
        by: "workload-owner",
      }
    : look(title, kubectl("reads", namespace, "logs", podName, "-c", container, "--previous"));
}

/** The mounts that hide what the image has at a path: those at the path itself or above it. */
export function mountsOver({ spec }: ContainerView, file: string): Text | undefined {
  const over = (spec.volumeMounts ?? []).filter(({ mountPath }) => {
    const at = withoutEndSlashes(String(mountPath ?? ""));
    return at !== "" && (file === at || file.startsWith(`${at}/`));
  });
  return over.length > 0
    ? text`Volume ${list(over.map((mount) => name(mount.name)))} is mounted at ${list(over.map((mount) => path(String(mount.mountPath))))} and hides what the image has there.`
    : undefined;
}

/** A command as a person would type it. */
export const commandLine = (words: readonly string[]): Piece =>
  value(words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : JSON.stringify(word))).join(" "));
