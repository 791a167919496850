import type { KubeObject } from "../../objects/object.ts";
import { nearest } from "../../text/nearest.ts";
import { list, name, path, type Text, text, value } from "../../text/text.ts";
import { type Evidence, type Fix, seen } from "../finding.ts";
import type { ContainerView, PodInput } from "../pod-input.ts";
import { look, patchPodSpec } from "../repair.ts";
import { failureRule } from "./failure-rule.ts";
import { keysOf } from "./missing.ts";

interface Facts {
  /** `unsafe`: absolute or with `..`; `unset`: a variable of subPathExpr is not set; else the kubelet hides the reason. */
  readonly problem: "cannot-prepare" | "cannot-create" | "unsafe" | "unset";
  readonly volume: string;
  readonly subPath: string;
  readonly variable?: string;
}

type Mount = {
  readonly name: string;
  readonly subPath?: unknown;
  readonly subPathExpr?: unknown;
  readonly mountPath?: unknown;
};

/** A subPath that cannot be used within its volume. */
export default failureRule<Facts>({
  id: "config/subpath",
  title: "A subPath cannot be used within its volume",
  needs: ["ConfigMap", "Secret"],
  parse: ({ message, container }) => {
    const prepared = /failed to (prepare subPath|create subPath directory) for volumeMount "([^"]+)"/.exec(message);
    if (prepared) {
      const mount = mountsOf(container).find((one) => one.name === prepared[2] && subPathOf(one) !== "");
      return {
        problem: prepared[1] === "prepare subPath" ? "cannot-prepare" : "cannot-create",
        volume: prepared[2] ?? "",
        subPath: mount ? subPathOf(mount) : "",
      };
    }
    const unsafe = /(?:error|unable to provision) SubPath `([^`]*)`/.exec(message)?.[1];
    if (unsafe !== undefined) {
      const mount =
        mountsOf(container).find((one) => subPathOf(one) === unsafe) ??
        mountsOf(container).find((one) => one.subPathExpr);
      return { problem: "unsafe", volume: mount?.name ?? "", subPath: unsafe };
    }
    // pkg/kubelet/container/helpers.go ExpandContainerVolumeMounts
    const variable = /^missing value for "?([^",\s]+)"?/.exec(message)?.[1];
    const mount = mountsOf(container).find(({ subPathExpr }) => String(subPathExpr ?? "").includes(`$(${variable})`));
    return variable && mount
      ? { problem: "unset", volume: mount.name, subPath: String(mount.subPathExpr), variable }
      : undefined;
  },
  evidence: ({ volume, subPath }, { container }, { pod }): readonly Evidence[] => {
    const index = mountsOf(container).findIndex((one) => one.name === volume && subPathOf(one) === subPath);
    const mount = mountsOf(container)[index];
    if (!mount) return [];
    const field = mount.subPath ? "subPath" : "subPathExpr";
    return [seen(pod, `${container.specPath}.volumeMounts[${index}].${field}`, field)];
  },
  headline: ({ problem, volume, subPath, variable = "" }, container) => {
    switch (problem) {
      case "unsafe":
        return text`The subPath ${value(subPath)} of container ${name(container)} leaves its volume; only a relative path without .. is allowed.`;
      case "unset":
        return text`Variable ${name(variable)}, which the subPath ${value(subPath)} of container ${name(container)} needs, has no value.`;
      default:
        return text`The subPath ${value(subPath)} cannot be used within volume ${name(volume)} of container ${name(container)}.`;
    }
  },
  why: ({ problem, volume, subPath }, _container, input) => {
    if (problem === "unsafe")
      return text`A path that begins with / or climbs with .. could reach files of the node, so the kubelet refuses it.`;
    if (problem === "unset")
      return text`${path("subPathExpr")} is filled in from the container's own environment; ${value(subPath)} names a variable that is not in it.`;
    const file = fileInTheWay(volume, subPath, input);
    if (file)
      return text`${value(file.key)} is a key of ${file.kind} ${name(file.object)}, so it is a file in volume ${name(volume)}, and nothing can lie below a file.`;
    return problem === "cannot-create"
      ? text`It is not there, and the kubelet cannot make it: the volume is read-only or full, its server does not let root write (root squash), or a part of the path is a file.`
      : text`The kubelet keeps the reason to its own log. It refuses a path that leads through a file or out of the volume by a symbolic link, or that it may not read.`;
  },
  notes: ({ volume, subPath }, _container, input): readonly Text[] => {
    const source = filesIn(volume, input);
    const near = source ? nearest(subPath.split("/")[0] ?? "", source.keys) : [];
    return source && near.length > 0 ? [text`${source.kind} ${name(source.object)} has ${list(near.map(name))}.`] : [];
  },
  fixes: ({ volume, subPath }, container, input): readonly Fix[] => {
    const view = input.containers.find((one) => one.name === container);
    const mount = view && mountsOf(view).find((one) => one.name === volume && subPathOf(one) === subPath);
    const file = fileInTheWay(volume, subPath, input);
    const source = filesIn(volume, input);
    const better = file?.key ?? nearest(subPath, source?.keys ?? [])[0];
    // Two mounts are told apart by mountPath: that is their key in a strategic merge.
    const setTo = (next: string, title: Text, applies: Fix["applies"]) =>
      patchPodSpec(
        input,
        {
          [view?.role === "main" ? "containers" : "initContainers"]: [
            {
              name: container,
              volumeMounts: [{ name: volume, mountPath: mount?.mountPath ?? "<mountPath>", subPath: next }],
            },
          ],
        },
        title,
        { applies },
      );
    return [
      ...(better === undefined ? [] : [setTo(better, text`Mount the file ${name(better)}.`, "maybe")]),
      setTo(
        "<path>",
        text`${better === undefined ? "Set" : "Or set"} a path that exists in the volume, or that can be made there.`,
        "fill-in",
      ),
      look(
        text`The kubelet's log on node ${name(input.pod.spec.nodeName ?? "")} has the reason: journalctl -u kubelet | grep subPath`,
      ),
    ];
  },
  doc: {
    means: "A container mounts a part of a volume, and the kubelet cannot find, make or trust that part.",
    seenIn:
      "Waiting reason CreateContainerConfigError with ``failed to prepare subPath for volumeMount``, ``failed to create subPath directory``, ``error SubPath `…` must not be an absolute path``, ``unable to provision SubPath``, `missing value for` (kubelet, all versions). The detail is in the kubelet's log alone.",
    repair: "Correct the subPath; see that the volume lets the kubelet make directories.",
    notToConfuseWith:
      "container/start-mount: a subPath that is not there becomes a directory, and mounting that over a file fails when the container starts.",
    catalogue: ["config-subpath"],
  },
});

const mountsOf = ({ spec }: ContainerView): readonly Mount[] => (spec.volumeMounts ?? []) as readonly Mount[];
const subPathOf = ({ subPath, subPathExpr }: Mount): string => String(subPath ?? subPathExpr ?? "");

interface Files {
  readonly kind: "ConfigMap" | "Secret";
  readonly object: string;
  readonly keys: readonly string[];
}

/** The files of a volume that is a whole ConfigMap or Secret, where its keys are known. */
export function filesIn(volume: string, { pod, snapshot }: PodInput): Files | undefined {
  const { configMap, secret } = (pod.spec.volumes?.find((one) => one.name === volume) ?? {}) as {
    configMap?: { name?: string; items?: readonly { path?: string }[] };
    secret?: { secretName?: string; items?: readonly { path?: string }[] };
  };
  const kind = configMap ? "ConfigMap" : "Secret";
  const object = configMap?.name ?? secret?.secretName;
  if (object === undefined) return undefined;
  const items = (configMap ?? secret)?.items?.flatMap((item) => item.path ?? []);
  const found: KubeObject | undefined = snapshot.get(kind, pod.metadata.namespace, object);
  const keys = items ?? (found && keysOf(found));
  return keys && { kind, object, keys };
}

/** The file that a subPath would have to go through. */
function fileInTheWay(volume: string, subPath: string, input: PodInput): (Files & { key: string }) | undefined {
  const files = filesIn(volume, input);
  const key = files?.keys.find((one) => subPath.startsWith(`${one}/`));
  return files && key !== undefined ? { ...files, key } : undefined;
}
