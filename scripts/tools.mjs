// Where the development tools are. npm runs the install scripts of packages only with the user's leave, and these
// three are only links to a package of the platform: where the link is missing, that package is used itself.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const modules = fileURLToPath(new URL("../node_modules", import.meta.url));
const { platform, arch } = process;
const system = platform === "win32" ? "windows" : platform;
const processor = arch === "arm64" ? "aarch64" : arch;

const PLACES = {
  node: ["node/bin/node", `node-bin-${platform}-${arch}/bin/node`, `node-${platform}-${arch}/bin/node`],
  bun: [
    `@oven/bun-${system}-${processor}/bin/bun`,
    `@oven/bun-${system}-${processor}-baseline/bin/bun`,
    "bun/bin/bun.exe",
  ],
};

/** The path of `node` or `bun`. Throws where no package of the platform is installed. */
export function tool(name) {
  const found = PLACES[name]
    .map((place) => join(modules, platform === "win32" ? `${place.replace(/\.exe$/, "")}.exe` : place))
    .find((path) => existsSync(path));
  if (!found) throw new Error(`there is no ${name} for ${platform} ${arch} in node_modules: run npm ci`);
  return found;
}
