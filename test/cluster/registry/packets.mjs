// Which registry hosts a program sent packets to, by the counters of the network namespace. A program is told apart by a group
// id of its own.
import { execFileSync } from "node:child_process";
import { namesByAddress } from "./hosts.mjs";

const API_SERVER = "127.0.0.1/32";
const chainOf = (gid) => `why-${gid}`;

/** The environment's own address holds node and DNS; all others are registries or token services. */
const registries = [...namesByAddress].filter(([, names]) => !names.includes("node-1"));

/** Begins to count for some group ids. */
export function countPackets(gids) {
  const lines = gids.flatMap((gid) => [
    `-A OUTPUT -m owner --gid-owner ${gid} -j ${chainOf(gid)}`,
    `-A ${chainOf(gid)} -d ${API_SERVER} -j RETURN`,
    ...registries.map(([address]) => `-A ${chainOf(gid)} -d ${address}/32 -j RETURN`),
    `-A ${chainOf(gid)} -j RETURN`,
  ]);
  const chains = gids.map((gid) => `:${chainOf(gid)} - [0:0]`);
  execFileSync("iptables-restore", ["--noflush"], {
    input: ["*filter", ...chains, ...lines, "COMMIT", ""].join("\n"),
  });
}

/**
 * What a group id sent since: packets to the API server, the registry addresses that got any, and packets to all the rest
 * (DNS is there).
 */
export function packetsOf(gid) {
  const counted = [
    ...execFileSync("iptables-save", ["-c", "-t", "filter"], { encoding: "utf8" }).matchAll(
      new RegExp(`^\\[(\\d+):\\d+\\] -A ${chainOf(gid)} (?:-d (\\S+) )?-j RETURN$`, "gm"),
    ),
  ].map(([, packets, to]) => ({ packets: Number(packets), to }));
  const to = (address) => counted.find((one) => one.to === address)?.packets ?? 0;
  return {
    apiServer: to(API_SERVER),
    registries: registries.map(([address]) => address).filter((address) => to(`${address}/32`) > 0),
    rest: to(undefined),
  };
}

/** Removes all that `countPackets` added. */
export function stopCounting(gids) {
  const lines = gids.flatMap((gid) => [
    `-D OUTPUT -m owner --gid-owner ${gid} -j ${chainOf(gid)}`,
    `-F ${chainOf(gid)}`,
    `-X ${chainOf(gid)}`,
  ]);
  execFileSync("iptables-restore", ["--noflush"], { input: ["*filter", ...lines, "COMMIT", ""].join("\n") });
}
