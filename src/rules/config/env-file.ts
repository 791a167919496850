import { kubectl } from "../../text/command.ts";
import { name, path, text, value } from "../../text/text.ts";
import { look } from "../repair.ts";
import { failureRule } from "./failure-rule.ts";

interface Facts {
  readonly problem: "cannot-parse" | "key-missing" | "volume-missing";
  readonly variable?: string;
  readonly key?: string;
  readonly file?: string;
  readonly volume?: string;
}

/** A variable comes from a file that an init container writes, and the file does not serve. */
export default failureRule<Facts>({
  id: "config/env-file",
  title: "A variable is taken from a file that does not have it",
  parse: ({ message, container }) => {
    const [, key = "", file = ""] =
      /environment variable key "([^"]+)" not found in file "([^"]+)"/.exec(message) ?? [];
    const volume = /cannot find the volume "([^"]+)" referenced by FileKeyRef/.exec(message)?.[1];
    const refs = (container.spec.env ?? []).flatMap(({ name: variable, valueFrom }) => {
      const { fileKeyRef } = (valueFrom ?? {}) as { fileKeyRef?: { key?: string; path?: string; volumeName?: string } };
      return fileKeyRef ? [{ variable, ...fileKeyRef }] : [];
    });
    if (key) {
      const ref = refs.find((one) => one.key === key);
      return { problem: "key-missing", key, file: ref?.path ?? file, ...(ref && { variable: ref.variable }) };
    }
    if (volume !== undefined) return { problem: "volume-missing", volume };
    if (!/couldn't parse env file/.test(message)) return undefined;
    return { problem: "cannot-parse", ...(refs[0]?.path && { file: refs[0].path, variable: refs[0].variable }) };
  },
  headline: ({ problem, key = "", file = "", volume = "" }, container) => {
    switch (problem) {
      case "key-missing":
        return text`The file ${value(file)} that container ${name(container)} takes its environment from has no ${name(key)}.`;
      case "volume-missing":
        return text`Container ${name(container)} takes a variable from a file in volume ${name(volume)}, which the pod does not have.`;
      default:
        return text`The file ${value(file)} that container ${name(container)} takes its environment from cannot be read.`;
    }
  },
  why: ({ problem, variable }) =>
    problem === "cannot-parse"
      ? text`Each line must be ${path("NAME='value'")} in single quotes, an empty line or a comment. The init container that writes the file wrote something else, or nothing.`
      : text`${variable === undefined ? "The variable" : name(variable)} has a ${path("fileKeyRef")}: the kubelet reads it from that file before it creates the container.`,
  fixes: (_facts, _container, { pod }) => [
    look(
      text`See what the init container that writes the file said; it must have written every line before it ends.`,
      kubectl(
        "reads",
        pod.metadata.namespace,
        "logs",
        pod.metadata.name,
        "-c",
        pod.spec.initContainers?.at(-1)?.name ?? "<init-container>",
      ),
    ),
    look(text`Or mark the reference optional: valueFrom.fileKeyRef.optional: true.`),
  ],
  doc: {
    means:
      "A variable with fileKeyRef takes its value from a file in an emptyDir volume, and the file or the line is missing.",
    seenIn:
      'CreateContainerConfigError with `couldn\'t parse env file`, `environment variable key "K" not found in file "F"`, `cannot find the volume "V" referenced by FileKeyRef` (kubelet; feature EnvFiles, on by default since 1.35).',
    repair: "Make the init container write the file and the line.",
    catalogue: ["config-env-file"],
  },
});
