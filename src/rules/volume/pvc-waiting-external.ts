import { lastSeen } from "../../objects/event.ts";
import { kubectl } from "../../text/command.ts";
import { duration, list, name, type Text, text } from "../../text/text.ts";
import type { PodInput } from "../pod-input.ts";
import { adminTask, look } from "../repair.ts";
import { claimRule } from "./claim-rule.ts";
import { driverPods } from "./claim-words.ts";
import { type ClaimView, provisionerOf } from "./claims.ts";

/** The provisioner was asked for a volume and has not answered. */
export default claimRule({
  id: "volume/pvc-waiting-external",
  title: "The provisioner has not made the volume yet",
  trouble: "waiting-external",
  needs: ["PersistentVolumeClaim", "StorageClass", "Event", "CSIDriver"],
  confidence: ({ view }, input) => (isDriverAbsent(view, input) ? "likely" : "possible"),
  headline: ({ view, event }, input) => {
    const provisioner = name(provisionerOf(view) ?? "");
    if (event?.reason === "Provisioning")
      return text`Provisioner ${provisioner} is making a volume for claim ${name(view.name)}.`;
    const seconds = input.snapshot.secondsSince(view.claim?.metadata.creationTimestamp);
    const since = seconds !== undefined && seconds >= 60 ? ` for ${duration(seconds)}` : "";
    return isDriverAbsent(view, input)
      ? text`Claim ${name(view.name)} waits${since} for provisioner ${provisioner}, which does not seem to be installed.`
      : text`Claim ${name(view.name)} waits${since} for provisioner ${provisioner}, which has not answered.`;
  },
  why: ({ event }) =>
    event?.reason === "Provisioning"
      ? text`It has begun and not ended; a new disk usually takes less than a minute.`
      : text`Its controller writes the event Provisioning when it begins, and there is none. Either it does not run, or it does not know that name, or it is slow.`,
  notes: ({ view }, input): readonly Text[] => {
    const provisioner = provisionerOf(view) ?? "";
    const pods = driverPods(provisioner, input);
    const others = input.snapshot.list("CSIDriver").items.map(({ metadata }) => metadata.name);
    return [
      isDriverAbsent(view, input) &&
        text`There is no CSIDriver ${name(provisioner)}${others.length > 0 && text`; there are ${list(others.map(name))}`}. A provisioner that is no CSI driver has none either.`,
      pods.length > 0 &&
        text`${list(pods.map(({ metadata }) => name(`${metadata.namespace}/${metadata.name}`)))} may be its pods.`,
    ].filter((note): note is Text => note !== false);
  },
  outlook: text`Once the volume is there the pod goes on by itself.`,
  fixes: ({ view }, input) => [
    look(
      text`Find the provisioner's controller and see whether it runs; its log has the reason.`,
      kubectl("reads", undefined, "get", "pods", "-A", "-o", "wide"),
    ),
    look(
      text`The name must be the one that the driver registers.`,
      kubectl("reads", undefined, "get", "storageclass", view.className || "-A", "-o", "yaml"),
    ),
    ...(isDriverAbsent(view, input)
      ? [
          adminTask(
            text`Install the driver ${name(provisionerOf(view) ?? "")}, or correct the provisioner in a new StorageClass.`,
          ),
        ]
      : []),
  ],
  doc: {
    means: "kube-controller-manager has handed the claim to an external provisioner, and no volume has come.",
    seenIn:
      "Event ExternalProvisioning on the claim: `Waiting for a volume to be created either by the external provisioner 'P' or manually by the system administrator. …` [1.28+], `waiting for a volume to be created, either by external provisioner \"P\" or manually …` before.",
    repair: "Install or repair the provisioner's controller; correct the name in the StorageClass.",
    notToConfuseWith:
      "volume/pvc-provisioning-failed: there it answered. volume/pvc-wait-first-consumer: there nobody was asked yet.",
    catalogue: ["pvc-waiting-external"],
  },
});

/** A CSI driver has a CSIDriver object; provisioners in the tree of Kubernetes have names below kubernetes.io. */
function isDriverAbsent(view: ClaimView, { snapshot }: PodInput): boolean {
  const provisioner = provisionerOf(view) ?? "";
  if (provisioner.startsWith("kubernetes.io/") || provisioner.includes("/")) return false;
  const hasAnswered = view.events.some((event) => event.reason === "Provisioning" && lastSeen(event) !== "");
  return !hasAnswered && snapshot.find("CSIDriver", undefined, provisioner).state === "absent";
}
