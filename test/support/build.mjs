// Before the tests: the program is built when it is older than its sources, for those who run jest by hand.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { tool } from "../../scripts/tools.mjs";

export default function build() {
  const script = fileURLToPath(new URL("../../scripts/build.mjs", import.meta.url));
  const { status } = spawnSync(tool("node"), [script, "--if-stale"], { stdio: ["ignore", "inherit", "inherit"] });
  // What needs no built program is tested all the same; runCli fails.
  if (status !== 0) process.env.WHY_PENDING_UNBUILT = "yes";
}
