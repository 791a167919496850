import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { diagnose } from "../../src/diagnosis/diagnose.ts";
import { allKnowledge } from "../../src/diagnosis/knowledge.ts";
import { buildReport, buildReportList } from "../../src/report/build.ts";
import { render } from "../../src/report/render/index.ts";
import { documentSchema } from "../../src/report/schema.ts";
import type { RegistryAnswer } from "../../src/snapshot/registry-answer.ts";
import type { Snapshot } from "../../src/snapshot/snapshot.ts";
import { parseSnapshot } from "../../src/snapshot/snapshot-file.ts";

type Format = "text" | "markdown" | "json";

const knowledge = await allKnowledge();
const OPTIONS = { color: false, width: 110, wide: false, kubectlFlags: [] };

function snapshotOf(name: string): Promise<Snapshot> {
  const path = join(import.meta.dirname, "../cases/image", name, "snapshot.json");
  return parseSnapshot([{ path, content: readFileSync(path, "utf8") }]);
}

function answerOf({ registryAnswers }: Snapshot): RegistryAnswer {
  const [answer] = registryAnswers ?? [];
  if (!answer) throw new Error("nobody was asked");
  return answer;
}

function shown(snapshot: Snapshot, output: Format): Promise<string> {
  const [diagnosis] = diagnose(snapshot, knowledge);
  if (!diagnosis) throw new Error("the snapshot names no target");
  return render(buildReport(diagnosis), output, OPTIONS);
}

const shownList = (snapshot: Snapshot, output: Format) =>
  render(buildReportList(diagnose(snapshot, knowledge), snapshot, 40), output, OPTIONS);

describe("who was asked", () => {
  test("is told in every form, each login at the host of the image and token services beside it", async () => {
    const snapshot = await snapshotOf("auth-rejected/hit-account-may-not-pull");
    expect(await shown(snapshot, "text")).toContain(
      "\nAsked        registry-1.docker.io (as secret shop/hub, user ada; anonymously), auth.docker.io\n",
    );
    expect(await shown(snapshot, "markdown")).toContain(
      "**Asked**\n\n- `registry-1.docker.io` (as secret `shop/hub`, user `ada`; anonymously), `auth.docker.io`",
    );
    const json = JSON.parse(await shown(snapshot, "json"));
    expect(documentSchema.safeParse(json).error).toBeUndefined();
    expect(json.asked).toEqual([
      {
        host: "registry-1.docker.io",
        isReached: true,
        logins: [{ as: "secret", secret: "shop/hub", user: "ada" }, { as: "anonymous" }],
      },
      { host: "auth.docker.io", isReached: true, logins: [] },
    ]);
  });

  test("is told once for a list, each host and login once", async () => {
    const snapshot = await snapshotOf("auth-missing/hit-asked-and-denied");
    const [target] = snapshot.targets;
    const pod = snapshot.objects.find(({ kind, metadata }) => kind === "Pod" && metadata.name === target?.name);
    if (!pod || !target) throw new Error("no pod");
    const second = { ...pod, metadata: { ...pod.metadata, name: "second", uid: "uid-of-second" } };
    const list = {
      ...snapshot,
      objects: [...snapshot.objects, second],
      targets: [target, { ...target, name: "second", uid: "uid-of-second" }],
    };
    for (const output of ["text", "markdown"] as const)
      expect((await shownList(list, output)).match(/Asked/g)).toHaveLength(1);
    expect(await shownList(list, "text")).toContain("\nAsked        private.test:5001 (anonymously)\n");
    const json = JSON.parse(await shownList(list, "json"));
    expect(documentSchema.safeParse(json).error).toBeUndefined();
    expect(json.asked).toEqual([{ host: "private.test:5001", isReached: true, logins: [{ as: "anonymous" }] }]);
  });

  test("a host without an answer is told as such", async () => {
    expect(await shown(await snapshotOf("registry-dns/hit-unknown-here-too"), "text")).toContain(
      "\nAsked        regstry.test:5000 (no answer; anonymously)\n",
    );
  });

  test("pull secrets that could not be read to ask with are told under what was not checked", async () => {
    const snapshot = await snapshotOf("auth-missing/hit-asked-and-denied");
    const unread = [{ secret: "team", why: "forbidden" }];
    const registryAnswers = [{ ...answerOf(snapshot), unread }];
    expect(await shown({ ...snapshot, registryAnswers }, "text")).toContain(
      "\nNot checked  private.test:5001 as pull secret shop/team (forbidden)\n",
    );
  });

  test("nothing is said of it, in no form, where nobody was asked", async () => {
    const { registryAnswers: _, ...snapshot } = await snapshotOf("auth-missing/hit-asked-and-denied");
    for (const output of ["text", "markdown", "json"] as const)
      expect(await shown(snapshot, output)).not.toMatch(/asked"|Asked/);
  });
});

describe("what would make it surer", () => {
  test("is told where the registry was not asked", async () => {
    const { registryAnswers: _, ...snapshot } = await snapshotOf("not-found/hit-registry-tells-the-nearest");
    const words = "--check-registry asks registry.test:5000 whether it is the tag or the repository, and for its tags.";
    expect((await shown(snapshot, "text")).replace(/\s+/g, " ")).toContain(`sure? ${words}`);
    expect(JSON.parse(await shown(snapshot, "json")).rootCause.surer).toBe(words);
    expect(await shown(snapshot, "markdown")).toContain("`--check-registry` asks `registry.test:5000`");
  });

  test("is no question any more once it was asked, whatever the answer", async () => {
    for (const name of ["not-found/hit-registry-tells-the-nearest", "registry-dns/hit-unknown-here-too"]) {
      const snapshot = await snapshotOf(name);
      expect(await shown(snapshot, "text")).not.toContain("--check-registry");
      expect(await shown({ ...snapshot, registryAnswers: [] }, "text")).not.toContain("--check-registry");
    }
  });

  test.each(["never-pull/hit-bare-pod", "invalid-name/hit-scheme", "disk-full/hit-containerd"])(
    "is not told where no registry could help: %s",
    async (name) => {
      expect(await shown(await snapshotOf(name), "text")).not.toContain("--check-registry");
    },
  );
});
