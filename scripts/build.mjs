// Builds the program: dist/kubectl-why_pending.cjs for Node, with what it loads when needed in dist/parts/, and from them
// dist/kubectl-why_pending, one executable made by Bun. `--if-stale` builds only what is older than its sources;
// `--bundle` leaves the executable out.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, transform } from "esbuild";
import { tool } from "./tools.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const dist = join(root, "dist");
const bundle = join(dist, "kubectl-why_pending.cjs");
const executable = join(dist, process.platform === "win32" ? "kubectl-why_pending.exe" : "kubectl-why_pending");

/**
 * Compiles the bundle to an executable. `target` is another platform in Bun's words, such as bun-darwin-arm64: Bun then
 * fetches the program of that platform, once. `entry`: a bench is compiled as the program is, to be as fast and no faster.
 */
export function compile(output, target, entry = bundle) {
  execFileSync(
    tool("bun"),
    [
      "build",
      "--compile",
      "--bytecode",
      "--format=cjs",
      "--minify-syntax",
      // Most runs are over before compiled code pays off: compile only what runs a hundred times as often as usual.
      "--compile-jit-policy=100",
      // The folder it is started in is not its own: nothing there may change what it does.
      "--no-compile-autoload-dotenv",
      "--no-compile-autoload-bunfig",
      ...(target ? [`--target=${target}`] : []),
      entry,
      `--outfile=${output}`,
    ],
    { cwd: dist, stdio: ["ignore", "ignore", "pipe"] },
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

const common = { target: "node22", platform: "node", minify: true, charset: "utf8", legalComments: "none" };

/**
 * Writes the bundle, and in dist/parts/ what it loads only when it is needed. esbuild splits ES modules only, so it first
 * makes these and then each of them CommonJS, which Bun's bytecode needs. dist/parts.json says which file loads which.
 */
export async function buildBundle() {
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const { outputFiles, metafile } = await build({
    ...common,
    entryPoints: [{ in: join(root, "src/main.ts"), out: "kubectl-why_pending" }],
    bundle: true,
    format: "esm",
    splitting: true,
    outdir: dist,
    outExtension: { ".js": ".cjs" },
    chunkNames: "parts/[name]-[hash]",
    define: { __VERSION__: JSON.stringify(version), "import.meta.url": "__url" },
    plugins: [withoutUnused],
    logLevel: "warning",
    metafile: true,
    absWorkingDir: root,
    write: false,
  });
  mkdirSync(join(dist, "parts"), { recursive: true });
  // The bundle is the last: it never asks for a part that is not there yet.
  for (const { path, text } of outputFiles.toSorted((a, b) => Number(a.path === bundle) - Number(b.path === bundle))) {
    const options = { ...common, format: "cjs", supported: { "dynamic-import": false } };
    const { code } = await transform(text, options);
    const url = 'const __url=require("node:url").pathToFileURL(__filename).href;';
    writeFileSync(path, code.includes("__url") ? url + code : code);
  }
  const made = new Set(outputFiles.map(({ path }) => path));
  for (const name of readdirSync(join(dist, "parts")))
    if (!made.has(join(dist, "parts", name))) rmSync(join(dist, "parts", name));
  writeFileSync(join(dist, "parts.json"), `${JSON.stringify(partsOf(metafile), null, 1)}\n`);
}

/** Of each file: the module that import() names, the files it loads at once, and those it loads when needed. */
function partsOf({ outputs }) {
  const named = (path) => path.replace(/^dist\//, "");
  return Object.entries(outputs).map(([path, { entryPoint, imports }]) => {
    const loads = (kind) => imports.filter((one) => one.kind === kind && !one.external).map((one) => named(one.path));
    return {
      file: named(path),
      ...(entryPoint && { module: entryPoint }),
      loads: loads("import-statement"),
      later: loads("dynamic-import"),
    };
  });
}

function newest(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((latest, entry) => Math.max(latest, statSync(join(entry.parentPath, entry.name)).mtimeMs), 0);
}

const isStale = (output, sources) => !existsSync(output) || statSync(output).mtimeMs < sources;

async function main() {
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

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    await main();
  } catch (error) {
    // esbuild has told its own errors already.
    if (!error.errors) console.error(error.stderr?.toString() || error.message);
    process.exitCode = 1;
  }
}
