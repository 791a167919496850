// Packs the built program, one archive a platform, into dist/packages/, and writes krew-manifest.yaml for them.
// npm run package [-- linux/amd64 …] [--from URL]: URL is where a release will have the archives.
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { nameOf, ourPlatform, packPlugin } from "./package/package.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = join(root, "dist/packages");
const { values, positionals } = parseArgs({ allowPositionals: true, options: { from: { type: "string" } } });

rmSync(folder, { recursive: true, force: true });
const isWanted = (name: string) => positionals.length === 0 || positionals.includes(name);
const { archives, notBuilt, manifest } = packPlugin(folder, (platform) => isWanted(nameOf(platform)), values.from);
for (const { file, sha256 } of archives) console.log(`dist/packages/${file}\n  sha256 ${sha256}`);
for (const { platform, why } of notBuilt) console.error(`not built: ${nameOf(platform)}: ${why}`);
if (archives.length > 0) {
  writeFileSync(join(root, "krew-manifest.yaml"), manifest);
  console.log("krew-manifest.yaml");
}
// Other platforms need the network; that of this machine does not.
process.exitCode = notBuilt.some(({ platform }) => nameOf(platform) === ourPlatform) || archives.length === 0 ? 1 : 0;
