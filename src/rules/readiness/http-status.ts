import { fixesOf, notesOf, whyOf } from "./causes.ts";
import { probeRule } from "./probe-rule.ts";

/** The program answers the probe with a status that is no success. */
export default probeRule({
  id: "readiness/http-status",
  title: "The readiness probe gets an answer that is no success",
  fits: ({ probe, state, error }) => probe.type === "readiness" && state === "failing" && error?.cause === "status",
  why: whyOf,
  notes: notesOf,
  fixes: fixesOf,
  doc: {
    means:
      "The container runs and its program answers HTTP requests, but not with a status from 200 to 399 where the readiness probe asks. Until it does, the pod is not Ready and gets no traffic.",
    seenIn:
      "The newest event Unhealthy `Readiness probe failed: HTTP probe failed with statuscode: N` of the current run (kubelet, all versions).",
    repair:
      "404: ask a path that exists. 401 and 403: ask one that needs no login. 5xx: the program says that it is not ready; repair what it waits for.",
    notToConfuseWith:
      "readiness/http-connect: there nobody answers. Events from before the container's last start are history.",
    catalogue: ["probe-http-status", "probe-readiness"],
  },
});
