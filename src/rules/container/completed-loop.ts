import { name, path, text, value } from "../../text/text.ts";
import { causeRepairs } from "./cause-repairs.ts";
import { causeHeadline, causeNotes } from "./cause-words.ts";
import { lastedWords } from "./crash.ts";
import { crashRule, furtherLooks, repairProgram, timesWords } from "./crash-rule.ts";
import { containerWords } from "./words.ts";

/** The program ends with success, and is started again and again. */
export default crashRule({
  id: "container/completed-loop",
  title: "The program ends with success, and is started again and again",
  kinds: ["completed"],
  confidence: () => "certain",
  headline: (crash, input) => {
    const { view, run, words } = crash;
    const lead = text`${containerWords(view)} completes${lastedWords(run)} (exit code 0) and is started again`;
    if (words.cause) return text`${lead}: ${causeHeadline(words.cause, crash, input)}.`;
    return words.line?.weight === "severe"
      ? text`${lead}: ${value(words.line.words.slice(0, 140))}`
      : text`${lead}: it does not stay up as a server does.`;
  },
  why: (crash, input) =>
    text`The program ended by itself and successfully, ${timesWords(crash, input)}. With ${path("restartPolicy: Always")} the kubelet starts it again whatever its exit code, and waits longer each time.`,
  notes: (crash, input) =>
    crash.words.cause
      ? causeNotes(crash.words.cause, crash, input)
      : [
          text`Usual reasons: a shell without a terminal, a program that puts itself into the background, a task that belongs into a Job.`,
        ],
  fixes: (crash, input) => [
    ...(crash.words.cause ? causeRepairs(crash.words.cause, crash, input) : []),
    ...(crash.words.cause
      ? []
      : [
          repairProgram(
            text`Run a program that stays in the foreground; for a task that ends, make a ${name("Job")} instead.`,
          ),
        ]),
    ...furtherLooks(crash, input),
  ],
  groupKey: ({ line }) => line ?? "",
  doc: {
    means:
      "The container's program ends successfully. Pods of Deployments, StatefulSets and DaemonSets are for programs that do not end, so it is started again, with longer and longer waits.",
    seenIn: "CrashLoopBackOff with lastState.terminated reason Completed and exit code 0.",
    repair: "Run it in the foreground, or as a Job.",
    catalogue: ["crash-completed-loop"],
  },
});
