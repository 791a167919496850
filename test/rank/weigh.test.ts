import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { diagnose } from "../../src/diagnosis/diagnose.ts";
import { allKnowledge } from "../../src/diagnosis/knowledge.ts";
import { parseSnapshot } from "../../src/snapshot/snapshot-file.ts";
import { pasteLine } from "../../src/text/command.ts";
import { plain } from "../../src/text/text.ts";

// Pairs of snapshots that differ in one fact that speaks against the finding: with it less is claimed, or something else.

const knowledge = await allKnowledge();

interface Raw {
  readonly kind: string;
  readonly metadata: { labels?: Record<string, string>; [field: string]: unknown };
  readonly spec: Record<string, unknown>;
  readonly status: Record<string, unknown>;
}
interface Saved {
  readonly whyPending: { takenAt: string };
  readonly items: Raw[];
}

const read = (folder: string): Saved =>
  JSON.parse(readFileSync(join(import.meta.dirname, "../cases", folder, "snapshot.json"), "utf8"));
const podIn = ({ items }: Saved) => items.find(({ kind }) => kind === "Pod") as Raw;
const nodeIn = (saved: Saved): Raw => {
  const wanted = podIn(saved).spec.nodeName as string;
  const known = saved.items.find(({ kind, metadata }) => kind === "Node" && metadata.name === wanted);
  if (known) return known;
  const made: Raw = { kind: "Node", metadata: { name: wanted }, spec: {}, status: {} };
  saved.items.push(made);
  return made;
};
const condition = (type: string, status: string) => ({ type, status, lastHeartbeatTime: "2026-11-01T00:00:00Z" });

async function causeOf(saved: Saved) {
  const [diagnosis] = diagnose(await parseSnapshot([{ path: "saved", content: JSON.stringify(saved) }]), knowledge);
  const cause = diagnosis?.rootCause;
  return {
    rule: cause?.rule,
    confidence: cause?.confidence,
    effect: cause?.effect,
    headline: plain(cause?.headline ?? []),
    notes: (cause?.notes ?? []).map(plain).join("\n"),
    commands: (cause?.fixes ?? []).flatMap(({ commands }) => commands.map((one) => pasteLine(one))),
  };
}

/** The node of the pod is Ready, and its kubelet measures this of its disk. */
const disk = (pressure: string) => (saved: Saved) => {
  const node = nodeIn(saved);
  node.status.conditions = [condition("Ready", "True"), condition("DiskPressure", pressure)];
};
const later = (hours: number) => (saved: Saved) => {
  saved.whyPending.takenAt = new Date(Date.parse(saved.whyPending.takenAt) + hours * 3_600_000).toISOString();
};

describe.each(["sandbox/disk-full/hit-mkdir", "image/disk-full/hit-containerd", "container/disk-full/hit-message"])(
  "%s",
  (folder) => {
    const rule = folder.split("/").slice(0, 2).join("/");
    const withDisk = (pressure: string) => {
      const saved = read(folder);
      disk(pressure)(saved);
      return causeOf(saved);
    };

    test("stays as sure as it was where the node reports pressure", async () => {
      const { confidence } = await causeOf(read(folder));
      expect(await withDisk("True")).toMatchObject({ rule, confidence });
    });

    test("is only possible where the node reports none", async () => {
      const weighed = await withDisk("False");
      expect(weighed).toMatchObject({ rule, confidence: "possible" });
      expect(weighed.notes).toMatch(/^But node \S+ reports DiskPressure False/);
      expect(weighed.headline).toMatch(/it may be its disk/);
    });

    test("is as it was where the node does not say", async () => {
      const { confidence } = await causeOf(read(folder));
      expect(await withDisk("Unknown")).toMatchObject({ rule, confidence });
    });
  },
);

describe("pull policy Never", () => {
  const folder = "image/never-pull/hit-init-container";
  const held = (kubeletVersion: string, secrets: readonly object[] = []) => {
    const saved = read(folder);
    const pod = podIn(saved);
    const [container] = pod.spec.initContainers as { image: string }[];
    const node = nodeIn(saved);
    node.status.images = [{ names: [container?.image] }];
    node.status.nodeInfo = { kubeletVersion };
    pod.spec.imagePullSecrets = secrets;
    return causeOf(saved);
  };

  test("with an image that the node lacks is certain", async () => {
    expect(await causeOf(read(folder))).toMatchObject({ rule: "image/never-pull", confidence: "certain" });
  });

  test("with an image that the node lists does not claim that it lacks it", async () => {
    const weighed = await held("v1.31.4");
    expect(weighed).toMatchObject({ rule: "image/never-pull", confidence: "possible" });
    expect(weighed.headline).not.toMatch(/does not have/);
    expect(weighed.notes).toMatch(/^But node \S+ lists the image/);
  });

  test.each([
    ["without a pull secret", []],
    ["with a pull secret", [{ name: "registry-login" }]],
  ])("%s is the verification of credentials from kubelet 1.35 on", async (_, secrets) => {
    const weighed = await held("v1.35.3", secrets);
    expect(weighed).toMatchObject({ rule: "image/credential-verification", confidence: "likely" });
    if (secrets.length > 0) expect(weighed.commands.join("\n")).toContain('"imagePullPolicy":"IfNotPresent"');
  });
});

describe("what only delays a pod", () => {
  test.each([
    "volume/attach-pending/hit-not-yet",
    "volume/cache-sync/hit-secret",
    "sandbox/name-reserved/hit-containerd",
    "image/pulling/hit-large-image",
  ])("blocks it after hours: %s", async (folder) => {
    const rule = folder.split("/").slice(0, 2).join("/");
    const [now, old] = [read(folder), read(folder)];
    later(96)(old);
    expect(await causeOf(now)).toMatchObject({ rule, effect: "delays" });
    const weighed = await causeOf(old);
    expect(weighed.rule).toBe(rule);
    expect(weighed.effect).toBe("blocks");
    expect(weighed.confidence).not.toBe("certain");
    expect(weighed.notes).toMatch(/^But this has lasted for 4d/);
  });
});

describe("a node whose pod network is not set up", () => {
  test("blocks a pod that needs one, and none on the network of the node", async () => {
    const [own, host] = [read("node/not-ready/hit-cni"), read("node/not-ready/hit-cni")];
    podIn(host).spec.hostNetwork = true;
    expect(await causeOf(own)).toMatchObject({ rule: "node/not-ready", confidence: "certain" });
    expect((await causeOf(host)).rule).not.toBe("node/not-ready");
  });
});

describe("a pod of an older revision, whose owner's template is repaired", () => {
  const folder = "image/not-found/hit-stateful-set";
  const owned = (updateRevision: string, image: string) => {
    const saved = read(folder);
    const owner = saved.items.find(({ kind }) => kind === "StatefulSet") as Raw;
    podIn(saved).metadata.labels = { ...podIn(saved).metadata.labels, "controller-revision-hash": "old" };
    Object.assign(owner, { status: { ...owner.status, updateRevision } });
    const template = owner.spec.template as { spec: { containers: { image: string }[] } };
    for (const container of template.spec.containers) if (image) container.image = image;
    return causeOf(saved);
  };

  test.each([
    ["the template is the same", "new", ""],
    ["the pod is of the newest revision", "old", "registry.test:5000/shop/web:9"],
  ])("where %s, the owner is to be changed", async (_, revision, image) => {
    const { commands, notes } = await owned(revision, image);
    expect(commands.join("\n")).toMatch(/set image statefulset\//);
    expect(notes).not.toMatch(/has been changed since/);
  });

  test("has to be deleted, and the owner stays as it is", async () => {
    const { rule, commands, notes } = await owned("new", "registry.test:5000/shop/web:9");
    expect(rule).toBe("image/not-found");
    expect(notes).toMatch(
      /^But StatefulSet \S+ has been changed since: its template has "registry.test:5000\/shop\/web:9"/,
    );
    expect(commands).toHaveLength(1);
    expect(commands[0]).toMatch(/^kubectl -n \S+ delete pod \S+$/);
  });
});
