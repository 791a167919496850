import { kubectl } from "../../text/command.ts";
import { withoutEndSlashes } from "../../text/path.ts";
import { command, name, path, type Text, text, value } from "../../text/text.ts";
import type { Fix } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import { look, patchPodSpec } from "../repair.ts";
import { volumeAt } from "./cause-words.ts";
import type { Crash } from "./crash.ts";
import { repairProgram } from "./crash-rule.ts";
import { patchContainer } from "./edit.ts";

/** Lets the container's user write where it may not: by the group of a volume, or by a directory of its own. */
export function permissionRepairs(file: string | undefined, crash: Crash, input: PodInput): readonly Fix[] {
  const volume = file === undefined ? undefined : volumeAt(file, crash.view, input);
  if (!volume) return writableRepairs(file, crash, input);
  if (volume.object) return [];
  const { securityContext = {} } = input.pod.spec as { securityContext?: { runAsUser?: number; runAsGroup?: number } };
  const own = (crash.view.spec.securityContext ?? {}) as { runAsUser?: number; runAsGroup?: number };
  const group = own.runAsGroup ?? securityContext.runAsGroup ?? own.runAsUser ?? securityContext.runAsUser ?? 1000;
  return [
    patchPodSpec(
      input,
      { securityContext: { fsGroup: group } },
      text`Give the volume's files to a group of the container's user (${path("fsGroup")}); host paths and most NFS do not take it.`,
      { applies: "maybe" },
    ),
  ];
}

function writableRepairs(file: string | undefined, { view }: Crash, input: PodInput): readonly Fix[] {
  const volume = file === undefined ? undefined : volumeAt(file, view, input);
  const directory = file?.replace(/\/[^/]*$/, "");
  if (volume || !directory?.startsWith("/")) return [];
  return [
    mountEmptyDir(
      directory,
      view,
      text`Mount an empty directory that anybody may write at ${value(directory)}; it hides what the image has there.`,
      input,
    ),
  ];
}

function mountEmptyDir(
  directory: string,
  view: Crash["view"],
  title: Text,
  input: PodInput,
  content: Readonly<Record<string, unknown>> = {},
): Fix {
  const volume = `writable${directory.replaceAll(/[^a-z0-9]+/gi, "-").toLowerCase()}`
    .slice(0, 60)
    .replace(/(?<!-)-+$/, "");
  return mountVolume({ name: volume, emptyDir: content }, { mountPath: directory }, view, title, input);
}

/** Adds a volume, and its mount (and `more` fields) in one container. */
export function mountVolume(
  volume: Readonly<Record<string, unknown>> & { readonly name: string },
  mount: Readonly<Record<string, unknown>>,
  { name: container, role }: Crash["view"],
  title: Text,
  input: PodInput,
  more: Readonly<Record<string, unknown>> = {},
): Fix {
  const containers = role === "main" ? "containers" : "initContainers";
  return patchPodSpec(
    input,
    {
      [containers]: [{ name: container, ...more, volumeMounts: [{ name: volume.name, ...mount }] }],
      volumes: [volume],
    },
    title,
    { applies: "maybe" },
  );
}

/** A mount that is read-only by its own field can be opened; a volume of a ConfigMap cannot. */
export function readOnlyRepairs(file: string | undefined, crash: Crash, input: PodInput): readonly Fix[] {
  const { view } = crash;
  const volume = file === undefined ? undefined : volumeAt(file, view, input);
  const mount = view.spec.volumeMounts?.find(
    (one) => one.name === volume?.name && String(one.mountPath) === volume.mountPath,
  );
  if (!volume) return writableRepairs(file, crash, input);
  if (!mount?.readOnly || volume.object) return [];
  return [
    patchContainer(
      input,
      view,
      { volumeMounts: [{ name: volume.name, mountPath: volume.mountPath, readOnly: false }] },
      text`Mount volume ${name(volume.name)} for writing.`,
      { applies: "maybe" },
    ),
  ];
}

/** Makes a folder where a container may make something in it: a volume, or a folder within one that is there. */
export function folderRepairs(folder: string, { view }: Crash, input: PodInput): readonly Fix[] {
  const base = view.spec.workingDir && withoutEndSlashes(view.spec.workingDir);
  const directory = folder.startsWith("/") ? folder : base ? `${base}/${folder}` : undefined;
  const inImage = repairProgram(
    text`Or make the folder in the image (${command(`RUN mkdir -p ${folder}`)}); build and push it.`,
  );
  if (directory === undefined) return [inImage];
  const volume = volumeAt(directory, view, input);
  if (!volume)
    return [
      mountEmptyDir(
        directory,
        view,
        text`Mount an empty folder at ${value(directory)}. It goes with the pod: what has to last needs a claim there instead.`,
        input,
      ),
      inImage,
    ];
  if (volume.object || ["projected", "downwardAPI"].includes(volume.sort)) return [];
  const maker = {
    name: "make-folder",
    image: view.spec.image,
    command: ["mkdir", "-p", directory],
    volumeMounts: [{ name: volume.name, mountPath: volume.mountPath }],
  };
  return [
    patchPodSpec(
      input,
      { initContainers: [maker] },
      text`Make the folder in volume ${name(volume.name)} first, in an init container.`,
      { applies: "maybe" },
    ),
  ];
}

/** A file that a program wants to read: a key of the ConfigMap that is mounted there, or one that could be. */
export function fileRepairs(file: string, { view }: Crash, input: PodInput): readonly Fix[] {
  const { namespace } = input.pod.metadata;
  const volume = volumeAt(file, view, input);
  const wanted = file.split("/").at(-1) ?? "";
  if (volume?.object) {
    const { kind, name: objectName } = volume.object;
    return [
      look(
        text`See what ${kind} ${name(objectName)} has.`,
        kubectl("reads", namespace, "describe", kind.toLowerCase(), objectName),
      ),
    ];
  }
  if (volume || !/^\/.+\/[^/]+\.(?:ya?ml|json|conf|cfg|cnf|toml|ini|properties|env|xml|config|cf)$/.test(file))
    return [];
  const source = input.snapshot
    .list("ConfigMap", namespace)
    .items.find(({ data }) => Object.keys((data ?? {}) as object).includes(wanted));
  const configMap = source?.metadata.name ?? "<configmap>";
  const mounted = mountVolume(
    { name: "settings", configMap: { name: configMap } },
    // The one file, beside what the image has in the folder.
    { mountPath: file, subPath: wanted },
    view,
    source
      ? text`Mount it from ConfigMap ${name(configMap)}, which has the key ${name(wanted)}.`
      : text`If it is to come from a ConfigMap, make one and mount it.`,
    input,
  );
  if (source) return [mounted];
  const make = kubectl("changes", namespace, "create", "configmap", configMap, `--from-file=${wanted}=<file>`);
  return [{ ...mounted, commands: [make, ...mounted.commands] }];
}

/** Room where there is none left: a larger claim, shared memory of its own, a larger limit. */
export function spaceRepairs(file: string | undefined, { view }: Crash, input: PodInput): readonly Fix[] {
  const { namespace } = input.pod.metadata;
  const volume = file === undefined ? undefined : volumeAt(file, view, input);
  if (!volume && file && /^\/dev\/shm(?:\/|$)/.test(file))
    return [
      mountEmptyDir(
        "/dev/shm",
        view,
        text`Give it shared memory of its own: runtimes make 64 MiB of it. What it holds counts as the container's memory.`,
        input,
        { medium: "Memory" },
      ),
    ];
  const source = input.pod.spec.volumes?.find((one) => one.name === volume?.name) as
    | { persistentVolumeClaim?: { claimName?: string }; emptyDir?: { sizeLimit?: string; medium?: string } }
    | undefined;
  const claimName = source?.persistentVolumeClaim?.claimName;
  if (claimName)
    return [
      look(
        text`See how large the claim is, and whether its class lets it grow.`,
        kubectl("reads", namespace, "get", "pvc", claimName),
      ),
      {
        title: text`Make it larger, if its class allows expansion.`,
        commands: [
          kubectl(
            "changes",
            namespace,
            "patch",
            "pvc",
            claimName,
            "-p",
            JSON.stringify({ spec: { resources: { requests: { storage: "<size>" } } } }),
          ),
        ],
        applies: "fill-in",
        by: "workload-owner",
      },
    ];
  if (volume && source?.emptyDir?.sizeLimit)
    return [
      patchPodSpec(
        input,
        { volumes: [{ name: volume.name, emptyDir: { ...source.emptyDir, sizeLimit: "<size>" } }] },
        text`Raise the volume's limit of ${value(source.emptyDir.sizeLimit)}.`,
      ),
    ];
  const { nodeName } = input.pod.spec;
  return nodeName && !volume
    ? [
        {
          ...look(
            text`The container's own files are on the node's disk: see whether that is full.`,
            kubectl("reads", undefined, "describe", "node", nodeName),
          ),
          by: "cluster-admin",
        },
      ]
    : [];
}

/** Where the folder is the root of a volume: a folder within that, which the kubelet makes and nobody has filled. */
export function emptyFolderRepairs(folder: string, { view }: Crash, input: PodInput): readonly Fix[] {
  const volume = volumeAt(folder, view, input);
  const mount = view.spec.volumeMounts?.find(
    ({ name: its, mountPath }) => its === volume?.name && mountPath === volume?.mountPath,
  );
  const isRoot =
    volume !== undefined &&
    withoutEndSlashes(volume.mountPath) === withoutEndSlashes(folder) &&
    mount?.subPath === undefined;
  if (!volume || volume.object || !isRoot) return [];
  return [
    patchContainer(
      input,
      view,
      { volumeMounts: [{ name: volume.name, mountPath: volume.mountPath, subPath: "data" }] },
      text`If nothing is lost with it: mount a folder within the volume instead of its root (${path("subPath")}).`,
      { applies: "maybe" },
    ),
  ];
}
