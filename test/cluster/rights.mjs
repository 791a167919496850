// Every scenario with fewer rights: node test/cluster/rights.mjs [SCENARIO…] [--plugin FOLDER]
// (a) pods and events of the namespace, (b) the role view there, (c) nothing at all. Nothing may crash, no cause may be named that
// is not there or be surer than with all rights, and each missing right that the report names is granted and has to vanish.
import { parseArgs } from "node:util";
import { session } from "./lib/session.mjs";

const { values, positionals } = parseArgs({ allowPositionals: true, options: { plugin: { type: "string" } } });
await session(["scenarios.mjs", "--rights", "--no-repair", ...positionals], values);
