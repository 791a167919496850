// Builds the program: dist/kubectl-why_pending.cjs, one file for Node, and from it dist/kubectl-why_pending, one
// executable made by Bun. `--if-stale` builds only what is older than its sources; `--bundle` leaves the executable out.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { tool } from "./tools.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const bundle = join(root, "dist/kubectl-why_pending.cjs");
const executable = join(
  root,
  process.platform === "win32" ? "dist/kubectl-why_pending.exe" : "dist/kubectl-why_pending",
);

/** Bun's name of a platform, for executables of other machines: `bun-darwin-arm64`. */
export function compile(output, target) {
  execFileSync(
    tool("bun"),
    [
      "build",
      "--compile",
      "--bytecode",
      "--format=cjs",
      "--minify-syntax",
      // Most runs are over before compiled code pays off: compile only what runs thirty times as often as usual.
      "--compile-jit-policy=30",
      // The folder it is started in is not its own: nothing there may change what it does.
      "--no-compile-autoload-dotenv",
      "--no-compile-autoload-bunfig",
      ...(target ? [`--target=${target}`] : []),
      bundle,
      `--outfile=${output}`,
    ],
    { cwd: join(root, "dist"), stdio: ["ignore", "ignore", "pipe"] },
  );
}

// yargs' helpers import a shim that reads locales and measures strings; the parser needs none of it.
const withoutUnused = {
  name: "without-unused",
  setup({ onResolve }) {
    onResolve({ filter: /platform-shims\/esm\.mjs$/ }, ({ path, resolveDir }) => ({
      path: join(resolveDir, path),
      sideEffects: false,
    }));
  },
};

export async function buildBundle() {
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  await build({
    entryPoints: [join(root, "src/main.ts")],
    outfile: bundle,
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node22",
    minify: true,
    charset: "utf8",
    legalComments: "none",
    define: { __VERSION__: JSON.stringify(version), "import.meta.url": "__url" },
    banner: { js: 'const __url=require("node:url").pathToFileURL(__filename).href;' },
    plugins: [withoutUnused],
    logLevel: "warning",
  });
}

function newest(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((latest, entry) => Math.max(latest, statSync(join(entry.parentPath, entry.name)).mtimeMs), 0);
}

const isStale = (output, sources) => !existsSync(output) || statSync(output).mtimeMs < sources;

async function main() {
  mkdirSync(join(root, "dist"), { recursive: true });
  const only = process.argv.includes("--if-stale");
  const sources = Math.max(
    newest(join(root, "src")),
    statSync(join(root, "package.json")).mtimeMs,
    statSync(fileURLToPath(import.meta.url)).mtimeMs,
  );
  if (!only || isStale(bundle, sources)) await buildBundle();
  if (!process.argv.includes("--bundle") && (!only || isStale(executable, statSync(bundle).mtimeMs)))
    compile(executable);
  if (!only)
    for (const file of [bundle, executable])
      if (existsSync(file)) console.log(`${file.slice(root.length)}  ${Math.round(statSync(file).size / 1000)} kB`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
