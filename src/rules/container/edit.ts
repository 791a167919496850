import { kubectl } from "../../text/command.ts";
import type { Text } from "../../text/text.ts";
import type { Fix } from "../finding.ts";
import type { ContainerView, PodInput } from "../pod-input.ts";
import { patchPodSpec, workloadArgument } from "../repair.ts";

type Applies = Pick<Fix, "applies">;

/** Changes fields of one container where they can be changed. */
export function patchContainer(
  input: PodInput,
  { name, role }: ContainerView,
  fields: Readonly<Record<string, unknown>>,
  title: Text,
  certainty?: Applies,
): Fix {
  const list = role === "main" ? "containers" : "initContainers";
  return patchPodSpec(input, { [list]: [{ name, ...fields }] }, title, certainty);
}

/** As `patchContainer`, by the shorter command that kubectl has for it where the workload takes one. */
function byCommand(patch: Fix, input: PodInput, ...words: readonly [string, string, ...string[]]): Fix {
  const [first, ...rest] = patch.commands;
  if (!first?.argv.includes("patch") || first.into) return patch;
  const [verb, what, ...more] = words;
  const command = kubectl("changes", input.workload.namespace, verb, what, workloadArgument(input), ...more);
  return { ...patch, commands: [command, ...rest] };
}

/** Sets a variable to a plain value; one with a <placeholder> makes it a fix to fill in. */
export function setVariable(
  input: PodInput,
  view: ContainerView,
  variable: string,
  content: string,
  title: Text,
  certainty?: Applies,
): Fix {
  const patch = patchContainer(input, view, { env: [{ name: variable, value: content }] }, title, certainty);
  // Older versions of kubectl set env look at the main containers only.
  return view.role === "main"
    ? byCommand(patch, input, "set", "env", "-c", view.name, `${variable}=${content}`)
    : patch;
}

/** Takes a variable from a key of a ConfigMap or Secret. */
export function takeVariable(
  input: PodInput,
  view: ContainerView,
  variable: string,
  from: { readonly kind: "ConfigMap" | "Secret"; readonly name: string; readonly key: string },
  title: Text,
  certainty?: Applies,
): Fix {
  const { kind, name, key } = from;
  const source = kind === "ConfigMap" ? "configMapKeyRef" : "secretKeyRef";
  const env = [{ name: variable, valueFrom: { [source]: { name, key } } }];
  const patch = patchContainer(input, view, { env }, title, certainty);
  return view.role === "main" && environmentName(key) === variable
    ? byCommand(patch, input, "set", "env", "-c", view.name, `--from=${kind.toLowerCase()}/${name}`, `--keys=${key}`)
    : patch;
}

/** The variable that `kubectl set env --from` makes of a key (kubectl v0.36 pkg/cmd/set/set_env.go keyToEnvName). */
export function environmentName(key: string): string {
  return key.replace(/[^a-zA-Z0-9_]/g, "_").toUpperCase();
}

/** Sets the memory limit. */
export function setMemoryLimit(
  input: PodInput,
  view: ContainerView,
  limit: string,
  title: Text,
  certainty?: Applies,
): Fix {
  const patch = patchContainer(input, view, { resources: { limits: { memory: limit } } }, title, certainty);
  return view.role === "main"
    ? byCommand(patch, input, "set", "resources", "-c", view.name, `--limits=memory=${limit}`)
    : patch;
}
