// An API server that misbehaves: node test/cluster/faults.mjs [WORD…] [--plugin FOLDER]
// WORD picks the faults whose name has it.
// Each fault has to end in an honest report or in one clear message, within the program's patience.
import { parseArgs } from "node:util";
import { session } from "./lib/session.mjs";

const { values, positionals } = parseArgs({ allowPositionals: true, options: { plugin: { type: "string" } } });
await session(["misbehaving-server.mjs", ...positionals], values);
