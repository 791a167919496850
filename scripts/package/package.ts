import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { load } from "js-yaml";
import { compile } from "../build.mjs";
import { archive } from "./archive.ts";
import { type BuiltArchive, krewManifest, type Platform, type PluginDescriptor } from "./krew-manifest.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** What was packed, and what could not be, with the reason. */
export interface Packed {
  readonly archives: readonly BuiltArchive[];
  readonly notBuilt: readonly { readonly platform: Platform; readonly why: string }[];
  /** The text of krew-manifest.yaml. */
  readonly manifest: string;
}

/** `linux/amd64` for the machine this runs on. */
export const ourPlatform = `${process.platform === "win32" ? "windows" : process.platform}/${process.arch === "x64" ? "amd64" : process.arch}`;

export const nameOf = ({ os, arch }: Platform) => `${os}/${arch}`;

/** Compiles the built bundle for each platform that is wanted and packs it into `folder`. */
export function packPlugin(folder: string, isWanted: (platform: Platform) => boolean, from?: string): Packed {
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const plugin = load(readFileSync(join(root, "plugin.yaml"), "utf8")) as PluginDescriptor;
  const archives: BuiltArchive[] = [];
  const notBuilt: { platform: Platform; why: string }[] = [];
  mkdirSync(folder, { recursive: true });
  for (const platform of plugin.platforms.filter(isWanted)) {
    try {
      archives.push(packOne(folder, plugin, platform, version));
    } catch (error) {
      notBuilt.push({ platform, why: reasonOf(error) });
    }
  }
  return { archives, notBuilt, manifest: krewManifest(plugin, version, archives, from) };
}

function packOne(folder: string, { command }: PluginDescriptor, platform: Platform, version: string): BuiltArchive {
  const executable = platform.os === "windows" ? `${command}.exe` : command;
  const work = mkdtempSync(join(tmpdir(), "why-pending-package-"));
  try {
    compile(join(work, executable), nameOf(platform) === ourPlatform ? undefined : platform.bun);
    const content = archive([
      { name: executable, content: readFileSync(join(work, executable)), isExecutable: true },
      { name: "LICENSE", content: readFileSync(join(root, "LICENSE")), isExecutable: false },
      { name: "NOTICE", content: readFileSync(join(root, "NOTICE")), isExecutable: false },
    ]);
    const file = `${command}-v${version}-${platform.os}-${platform.arch}.tar.gz`;
    writeFileSync(join(folder, file), content);
    const sha256 = createHash("sha256").update(content).digest("hex");
    return { platform, file, sha256, executable };
  } finally {
    rmSync(work, { recursive: true });
  }
}

/** The last line that Bun said: it fetches the program of another platform, which takes a network. */
function reasonOf(error: unknown): string {
  const said = (error as { readonly stderr?: Buffer }).stderr?.toString() || String(error);
  return said.trim().split("\n").at(-1) ?? said;
}
