import { connect } from "../../../src/cluster/connect.ts";
import type { ConnectionTarget, Credentials, Proof } from "../../../src/cluster/connection-target.ts";
import { Failure } from "../../../src/text/failure.ts";
import { plain } from "../../../src/text/text.ts";
import type { World } from "../../../src/world.ts";
import { pem } from "./servers.ts";

/** Credentials that never change, unless `renewed` says what they become. */
export function credentials(proof: Proof = {}, renewed?: Proof): Credentials & { renewals: number } {
  return {
    what: Object.keys(proof).length === 0 ? "nothing" : "token of user jane",
    renewals: 0,
    async get() {
      return this.renewals > 0 && renewed ? renewed : proof;
    },
    renew() {
      this.renewals++;
      return renewed !== undefined;
    },
  };
}

/** How to connect to a test server. */
export function targetOf(server: string, more: Partial<ConnectionTarget> = {}): ConnectionTarget {
  return {
    server,
    context: "prod",
    namespace: "shop",
    source: "/home/me/.kube/config, context prod",
    certificateAuthority: pem("root"),
    insecureSkipTlsVerify: false,
    disableCompression: false,
    requestTimeoutMs: 0,
    patienceMs: 5000,
    headers: [],
    credentials: credentials(),
    ...more,
  };
}

/** A world with an environment and a clock. */
export function worldOf(env: World["env"] = {}): World {
  const output = { write: () => true, isTTY: false, columns: undefined };
  return {
    stdin: process.stdin,
    stdout: output,
    stderr: output,
    env,
    homeDirectory: "/home/me",
    workingDirectory: "/home/me",
    isInteractive: false,
    now: () => new Date("2026-05-01T10:00:00Z"),
  };
}

const open: { close(): void }[] = [];

/** Connects to a test server. */
export function apiOf(server: string, more: Partial<ConnectionTarget> = {}, env: World["env"] = {}) {
  const api = connect(targetOf(server, more), worldOf(env));
  open.push(api);
  return api;
}

/** Ends all connections of a test. */
export function closeApis(): void {
  for (const one of open.splice(0)) one.close();
}

/** All lines of the Failure that a promise ends in. */
export async function failureOf(promise: Promise<unknown>): Promise<string> {
  try {
    const value = await promise;
    throw new Error(`no failure, but ${JSON.stringify(value)}`);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return [error.headline, ...error.seen, ...error.todo].map(plain).join("\n");
  }
}
