import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { load } from "js-yaml";
import { archive } from "../../scripts/package/archive.ts";
import { nameOf, ourPlatform, type Packed, packPlugin } from "../../scripts/package/package.ts";

// The rules are krew's own: v0.5.0, internal/index/validation/validate.go, and for the length of the short description
// its developer guide ("Writing your plugin manifest").

const read = (path: string) => readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), "utf8");

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly version: string;
    readonly shortDescription: string;
    readonly description: string;
    readonly platforms: readonly ManifestPlatform[];
  };
}

interface ManifestPlatform {
  readonly selector: { readonly matchLabels: { readonly os: string; readonly arch: string } };
  readonly uri: string;
  readonly sha256: string;
  readonly files: readonly { readonly from: string; readonly to: string }[];
  readonly bin: string;
}

/** What krew refuses a manifest for, and what the reviewers of its index do. */
function checkManifest({ apiVersion, kind, metadata, spec }: Manifest): void {
  expect(apiVersion).toBe("krew.googlecontainertools.github.com/v1alpha2");
  expect(kind).toBe("Plugin");
  expect(metadata.name).toBe("why-pending");
  expect(spec.version).toMatch(/^v(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z.-]+)?$/);
  expect(spec.version).toBe(`v${JSON.parse(read("package.json")).version}`);
  expect(spec.shortDescription).toMatch(/^[^\r\n]{1,50}$/);
  expect(spec.shortDescription).not.toMatch(/kubectl|\.$/);
  expect(spec.description).toMatch(/\S/);
  expect(spec.platforms.length).toBeGreaterThan(0);
  for (const { selector, uri, sha256, files, bin } of spec.platforms) {
    expect(selector.matchLabels).toEqual({
      os: expect.stringMatching(/^[a-z]+$/),
      arch: expect.stringMatching(/^[a-z0-9]+$/),
    });
    expect(uri).toMatch(/\.tar\.gz$/);
    expect(sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(files.map(({ from }) => from)).toEqual([bin, "LICENSE", "NOTICE"]);
    expect(bin).toBe(selector.matchLabels.os === "windows" ? "kubectl-why_pending.exe" : "kubectl-why_pending");
  }
}

test("the manifest of the repository keeps krew's rules", () => {
  checkManifest(load(read("krew-manifest.yaml")) as Manifest);
});

describe("npm run package, for this platform", () => {
  let folder: string;
  let packed: Packed;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "why-pending-krew-"));
    packed = packPlugin(folder, (platform) => nameOf(platform) === ourPlatform);
  }, 60_000);
  afterAll(() => rmSync(folder, { recursive: true }));

  const manifest = () => load(packed.manifest) as Manifest;
  const platform = () => {
    const [only, ...others] = manifest().spec.platforms;
    if (!only || others.length > 0) throw new Error("there is not one platform");
    return only;
  };
  const tar = (...args: string[]) => execFileSync("tar", args, { cwd: folder, encoding: "utf8" });

  test("everything was built", () => {
    expect(packed.notBuilt).toEqual([]);
    const { os, arch } = platform().selector.matchLabels;
    expect(`${os}/${arch}`).toBe(ourPlatform);
  });
  test("the manifest keeps krew's rules", () => checkManifest(manifest()));
  test("the checksum is that of the archive", () => {
    const { uri, sha256 } = platform();
    expect(
      createHash("sha256")
        .update(readFileSync(join(folder, uri)))
        .digest("hex"),
    ).toBe(sha256);
  });
  test("the archive holds the executable and the licences, regular files only", () => {
    const { uri, bin } = platform();
    const listed = tar("-tvzf", uri).trim().split("\n");
    expect(listed.map((line) => line.split(/\s+/).at(-1))).toEqual(["LICENSE", "NOTICE", bin]);
    for (const line of listed) expect(line).toMatch(/^-/);
  });
  test("what was unpacked runs", () => {
    const { uri, bin } = platform();
    mkdirSync(join(folder, "store"));
    tar("-xzf", uri, "-C", "store");
    expect(readFileSync(join(folder, "store/LICENSE"), "utf8")).toBe(read("LICENSE"));
    expect(statSync(join(folder, "store", bin)).mode & 0o777).toBe(0o755);
    const said = execFileSync(join(folder, "store", bin), ["--version"], { encoding: "utf8" });
    expect(said).toBe(`kubectl why-pending ${manifest().spec.version}\n`);
  });
  test("a place to fetch from is put before the file", () => {
    const { manifest: text } = packPlugin(folder, () => false, "https://example.org/v1/");
    expect((load(text) as Manifest).spec.platforms).toEqual([]);
  });
});

describe("archives", () => {
  const file = (name: string, content: string) => ({ name, content: Buffer.from(content), isExecutable: false });

  test("the same files give the same bytes, in whatever order", () => {
    const [a, b] = [file("a", "one"), file("b", "x".repeat(512))];
    expect(archive([a, b]).equals(archive([b, a]))).toBe(true);
  });
  test("tar reads back what was packed, also files that fill a block and empty ones", () => {
    const files = [file("empty", ""), file("full", "x".repeat(512)), file("over", "y".repeat(513))];
    for (const { name, content } of files) {
      const read = execFileSync("tar", ["-xzOf", "-", name], { input: archive(files) });
      expect(read.equals(content)).toBe(true);
    }
  });
});
