// Before the tests: the program is built when it is older than its sources, for those who run jest by hand.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { tool } from "../../scripts/tools.mjs";

export default function build() {
  const script = fileURLToPath(new URL("../../scripts/build.mjs", import.meta.url));
  execFileSync(tool("node"), [script, "--if-stale"], { stdio: "inherit" });
}
