import { name, text } from "../../text/text.ts";
import { fixesOf, whyOf } from "./causes.ts";
import { probeRule } from "./probe-rule.ts";
import { portNote, who } from "./words.ts";

/** The probe names a port that its container does not have. */
export default probeRule({
  id: "readiness/port-name",
  title: "The probe names a port that the container does not have",
  needs: [],
  // The object itself shows it; the event may have expired.
  fits: ({ probe, state }) =>
    probe.type !== "liveness" && state !== "killed" && typeof probe.port === "string" && probe.portNumber === undefined,
  headline: ({ probe, container }) =>
    text`The ${probe.type} probe asks port ${name(String(probe.port))}, and ${who(container)} has no port of that name.`,
  why: ({ error, ...failure }, input) =>
    whyOf(
      { ...failure, error: error ?? { type: failure.probe.type, cause: "port-name", isErrored: true, detail: "" } },
      input,
    ),
  notes: (failure, input) => [portNote(input, failure)],
  fixes: ({ error, ...failure }, input) =>
    fixesOf(
      { ...failure, error: error ?? { type: failure.probe.type, cause: "port-name", isErrored: true, detail: "" } },
      input,
    ),
  doc: {
    means:
      "A probe may name a port instead of giving its number. The name is looked up among the ports of the same container; where it is missing, the probe is never carried out.",
    seenIn:
      'The container\'s ports and the probe, side by side. Event Unhealthy `… probe errored …: strconv.Atoi: parsing "http": invalid syntax` (kubernetes pkg/probe/util.go).',
    repair: "Name the port in the container's ports, or give its number in the probe.",
    notToConfuseWith: "A port of that name in another container of the pod: probes do not see it.",
    catalogue: ["probe-port-name"],
  },
});
