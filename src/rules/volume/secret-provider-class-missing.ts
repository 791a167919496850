import { kubectl } from "../../text/command.ts";
import { name, text } from "../../text/text.ts";
import { seen } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import type { MountFailure } from "./mount-failure.ts";
import { mountRule } from "./mount-rule.ts";

/** The Secrets Store driver does not find the object that says which secrets to fetch. */
export default mountRule({
  id: "volume/secret-provider-class-missing",
  title: "The SecretProviderClass of a volume does not exist",
  causes: ["secret-provider-class"],
  evidence: ({ called }, { pod }) => {
    const index = pod.spec.volumes?.findIndex((one) => one.name === called) ?? -1;
    const { csi } = (pod.spec.volumes?.[index] ?? {}) as {
      csi?: { volumeAttributes?: { secretProviderClass?: string } };
    };
    return csi?.volumeAttributes?.secretProviderClass
      ? [seen(pod, `spec.volumes[${index}].csi.volumeAttributes.secretProviderClass`, "class")]
      : [];
  },
  headline: (failure, input) =>
    text`SecretProviderClass ${name(classOf(failure))} does not exist in namespace ${name(input.pod.metadata.namespace ?? "")}.`,
  why: ({ called }) =>
    text`Volume ${name(called)} is filled by the Secrets Store CSI driver, which reads there what to fetch. It looks in the pod's own namespace alone.`,
  fixes: (failure, input: PodInput) => {
    const { namespace } = input.pod.metadata;
    return [
      {
        title: text`See which there are.`,
        commands: [kubectl("reads", namespace, "get", "secretproviderclass")],
        applies: "as-is",
        by: "workload-owner",
      },
      {
        title: text`Create ${name(classOf(failure))} in namespace ${name(namespace ?? "")}, or correct secretProviderClass of the volume.`,
        commands: [kubectl("changes", namespace, "apply", "-f", "<secretproviderclass.yaml>")],
        applies: "fill-in",
        by: "workload-owner",
      },
    ];
  },
  doc: {
    means:
      "An inline CSI volume of secrets-store.csi.k8s.io names a SecretProviderClass that is not in the pod's namespace.",
    seenIn:
      'Event FailedMount with `failed to get secretproviderclass NS/NAME, error: SecretProviderClass… "NAME" not found` (secrets-store-csi-driver).',
    repair: "Create it in the pod's namespace.",
    notToConfuseWith: "volume/secret-missing: a plain Secret volume.",
    catalogue: ["mount-csi-error"],
  },
});

const classOf = ({ error: { names } }: MountFailure): string => names.object ?? names.full?.split("/").at(-1) ?? "";
