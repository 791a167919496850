// Builds the program: dist/kubectl-why_pending.cjs for Node, with what few runs need in dist/parts/, and from them
// dist/kubectl-why_pending, one executable made by Bun. `--if-stale` builds only what is older than its sources;
// `--bundle` leaves the executable out.
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

/**
 * Compiles the bundle to an executable. `target` is another platform in Bun's words, such as bun-darwin-arm64: Bun then
 * fetches the program of that platform, once.
 */
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

/**
 * Packages that few runs need, each a file of its own. esbuild splits no CommonJS, so the cut is made by hand: at the
 * import of the package. `module.exports` is what import() gives, `default` included.
 */
const PARTS = {
  ora: 'module.exports = require("ora").default;',
  "js-yaml": 'module.exports = require("js-yaml");',
};

const inParts = {
  name: "in-parts",
  setup({ onResolve }) {
    const names = new RegExp(`^(${Object.keys(PARTS).join("|")})$`);
    onResolve({ filter: names }, ({ path }) => ({ path: `./parts/${path}.cjs`, external: true }));
  },
};

const common = {
  bundle: true,
  platform: "node",
  format: "cjs",
  target: "node22",
  minify: true,
  charset: "utf8",
  legalComments: "none",
  logLevel: "warning",
};

/** Writes the bundle and its parts; tells esbuild's account of what is in the bundle. */
export async function buildBundle() {
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  for (const [name, contents] of Object.entries(PARTS)) {
    const outfile = join(root, `dist/parts/${name}.cjs`);
    await build({ ...common, stdin: { contents, resolveDir: root }, outfile });
  }
  const { metafile } = await build({
    ...common,
    entryPoints: [join(root, "src/main.ts")],
    outfile: bundle,
    // import() of a part becomes require(): Bun finds the file and takes it into the executable.
    supported: { "dynamic-import": false },
    define: { __VERSION__: JSON.stringify(version), "import.meta.url": "__url" },
    banner: { js: 'const __url=require("node:url").pathToFileURL(__filename).href;' },
    plugins: [withoutUnused, inParts],
    metafile: true,
  });
  return metafile;
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

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    await main();
  } catch (error) {
    // esbuild has told its own errors already.
    if (!error.errors) console.error(error.stderr?.toString() || error.message);
    process.exitCode = 1;
  }
}
