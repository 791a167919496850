import { type Diagnosis, diagnose } from "../../src/diagnosis/diagnose.ts";
import type { KubeObject } from "../../src/objects/object.ts";
import { refTo } from "../../src/objects/object.ts";
import type { Pod } from "../../src/objects/pod.ts";
import type { Finding } from "../../src/rules/finding.ts";
import { defineRule, type Rule } from "../../src/rules/rule.ts";
import type { Gap, Snapshot } from "../../src/snapshot/snapshot.ts";
import { kubectl } from "../../src/text/command.ts";
import { name, path, text, value } from "../../src/text/text.ts";
import { ago, deploymentOf, event, node, onNode, pod, running, snapshotOf, waiting } from "../support/builders.ts";

// Small worlds to report on. Their rules are made up here, so that the screens do not change with the wording of real ones.

const doc = { means: "", seenIn: "", repair: "", catalogue: [] };

/** Finds a tag that does not exist wherever a container waits for its image. */
export const tagRule: Rule = defineRule<{ image: string }>({
  id: "image/not-found",
  title: "The tag does not exist",
  effect: "blocks",
  needs: ["Secret"],
  explains: ["config/endpoints-empty"],
  check: ({ pod: it, containers, events }) =>
    containers
      .filter(({ status }) => status?.state?.waiting?.reason === "ImagePullBackOff")
      .map(({ name: container, spec, specPath }) => {
        const failure = events.find(({ message }) => message?.startsWith("Failed to pull"));
        const image = { ref: refTo(it), path: `${specPath}.image`, value: spec.image ?? "", label: "image" };
        return {
          subject: refTo(it),
          container,
          confidence: "likely",
          facts: { image: spec.image ?? "" },
          evidence: failure
            ? [image, { ref: refTo(failure), path: "message", value: failure.message ?? "", label: "last try" }]
            : [image],
        };
      }),
  message: ({ facts }) => ({
    headline: text`The tag of ${value(facts.image)} does not exist.`,
    why: text`The registry answered "not found", and it is reachable. Other tags of the same repository were pulled today, so it is the tag that is missing.`,
    notes: [text`Helm release ${name("web")} writes this object.`],
    outlook: text`If nothing changes, the kubelet tries again in about 80s; the wait doubles up to 5 minutes.`,
  }),
  fixes: ({ subject, container }) => [
    {
      title: text`See which tags the nodes hold.`,
      commands: [kubectl("reads", undefined, "get", "nodes", "-o", "jsonpath={.items[*].status.images[*].names}")],
      applies: "as-is",
      by: "workload-owner",
    },
    {
      title: text`Use a tag that exists, ${value("2.0.1")} for one.`,
      commands: [
        kubectl(
          "changes",
          subject.namespace,
          "set",
          "image",
          "deployment/web",
          `${container}=registry.test:5000/shop/web:2.0.1`,
        ),
      ],
      applies: "as-is",
      by: "workload-owner",
    },
    {
      title: text`Or, go back to revision 3.`,
      commands: [kubectl("changes", subject.namespace, "rollout", "undo", "deployment/web", "--to-revision=3")],
      applies: "maybe",
      by: "workload-owner",
    },
    {
      title: text`Or push the tag under another name.`,
      commands: [
        kubectl("deletes", subject.namespace, "delete", "pod", "web-7d4b9c6f5-x2lqk"),
        kubectl("restarts", subject.namespace, "set", "image", "deployment/web", `${container}=<image>`),
      ],
      applies: "fill-in",
      by: "workload-owner",
    },
    {
      title: text`Or let ${path("/etc/hosts")} name another registry.`,
      commands: [],
      applies: "maybe",
      by: "cluster-admin",
    },
  ],
  groupKey: ({ facts }) => facts.image,
  doc,
});

const dnsRule: Rule = defineRule({
  id: "image/registry-dns",
  title: "",
  effect: "blocks",
  needs: [],
  check: () => [],
  message: () => ({ headline: [], why: [] }),
  fixes: () => [],
  ruledOut: () => ({
    what: text`the registry's name does not resolve`,
    because: text`2 pods pulled from it on ${name("worker-2")} within the hour`,
  }),
  doc,
});

export const simple = (id: Finding["rule"], effect: Finding["effect"], headline: string): Rule =>
  defineRule({
    id,
    title: "",
    effect,
    needs: [],
    check: ({ pod: it }) => [
      {
        subject: refTo(it),
        confidence: "certain",
        facts: null,
        evidence: [{ ref: refTo(it), path: "metadata.name", value: it.metadata.name }],
      },
    ],
    message: () => ({ headline: text`${headline}`, why: text`Because it is so.` }),
    fixes: ({ subject }) => [
      {
        title: text`Set it.`,
        commands: [kubectl("changes", subject.namespace, "set", "resources", "deployment/web", "--requests=cpu=<cpu>")],
        applies: "fill-in",
        by: "workload-owner",
      },
    ],
    doc,
  });

export const delaying: Rule = simple("image/pulling", "delays", "The image is being pulled.");
export const blocking: Rule = simple("container/app-error", "blocks", "The program exits at once.");
const risky: Rule = simple("config/no-requests", "risks", "Container app requests no CPU.");
const further: Rule = simple("config/gate", "blocks", "The readiness gate example.com/gate is not True.");
const following: Rule = simple("config/endpoints-empty", "blocks", "Service web has no endpoint.");

const FAILURE =
  'Failed to pull image "registry.test:5000/shop/web:2.0.2": rpc error: code = NotFound desc = failed to pull and unpack image "registry.test:5000/shop/web:2.0.2": failed to resolve reference "registry.test:5000/shop/web:2.0.2": registry.test:5000/shop/web:2.0.2: not found';
const BAD_IMAGE = "registry.test:5000/shop/web:2.0.2";

const secretsForbidden: Gap = {
  kind: "Secret",
  namespace: "shop",
  state: "forbidden",
  message: "secrets is forbidden",
  right: "get secrets in namespace shop",
};

/** A pod of a Deployment whose image does not exist, with all that a report can hold. */
export function wrongTag(podName = "web-7d4b9c6f5-x2lqk", namespace = "shop"): { pod: Pod; objects: KubeObject[] } {
  const { objects, ownerReferences } = deploymentOf("web");
  const it = pod(podName, {
    metadata: { ownerReferences, namespace, creationTimestamp: ago(252) },
    spec: { nodeName: "worker-2", containers: [{ name: "app", image: BAD_IMAGE }] },
    status: onNode(252, [waiting("app", "ImagePullBackOff", `Back-off pulling image "${BAD_IMAGE}"`)]),
  });
  const about = { fieldPath: "spec.containers{app}", kind: "Pod", namespace, name: podName, uid: it.metadata.uid };
  return {
    pod: it,
    objects: [
      it,
      ...objects,
      node("worker-2"),
      event(it, "Scheduled", `Successfully assigned ${namespace}/${podName} to worker-2`, {
        type: "Normal",
        firstTimestamp: ago(252),
        lastTimestamp: ago(252),
      }),
      event(it, "Failed", FAILURE, {
        involvedObject: about,
        count: 4,
        firstTimestamp: ago(250),
        lastTimestamp: ago(90),
      }),
      event(it, "Failed", "Error: ErrImagePull", {
        involvedObject: about,
        count: 4,
        firstTimestamp: ago(250),
        lastTimestamp: ago(90),
      }),
      event(it, "BackOff", `Back-off pulling image "${BAD_IMAGE}"`, {
        type: "Normal",
        involvedObject: about,
        count: 9,
        firstTimestamp: ago(240),
        lastTimestamp: ago(15),
      }),
    ],
  };
}

export interface Scene {
  readonly snapshot: Snapshot;
  readonly rules: readonly Rule[];
}

export const diagnosesOf = ({ snapshot, rules }: Scene): readonly Diagnosis[] => diagnose(snapshot, { rules });

const RULES = [tagRule, dnsRule];
/** About pods that have no node, and with nothing to say of these. */
const SILENT = (["volume/one", "volume/two"] as const).map((id) => ({
  ...simple(id, "blocks", ""),
  evaluate: () => [],
}));
const crashing = (podName: string, workload: string) =>
  pod(podName, {
    metadata: { ownerReferences: deploymentOf(workload).ownerReferences },
    spec: { nodeName: "worker-1" },
    status: onNode(600, [
      {
        ...waiting(
          "app",
          "CrashLoopBackOff",
          `back-off 5m0s restarting failed container=app pod=${podName}_shop(uid-of-${podName})`,
        ),
        restartCount: 6,
        lastState: { terminated: { exitCode: 1, reason: "Error", finishedAt: ago(100) } },
      },
    ]),
  });
const noNode = (podName: string) => {
  const message =
    "0/3 nodes are available: 3 Insufficient cpu. preemption: 0/3 nodes are available: 3 No preemption victims found for incoming pod.";
  const it = pod(podName, {
    status: {
      phase: "Pending",
      conditions: [
        { type: "PodScheduled", status: "False", reason: "Unschedulable", message, lastTransitionTime: ago(600) },
      ],
    },
  });
  return [it, event(it, "FailedScheduling", message, { count: 3, firstTimestamp: ago(600), lastTimestamp: ago(30) })];
};

/** One pod each, by what is wrong with it. */
export const SCENES: Readonly<Record<string, Scene>> = {
  "wrong-tag": {
    snapshot: snapshotOf(wrongTag().objects, { gaps: [secretsForbidden] }),
    rules: [...RULES, risky, further, following],
  },
  pulling: {
    snapshot: snapshotOf([
      pod("web", {
        metadata: { creationTimestamp: ago(40) },
        spec: { nodeName: "worker-2" },
        status: onNode(39, [waiting("app", "ContainerCreating")]),
      }),
    ]),
    rules: [delaying],
  },
  unschedulable: { snapshot: snapshotOf(noNode("web")), rules: SILENT },
  crashing: {
    snapshot: snapshotOf([crashing("web-7d4b9c6f5-x2lqk", "web"), ...deploymentOf("web").objects]),
    rules: RULES,
  },
  evicted: {
    snapshot: snapshotOf([
      pod("web", {
        spec: { nodeName: "worker-2" },
        status: {
          phase: "Failed",
          reason: "Evicted",
          message: "The node was low on resource: memory. Threshold quantity: 100Mi, available: 40Mi.",
          conditions: [{ type: "Ready", status: "False", reason: "PodFailed", lastTransitionTime: ago(120) }],
        },
      }),
    ]),
    rules: RULES,
  },
  young: {
    snapshot: snapshotOf([
      pod("web", {
        metadata: { creationTimestamp: ago(8) },
        spec: { nodeName: "worker-2" },
        status: onNode(7, [waiting("app", "ContainerCreating")]),
      }),
    ]),
    rules: RULES,
  },
  ready: {
    snapshot: snapshotOf([
      ...[
        pod("web", {
          spec: { nodeName: "worker-2" },
          status: onNode(
            7200,
            [
              running("app", 7000, {
                restartCount: 3,
                lastState: { terminated: { exitCode: 137, reason: "OOMKilled", finishedAt: ago(7001) } },
              }),
            ],
            true,
          ),
        }),
      ].flatMap((it) => [
        it,
        event(it, "Unhealthy", "Readiness probe failed: connection refused", {
          firstTimestamp: ago(7190),
          lastTimestamp: ago(6990),
        }),
      ]),
    ]),
    rules: [risky],
  },
  completed: {
    snapshot: snapshotOf([
      pod("report-x2lqk", {
        spec: { nodeName: "worker-2", restartPolicy: "Never" },
        status: {
          phase: "Succeeded",
          conditions: [{ type: "Ready", status: "False", reason: "PodCompleted", lastTransitionTime: ago(60) }],
          containerStatuses: [
            {
              name: "app",
              ready: false,
              restartCount: 0,
              state: { terminated: { exitCode: 0, reason: "Completed", finishedAt: ago(60) } },
            },
          ],
        },
      }),
    ]),
    rules: RULES,
  },
  terminating: {
    snapshot: snapshotOf([
      pod("web", {
        metadata: { deletionTimestamp: ago(-10), deletionGracePeriodSeconds: 30 },
        spec: { nodeName: "worker-2" },
        status: onNode(600, [running("app", 598)], true),
      }),
    ]),
    rules: RULES,
  },
  "stuck-terminating": {
    snapshot: snapshotOf([
      pod("web", {
        metadata: {
          creationTimestamp: ago(910),
          deletionTimestamp: ago(600),
          deletionGracePeriodSeconds: 30,
          finalizers: ["example.com/hold"],
        },
        spec: { nodeName: "worker-2" },
        status: onNode(900, [running("app", 898)], true),
      }),
    ]),
    rules: RULES,
  },
  "not-there": {
    snapshot: snapshotOf([pod("web")], { targets: [{ kind: "Pod", namespace: "shop", name: "wbe" }] }),
    rules: RULES,
  },
};

const many = (count: number, make: (index: number) => readonly KubeObject[]) =>
  Array.from({ length: count }, (_, index) => make(index)).flat();
const letters = (index: number) => `x${String(index).padStart(3, "0")}`;

/** Several pods at once. */
export const LISTS: Readonly<Record<string, Scene & { podsSeen?: number }>> = {
  namespace: {
    snapshot: snapshotOf(
      [
        ...many(5, (index) =>
          wrongTag(`web-7d4b9c6f5-${letters(index)}`).objects.filter(({ kind }) => kind === "Pod" || index === 0),
        ),
        crashing("api-7d4b9c6f5-k8s2p", "api"),
        ...deploymentOf("api").objects,
        ...noNode("batch-0"),
        pod("new", { metadata: { creationTimestamp: ago(3) } }),
        pod("fine", { spec: { nodeName: "worker-1" }, status: onNode(600, [running("app", 598)], true) }),
      ],
      { gaps: [secretsForbidden], skipped: ["Pod broken is left out: spec.containers is not as the API has it"] },
    ),
    rules: RULES,
    podsSeen: 23,
  },
  cluster: {
    snapshot: snapshotOf([
      ...many(380, (index) =>
        wrongTag(`web-7d4b9c6f5-${letters(index)}`, ["shop", "billing", "kube-system"][index % 3]).objects.slice(0, 1),
      ),
      ...many(12, (index) => noNode(`batch-${index}`)),
      ...many(8, (index) => [crashing(`api-7d4b9c6f5-${letters(index)}`, index < 5 ? "api" : "cart")]),
      ...deploymentOf("api").objects,
      ...deploymentOf("cart").objects,
    ]),
    rules: RULES,
    podsSeen: 2310,
  },
  "one-missing": {
    snapshot: snapshotOf(noNode("web"), {
      targets: [
        { kind: "Pod", namespace: "shop", name: "web" },
        { kind: "Pod", namespace: "shop", name: "wbe" },
      ],
    }),
    rules: RULES,
  },
  "one-of-many": { snapshot: snapshotOf(noNode("web")), rules: SILENT, podsSeen: 12 },
  "all-well": {
    snapshot: snapshotOf([], { targets: [] }),
    rules: RULES,
    podsSeen: 12,
  },
};
