import { fullName } from "../../objects/object.ts";
import { amountOf, showAmount } from "../../objects/quantity.ts";
import { taintText } from "../../objects/toleration.ts";
import { type Edit, isOfNode } from "../../scheduler/edit.ts";
import { clusterView } from "../../scheduler/node-info.ts";
import { podRequests } from "../../scheduler/pod-requests.ts";
import { type Change, smallestChanges } from "../../scheduler/smallest-change.ts";
import { type Command, kubectl } from "../../text/command.ts";
import { list, name, type Text, text, value } from "../../text/text.ts";
import type { Fix } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import { look, patchPodSpec, remake, setRequest } from "../repair.ts";
import type { Verdict } from "./verdict.ts";

/** The changes after which a node takes the pod; none where the nodes are not known or our run contradicts the scheduler. */
export function changesFor({ pod, snapshot }: PodInput, { fit }: Verdict): readonly Change[] {
  return fit ? smallestChanges(pod, clusterView(snapshot), fit) : [];
}

/** A change as a fix: all its commands together make the pod fit. */
export function changeFix(change: Change, input: PodInput): Fix {
  const { edits, patch, accepts, by } = change;
  const [only] = edits;
  if (only?.of === "wait") return waitFix(only);
  if (only?.of === "make-room") return roomFix(only, input);
  const doing = edits.map((edit) => wordsOf(edit, input));
  // Without a node that surely takes it some filter could not look at all it needs.
  const outcome =
    accepts.length > 0
      ? text`, and ${list(accepts.map(name), 3)} ${accepts.length === 1 ? "takes" : "take"} it`
      : only?.of === "new-node"
        ? text`: empty, it takes the pod`
        : text`, and nothing that I could check stops it any more`;
  const title = capitalized(text`${joined(doing)}${outcome}.`);
  const { namespace } = input.pod.metadata;
  const ofOthers = edits.flatMap((edit) => nodeCommand(edit) ?? volumeCommands(edit, namespace));
  const isFilledIn = ofOthers.every(({ argv }) => !argv.some((word) => /^<.*>$/.test(word)));
  const applies = !isFilledIn ? "fill-in" : edits.every(isPlain) && accepts.length > 0 ? "as-is" : "maybe";
  if (!patch) return { title, commands: ofOthers, applies, by };
  const fix = patchFix(change, patch, title, applies, input);
  return { ...fix, commands: [...ofOthers, ...fix.commands], by };
}

/** Corrected slips, and requests that stay at half or more: what nobody has to think over. */
function isPlain(edit: Edit): boolean {
  if (edit.of === "selector" || edit.of === "affinity") return edit.to !== undefined;
  if (edit.of === "toleration") return edit.instead !== undefined;
  if (edit.of !== "request" || edit.resource.includes("/")) return false;
  return 2n * amountOf(edit.resource, edit.to) >= amountOf(edit.resource, edit.from);
}

/** What ends by itself: only a look. */
function waitFix({ node, pods }: Extract<Edit, { of: "wait" }>): Fix {
  const title =
    pods.length > 0
      ? text`Wait: ${list(pods.map(name), 3)} ${pods.length === 1 ? "is" : "are"} ending on ${name(node)}, and then it takes the pod.`
      : text`Wait: ${name(node)} is new and takes the pod once it is ready.`;
  const command =
    pods.length > 0
      ? kubectl("reads", undefined, "get", "pods", "-A", "-o", "wide", `--field-selector=spec.nodeName=${node}`)
      : kubectl("reads", undefined, "get", "node", node);
  return look(title, command);
}

/** Whose place is needed; how they go, their owners know: deleted, most of them come back. */
function roomFix({ node, pods }: Extract<Edit, { of: "make-room" }>, input: PodInput): Fix {
  const held = heldWords(pods, input);
  return {
    title: text`Make room on ${name(node)}: end or move ${list(pods.map(name), 3)}${held}.`,
    commands: [],
    applies: "maybe",
    by: "cluster-admin",
  };
}

/** ` (4 cpu, 2Gi memory)`: what these pods request of what the pod lacks somewhere. */
function heldWords(pods: readonly string[], { pod, snapshot }: PodInput): Text {
  const ofPods = snapshot
    .list("Pod")
    .items.filter(({ metadata }) => pods.includes(fullName(metadata)))
    .map(podRequests);
  const held = [...podRequests(pod).keys()].flatMap((resource) => {
    const amount = ofPods.reduce((sum, requests) => sum + (requests.get(resource) ?? 0n), 0n);
    return amount > 0n ? [`${showAmount(resource, amount)} ${resource}`] : [];
  });
  return held.length > 0 ? text` (${held.join(", ")} requested)` : [];
}

function patchFix(
  { edits }: Change,
  patch: Readonly<Record<string, unknown>>,
  title: Text,
  applies: Fix["applies"],
  input: PodInput,
): Fix {
  const { pod, workload } = input;
  const ofWorkload = edits.filter((edit) => !isOfNode(edit) && edit.of !== "claim" && edit.of !== "free-claim");
  // The one thing of a pod's spec for scheduling that may be added later (kubernetes v1.36 pkg/apis/core/validation).
  if ((workload.kind === "Pod" || workload.kind === "Job") && ofWorkload.every(({ of }) => of === "toleration")) {
    const known = (pod.spec.tolerations ?? []) as readonly { key?: string }[];
    const more = (patch.tolerations as readonly { key?: string }[]).slice(-ofWorkload.length);
    const spec = { tolerations: [...known, ...more] };
    const target = `pod/${pod.metadata.name}`;
    const command = kubectl("changes", pod.metadata.namespace, "patch", target, "-p", JSON.stringify({ spec }));
    return { title, commands: [command], applies, by: "workload-owner" };
  }
  const [edit] = ofWorkload;
  if (ofWorkload.length !== 1 || edit?.of !== "request" || !edit.container)
    return patchPodSpec(input, patch, title, { applies });
  const { resource, to: request, container, limit = isAlsoLimit(resource) ? request : undefined } = edit;
  return setRequest(input, container, { resource, request, ...(limit && { limit }) }, title, { applies });
}

const isAlsoLimit = (resource: string) => resource.includes("/") || resource.startsWith("hugepages-");

function wordsOf(edit: Edit, { pod }: PodInput): Text {
  switch (edit.of) {
    case "request": {
      const isOne = pod.spec.containers.length + (pod.spec.initContainers ?? []).length === 1;
      const where = edit.container ? !isOne && text` in container ${name(edit.container)}` : " for the whole pod";
      return text`ask for ${value(edit.to)} ${name(edit.resource)} or less${where}${edit.limit && text` (limit ${value(edit.limit)}: a LimitRange bounds the ratio)`}`;
    }
    case "toleration":
      return edit.instead
        ? text`correct the toleration ${value(edit.instead)} to ${value(taintText(edit))}`
        : text`let the pod tolerate the taint ${value(taintText(edit))}`;
    case "selector":
      return edit.to
        ? text`correct the selector ${value(edit.label)} to ${value(edit.to)}`
        : text`drop the selector ${value(edit.label)}`;
    case "affinity":
      return edit.to
        ? text`correct the node affinity ${value(edit.requirement)} to ${value(edit.to)}`
        : text`drop the node affinity ${value(edit.requirement)}`;
    case "host-port":
      return text`do without host port ${edit.port} (a Service can reach the pod instead)`;
    case "spread":
      return text`let the spread by ${name(edit.key)} be a wish (ScheduleAnyway)`;
    case "pod-affinity":
      return text`only prefer to be near the other pods by ${name(edit.key)}`;
    case "anti-affinity":
      return text`only prefer to be apart by ${name(edit.key)}`;
    case "claim-name":
      return text`use claim ${name(edit.to)}, which exists, instead of ${name(edit.from)}`;
    case "claim":
      return edit.how === "create"
        ? text`create claim ${name(edit.claim)} with class ${name(edit.storageClass)}`
        : edit.how === "patch"
          ? text`give claim ${name(edit.claim)} the class ${name(edit.storageClass)}`
          : text`make claim ${name(edit.claim)} anew with class ${name(edit.storageClass)}`;
    case "free-claim":
      return text`end pod ${name(edit.pod)}, which has claim ${name(edit.claim)}`;
    case "new-volume":
      return text`create a PersistentVolume ${edit.storageClass ? text`of class ${name(edit.storageClass)}` : "without a class"} for claim ${name(edit.claim)}${edit.node && text` on node ${name(edit.node)}`}`;
    case "label":
      return text`give node ${name(edit.node)} the label ${value(`${edit.key}=${edit.value}`)}`;
    case "untaint":
      return text`take the taint ${value(taintText(edit))} off node ${name(edit.node)}`;
    case "uncordon":
      return text`open node ${name(edit.node)} again`;
    case "pod-limit":
      return text`let node ${name(edit.node)} run ${edit.to} pods instead of ${edit.from} (the kubelet's maxPods, where the network plugin has addresses for them)`;
    case "make-room":
      return text`make room on ${name(edit.node)}`;
    case "wait":
      return text`wait for ${name(edit.node)}`;
    case "new-node": {
      const { like, allocatable, labels } = edit;
      const more = Object.entries({ ...allocatable, ...labels }).map(([key, content]) => value(`${key}=${content}`));
      return text`add a node like ${name(like)}${more.length > 0 && text` with ${list(more)}`}`;
    }
  }
}

function nodeCommand(edit: Edit): Command | undefined {
  switch (edit.of) {
    case "label":
      return kubectl(
        "changes",
        undefined,
        "label",
        "node",
        edit.node,
        `${edit.key}=${edit.value}`,
        ...(edit.from === undefined ? [] : ["--overwrite"]),
      );
    case "untaint":
      return kubectl("changes", undefined, "taint", "nodes", edit.node, `${edit.key}:${edit.effect}-`);
    case "uncordon":
      return kubectl("changes", undefined, "uncordon", edit.node);
    default:
      return undefined;
  }
}

/** What to do to claims, to the pods that have them, and to volumes. */
function volumeCommands(edit: Edit, namespace: string | undefined): readonly Command[] {
  switch (edit.of) {
    case "claim": {
      const { claim, storageClass: storageClassName, how } = edit;
      const patch = JSON.stringify({ spec: { storageClassName } });
      if (how === "create") return [kubectl("changes", namespace, "apply", "-f", "<claim.yaml>")];
      if (how === "patch") return [kubectl("changes", namespace, "patch", "persistentvolumeclaim", claim, "-p", patch)];
      return [remake(namespace, "persistentvolumeclaim", claim, { spec: { storageClassName } })];
    }
    case "free-claim":
      return [kubectl("deletes", namespace, "delete", "pod", edit.pod)];
    case "new-volume":
      return [kubectl("changes", undefined, "apply", "-f", "<persistentvolume.yaml>")];
    default:
      return [];
  }
}

const joined = (parts: readonly Text[]): Text =>
  parts.flatMap(
    (part, index): Text => [...(index === 0 ? [] : [index === parts.length - 1 ? " and " : ", "]), ...part],
  );

function capitalized([first = "", ...rest]: Text): Text {
  return typeof first === "string" ? [first.charAt(0).toUpperCase() + first.slice(1), ...rest] : [first, ...rest];
}
