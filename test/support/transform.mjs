// TypeScript to ES modules for jest, one file at a time; types are checked by tsc.
import { createHash } from "node:crypto";
import { transformSync } from "esbuild";

export default {
  process(source, file) {
    const { code, map } = transformSync(source, {
      loader: "ts",
      format: "esm",
      target: "es2024",
      sourcefile: file,
      sourcemap: "external",
      define: { __VERSION__: '"0.0.0-test"' },
    });
    return { code, map };
  },
  getCacheKey: (source, file) => createHash("sha1").update(file).update(source).digest("hex"),
};
