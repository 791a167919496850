import { name, path, type Text, text } from "../../text/text.ts";
import type { ContainerView } from "../pod-input.ts";

/** Which field named the program that could not be run. */
export interface CommandSource {
  readonly field: "command" | "args" | "image";
  /** All words that run, as far as the pod says. */
  readonly words: readonly string[];
}

/**
 * Where a program comes from: `command` replaces the image's ENTRYPOINT; `args` alone follow it, and are the program
 * itself where the image has none (kubelet v1.36 pkg/kubelet/container/helpers.go, OCI image spec: Entrypoint and Cmd).
 */
export function commandSource({ spec }: ContainerView, program: string): CommandSource {
  const { command = [], args = [] } = spec;
  if (command.length > 0) return { field: "command", words: [...command, ...args] };
  return args[0] === program ? { field: "args", words: args } : { field: "image", words: args };
}

/** The same in words, behind "named by". */
export function sourceWords({ field }: CommandSource, { spec, specPath }: ContainerView): Text {
  if (field === "image") return text`the image's own entry point`;
  const isEntryPoint = field === "args";
  return text`${path(`${specPath}.${field}[0]`)}${isEntryPoint && text`, which is run as the program because image ${name(spec.image ?? "")} has no entry point`}`;
}

/** A program name that is a whole shell line: how to write it instead. Undefined for a plain name. */
export function splitProgram(program: string): readonly string[] | undefined {
  if (!/\s/.test(program.trim())) return undefined;
  // Quotes, variables and operators mean something to a shell only.
  if (/["'$`|&;<>(){}*?\\]/.test(program)) return ["sh", "-c", program];
  return program.trim().split(/\s+/);
}
