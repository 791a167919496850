// The plugin with --check-registry, as a user who may only read, and what it must never give away.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { environment, runProgram } from "../lib/api.mjs";
import { RUN } from "../lib/machine.mjs";
import { GUEST, HOSTILE, SHOP, WRONG } from "./logins.mjs";

/** For hosts whose certificates the cluster's authority signed. */
export const AUTHORITY = ["--registry-ca", join(RUN, "pki/ca.crt")];
const INSECURE = ["registry.test:5000", "private.test:5001"].flatMap((host) => ["--registry-insecure", host]);

/** Passwords as they are and as they are sent, and the beginning of every token. */
const SECRETS = [
  ...[SHOP, GUEST, WRONG, HOSTILE].flatMap(({ username, password }) => [
    password,
    Buffer.from(`${username}:${password}`).toString("base64").replace(/=+$/, ""),
  ]),
  "token-of-hostile-test",
  Buffer.from('{"typ":"JWT","alg"').toString("base64url"),
];

/** Runs the plugin under a group id of its own, by which its packets are counted. */
export const run = (args, { plugin, gid, user = "reader", env }) =>
  runProgram("kubectl", ["why-pending", ...args, "-o", "json"], {
    env: { ...environment(user, plugin), ...env },
    timeoutMs: 120_000,
    gid,
  });

/** One run with the flag: its report, the answers that it saved to `file`, and which secrets are in what it wrote. */
export async function check(args, { folder, ...how }) {
  const file = join(folder, `${how.gid}.json`);
  const done = await run([...args, "--check-registry", ...INSECURE, "--save-snapshot", file], how);
  let report;
  let saved;
  try {
    report = JSON.parse(done.stdout);
    saved = readFileSync(file, "utf8");
  } catch {
    throw new Error(`exit code ${done.code}, no report: ${(done.stderr || done.stdout).trim().slice(0, 600)}`);
  }
  const leaked = SECRETS.filter((secret) => [done.stdout, done.stderr, saved].some((text) => text.includes(secret)));
  return { ...done, report, file, answers: JSON.parse(saved).whyPending.registryAnswers ?? [], leaked };
}
