import { kubectl } from "../../text/command.ts";
import { nearest } from "../../text/nearest.ts";
import { withoutEndSlashes } from "../../text/path.ts";
import { list, name, path, type Text, text, value } from "../../text/text.ts";
import { filesIn } from "../config/subpath.ts";
import { type Fix, seen } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import { look } from "../repair.ts";
import { patchContainer } from "./edit.ts";
import type { StartFailure } from "./start-failure.ts";
import { startRule } from "./start-rule.ts";
import { containerInSentence, describeNode } from "./words.ts";

/** The mount of the container that the message is about. */
function mountOf({ view, error }: StartFailure) {
  const mounts = view.spec.volumeMounts ?? [];
  const index = mounts.findIndex(
    ({ mountPath }) =>
      error.subject !== undefined && withoutEndSlashes(String(mountPath)) === withoutEndSlashes(error.subject),
  );
  return index < 0
    ? undefined
    : { mount: mounts[index] as (typeof mounts)[number], at: `${view.specPath}.volumeMounts[${index}]` };
}

/**
 * What the kubelet mounts of its own accord: a file for the last words of the container, at terminationMessagePath
 * (kubernetes v1.36 pkg/kubelet/kuberuntime/kuberuntime_container.go makeMounts).
 */
const isForLastWords = (failure: StartFailure) =>
  isMixUp(failure) && !mountOf(failure) && failure.view.spec.terminationMessagePath === failure.error.subject;

/** The ConfigMap or Secret that lacks the file which the mount's subPath names; the kubelet has made a directory of that name. */
function lackingFile(failure: StartFailure, input: PodInput) {
  const subPath = isMixUp(failure) ? mountOf(failure)?.mount.subPath : undefined;
  const files = typeof subPath === "string" ? filesIn(mountOf(failure)?.mount.name ?? "", input) : undefined;
  return files && typeof subPath === "string" && !files.keys.some((key) => `${key}/`.startsWith(`${subPath}/`))
    ? {
        ...files,
        subPath,
        near: nearest(subPath, files.keys)[0] ?? (files.keys.length === 1 ? files.keys[0] : undefined),
      }
    : undefined;
}

/** The volumes that are read-only whatever the mount says. */
const READ_ONLY_SOURCES = ["configMap", "secret", "downwardAPI", "projected", "image"] as const;

/** The read-only volume that the mount point would have to be made in: the nearest mount above it. */
function readOnlyAbove({ view, error }: StartFailure, { pod }: PodInput) {
  if (!/read-only file system/i.test(error.detail)) return undefined;
  const mounts = (view.spec.volumeMounts ?? []) as readonly { name: string; mountPath?: string; readOnly?: boolean }[];
  const path = (one: { mountPath?: string }) => withoutEndSlashes(String(one.mountPath));
  const [above] = mounts
    .filter((one) => error.subject?.startsWith(`${path(one)}/`))
    .sort((a, b) => path(b).length - path(a).length);
  const volume = pod.spec.volumes?.find(({ name: its }) => its === above?.name);
  const isReadOnly = above?.readOnly || READ_ONLY_SOURCES.some((source) => volume?.[source] !== undefined);
  return above && isReadOnly ? { name: above.name, path: path(above) } : undefined;
}

const isMixUp = ({ error }: StartFailure) => /not a directory|is a directory|vice-versa/i.test(error.detail);

/** A volume cannot be mounted where the container wants it. */
export default startRule({
  id: "container/mount",
  title: "A volume cannot be mounted at its path in the container",
  causes: ["mount"],
  evidence: (failure, { pod }) =>
    isForLastWords(failure)
      ? [seen(pod, `${failure.view.specPath}.terminationMessagePath`, "terminationMessagePath")]
      : [],
  headline: (failure, input) => {
    const found = mountOf(failure);
    const lacking = lackingFile(failure, input);
    if (lacking)
      return text`${lacking.kind} ${name(lacking.object)} has no ${name(lacking.subPath)}, which ${containerInSentence(failure.view)} mounts as the file ${value(failure.error.subject ?? "")}.`;
    if (isForLastWords(failure))
      return text`terminationMessagePath ${value(failure.error.subject ?? "")} of ${containerInSentence(failure.view)} is a directory; the kubelet mounts a file there.`;
    const what = found ? text`Volume ${name(found.mount.name)}` : text`A volume`;
    const where = text`${value(failure.error.subject ?? "")} of ${containerInSentence(failure.view)}`;
    if (isMixUp(failure))
      return text`${what} cannot be mounted at ${where}: one of the two is a file, the other a directory.`;
    const above = readOnlyAbove(failure, input);
    if (above)
      return text`${what} cannot be mounted at ${where}: volume ${name(above.name)} is mounted above it at ${value(above.path)}, and is read-only.`;
    if (/read-only file system/i.test(failure.error.detail))
      return text`${what} cannot be mounted at ${where}: the mount point cannot be made on a read-only file system.`;
    return text`${what} cannot be mounted at ${where}: ${lastWords(failure)}.`;
  },
  why: (failure) => {
    if (isForLastWords(failure))
      return text`${path(`${failure.view.specPath}.terminationMessagePath`)} names the file that the program may leave its last words in. The kubelet makes it on the node and mounts it there, and no file goes over a directory: ${value(failure.error.detail)}.`;
    const found = mountOf(failure);
    return text`The runtime mounts volumes before it starts the program, and was refused: ${value(failure.error.detail)}.${found && text` It is ${path(found.at)}.`}`;
  },
  notes: (failure, input) => {
    const found = mountOf(failure);
    const lacking = lackingFile(failure, input);
    return [
      lacking &&
        text`Where a subPath is missing in a volume, the kubelet makes a directory of that name, and no directory goes over a file. It has ${lacking.keys.length === 0 ? "no keys" : list(lacking.keys.map(name), 6)}.`,
      isMixUp(failure) &&
        !lacking &&
        !isForLastWords(failure) &&
        (found?.mount.subPath === undefined
          ? text`A volume without ${name("subPath")} is a directory. To put one file in place, mount it with the file's name as subPath.`
          : text`The subPath ${name(String(found.mount.subPath))} is a directory if nothing of that name was in the volume when it was first mounted: the kubelet makes one then.`),
    ];
  },
  fixes: (failure, input): readonly Fix[] => {
    const { view, error } = failure;
    if (isForLastWords(failure))
      return [
        patchContainer(
          input,
          view,
          { terminationMessagePath: "/dev/termination-log" },
          text`Use Kubernetes' own path; or name a file in place of the directory.`,
        ),
      ];
    const found = mountOf(failure);
    const file = error.subject?.split("/").at(-1) ?? "<file>";
    const { namespace } = input.pod.metadata;
    const volume = input.pod.spec.volumes?.find((one) => one.name === found?.mount.name) as
      | { configMap?: { name?: string }; secret?: { secretName?: string } }
      | undefined;
    const source = volume?.configMap?.name
      ? (["configmap", volume.configMap.name] as const)
      : volume?.secret?.secretName
        ? (["secret", volume.secret.secretName] as const)
        : undefined;
    const above = readOnlyAbove(failure, input);
    if (found && above)
      return [
        patchContainer(
          input,
          view,
          {
            volumeMounts: [
              { mountPath: String(found.mount.mountPath), $patch: "delete" },
              { mountPath: "<path outside>", name: found.mount.name },
            ],
          },
          text`Mount it at a path outside ${value(above.path)}; or, as one projected volume holds several sources, put both into one.`,
        ),
      ];
    const lacking = lackingFile(failure, input);
    if (found && lacking) {
      const { mountPath, name: volumeName } = found.mount;
      const toKey = (subPath: string, title: Text, applies: Fix["applies"]) =>
        patchContainer(
          input,
          view,
          { volumeMounts: [{ mountPath: String(mountPath), name: volumeName, subPath }] },
          title,
          {
            applies,
          },
        );
      return [
        lacking.near === undefined
          ? toKey("<key>", text`Name a key that it has as subPath.`, "fill-in")
          : toKey(lacking.near, text`Mount its key ${name(lacking.near)}.`, "maybe"),
        {
          ...look(
            text`Or add the key ${name(lacking.subPath)} to it.`,
            kubectl("changes", namespace, "edit", lacking.kind.toLowerCase(), lacking.object),
          ),
          applies: "fill-in",
        },
      ];
    }
    if (!found || !isMixUp(failure)) return [describeNode(input, text`Look at the node and its storage.`)];
    return [
      ...(source
        ? [look(text`See the keys that it has: each is a file.`, kubectl("reads", namespace, "describe", ...source))]
        : []),
      found.mount.subPath === undefined
        ? patchContainer(
            input,
            view,
            { volumeMounts: [{ mountPath: String(found.mount.mountPath), name: found.mount.name, subPath: file }] },
            text`Mount the one file ${name(file)} of it.`,
            { applies: "maybe" },
          )
        : patchContainer(
            input,
            view,
            { volumeMounts: [{ mountPath: String(found.mount.mountPath), name: found.mount.name, subPath: "<key>" }] },
            text`Name a key that exists as subPath.`,
          ),
    ];
  },
  doc: {
    means:
      "What the volume has and what the image has at the mount path do not fit: a file on a directory, a directory on a file, a missing parent on a read-only root.",
    seenIn:
      '`error mounting "A" to rootfs at "B": … not a directory` (runc; Docker adds a question), ``mount `A` to `B`: Not a directory`` (crun).',
    repair: "subPath for single files; a path that is a directory for whole volumes; the right hostPath type.",
    notToConfuseWith: "volume/…: there the kubelet cannot bring the volume to the node; here it is on the node.",
    catalogue: ["start-mount"],
  },
});

/** The last clause of a message: what the kernel said. */
function lastWords({ error }: StartFailure): string {
  return error.detail.split(": ").at(-1) ?? error.detail;
}
