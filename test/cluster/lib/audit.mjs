// What the plugin asked the API server for, by the server's own audit log.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { RUN } from "./machine.mjs";

const ALLOWED = new Set(["get", "list", "watch"]);

/**
 * Sums up the requests of the users who only read, and lists each that should not have been: a verb that is not for
 * reading, or Secrets read other than one by its name. A list of Secrets that held metadata only is counted apart: it
 * carries no values.
 */
export function auditSummary() {
  const counts = {};
  const violations = [];
  let requests = 0;
  let secretMetadataLists = 0;
  for (const line of readFileSync(join(RUN, "log/audit.log"), "utf8").split("\n")) {
    if (line === "") continue;
    const { verb, requestURI, objectRef, responseObject, responseStatus, user, impersonatedUser, stage } =
      JSON.parse(line);
    if (stage !== "ResponseComplete") continue;
    requests += 1;
    const what = objectRef
      ? [objectRef.resource, objectRef.subresource].filter(Boolean).join("/")
      : requestURI.split("?")[0];
    counts[`${verb} ${what}`] = (counts[`${verb} ${what}`] ?? 0) + 1;
    const who = impersonatedUser?.username ?? user.username;
    if (!ALLOWED.has(verb)) violations.push(`${who}: ${verb} ${requestURI}`);
    if (objectRef?.resource !== "secrets" || (verb === "get" && objectRef.name)) continue;
    const isRefused = responseStatus?.code === 403;
    if (responseObject?.kind === "PartialObjectMetadataList" || isRefused) secretMetadataLists += 1;
    else
      violations.push(
        `${who}: Secrets not by name: ${verb} ${requestURI} (answered with ${responseObject?.kind ?? "nothing that was recorded"})`,
      );
  }
  return { requests, counts, secretMetadataLists, violations };
}
