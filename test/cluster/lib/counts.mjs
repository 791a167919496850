// How a script of the cluster's tests ends: one line `N passed, N failed`. As a part of npm run test:cluster it names itself
// instead and leaves its counts for the sum.
import { appendFileSync, readFileSync } from "node:fs";

/** Where the parts leave their counts: a line of JSON each. */
const file = process.env.CLUSTER_COUNTS;

/** Says how many passed and failed; the process will end with 1 when one failed or there was none. */
export function conclude(part, passed, failed) {
  console.log(file ? `${part}: ${passed} as expected, ${failed} not` : `${passed} passed, ${failed} failed`);
  if (file) appendFileSync(file, `${JSON.stringify({ part, passed, failed })}\n`);
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
}

/** The sum over all parts; one that left nothing counts as a failure. */
export function sumOf(parts, countsFile) {
  const left = readFileSync(countsFile, "utf8")
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  let passed = 0;
  let failed = 0;
  for (const part of parts) {
    const counts = left.find((one) => one.part === part);
    passed += counts?.passed ?? 0;
    failed += counts?.failed ?? 1;
  }
  return { passed, failed };
}
