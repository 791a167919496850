// An API server that misbehaves: node test/cluster/faults.mjs [--plugin FOLDER]
// Each fault has to end in an honest report or in one clear message, within the program's patience.
import { parseArgs } from "node:util";
import { session } from "./lib/session.mjs";

const { values } = parseArgs({ options: { plugin: { type: "string" } } });
await session("misbehaving-server.mjs", [], values);
