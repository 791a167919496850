import { list, name, text, value } from "../../text/text.ts";
import { patchPodSpec } from "../repair.ts";
import { failureRule } from "./failure-rule.ts";

/** A container uses a volume that the kubelet does not have, or a device path it does not take. */
export default failureRule<{ volume?: string; devicePath?: string }>({
  id: "config/volume-missing",
  title: "A container's volume is not there for the kubelet",
  parse: ({ message }) => {
    const volume = /cannot find volume "([^"]+)" to (?:mount into|pass into) container/.exec(message)?.[1];
    const devicePath = /error DevicePath `([^`]*)` must be an absolute path/.exec(message)?.[1];
    if (volume !== undefined) return { volume };
    return devicePath === undefined ? undefined : { devicePath };
  },
  headline: ({ volume = "", devicePath }, container) =>
    devicePath === undefined
      ? text`Volume ${name(volume)} of container ${name(container)} is not mounted on the node.`
      : text`The devicePath ${value(devicePath)} of container ${name(container)} does not begin with a slash.`,
  why: ({ devicePath }) =>
    devicePath === undefined
      ? text`The pod names the volume, and the kubelet has no mount of it: it was unmounted between two steps, or the kubelet was restarted. It mounts it again in its next round.`
      : text`A block device is passed to a container at an absolute path.`,
  notes: ({ volume }, _container, { pod }) =>
    volume !== undefined && !pod.spec.volumes?.some((one) => one.name === volume)
      ? [
          text`The pod has ${pod.spec.volumes?.length ? text`the volumes ${list(pod.spec.volumes.map((one) => name(one.name)))}` : "no volumes"}.`,
        ]
      : [],
  fixes: ({ devicePath }, container, input) =>
    devicePath === undefined
      ? [
          {
            title: text`See what else is said of its volumes.`,
            commands: [
              {
                argv: ["kubectl", "-n", input.pod.metadata.namespace ?? "", "describe", "pod", input.pod.metadata.name],
                does: "reads",
              },
            ],
            applies: "as-is",
            by: "workload-owner",
          },
        ]
      : [
          patchPodSpec(
            input,
            {
              containers: [
                {
                  name: container,
                  volumeDevices: [{ devicePath: `/dev/${devicePath.replace(/^.*\//, "")}`, name: "<volume>" }],
                },
              ],
            },
            text`Set an absolute path.`,
          ),
        ],
  doc: {
    means: "The kubelet creates a container and does not find one of its volumes among those it mounted.",
    seenIn:
      'CreateContainerConfigError with `cannot find volume "x" to mount into container "c"`, `… to pass into container`, ``error DevicePath `x` must be an absolute path`` (kubelet, all versions).',
    repair: "Usually it heals in the next round; else look at the volume's own events.",
    notToConfuseWith: "volume/…: a volume that never was mounted keeps the pod in ContainerCreating.",
    catalogue: ["config-volume-missing"],
  },
});
