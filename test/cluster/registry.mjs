// The registry situations alone: node test/cluster/registry.mjs [WORD…] [--plugin FOLDER]
// WORD picks the situations whose title has it; then nothing else is done.
import { parseArgs } from "node:util";
import { session } from "./lib/session.mjs";

const { values, positionals } = parseArgs({ allowPositionals: true, options: { plugin: { type: "string" } } });
await session(["registry-situations.mjs", ...positionals], values);
