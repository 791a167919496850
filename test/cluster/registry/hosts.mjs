// The names of the cluster's network: kit/up.sh gives each registry host an address of its own.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { RUN } from "../lib/machine.mjs";

/** Addresses with their names, as CoreDNS has them: `192.0.2.11` → `["registry.test", "plain.test"]`. */
export const namesByAddress = new Map(
  [...readFileSync(join(RUN, "etc/Corefile"), "utf8").matchAll(/^\s*(192\.0\.2\.\d+) (.+)$/gm)].map(
    ([, address, names]) => [address, names.split(" ")],
  ),
);

/** The address of a name; undefined for one that does not exist. */
export const addressOf = (name) => [...namesByAddress].find(([, names]) => names.includes(name))?.[0];
