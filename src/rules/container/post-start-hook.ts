import { refTo } from "../../objects/object.ts";
import { path, text, value } from "../../text/text.ts";
import type { Evidence } from "../finding.ts";
import { seen } from "../finding.ts";
import { defineRule } from "../rule.ts";
import { type NextTry, nextTry, outlookWords } from "./back-off.ts";
import { repairProgram } from "./crash-rule.ts";
import { patchContainer } from "./edit.ts";
import { endedRun } from "./runs.ts";
import { commandLine, containerWords } from "./words.ts";

/** The hook that runs right after the start fails, so the kubelet kills the container. */
export default defineRule<{
  command: readonly string[];
  output?: string;
  exitCode?: number;
  restarts: number;
  next?: NextTry;
}>({
  id: "container/post-start-hook",
  title: "The postStart hook fails",
  effect: "blocks",
  needs: ["Event"],
  check: ({ pod, containers, snapshot }) => {
    if (pod.metadata.deletionTimestamp || pod.status?.reason) return [];
    return containers.flatMap((view) => {
      const hook = (view.spec.lifecycle as { postStart?: { exec?: { command?: readonly string[] } } } | undefined)
        ?.postStart;
      const { status, statusPath } = view;
      if (!hook || !status || !statusPath || status.ready) return [];
      const waiting = status.state?.waiting;
      const event = view.events.findLast(({ reason }) => reason === "FailedPostStartHook");
      const run = endedRun(view);
      if (waiting?.reason !== "PostStartHookError" && !(event && run)) return [];
      const message = waiting?.reason === "PostStartHookError" ? waiting.message : undefined;
      const output = /message: "((?:[^"\\]|\\.)*)"/
        .exec(message ?? "")?.[1]
        ?.replace(/\\n/g, " ")
        .replace(/\\(.)/g, "$1")
        .trim();
      const exitCode = /exited with (\d+)/.exec(message ?? "")?.[1];
      const next = run && nextTry(view, run, snapshot);
      const evidence: Evidence[] = [seen(pod, `${view.specPath}.lifecycle.postStart`, "hook")];
      if (message) evidence.push(seen(pod, `${statusPath}.state.waiting.message`, "message"));
      if (event) evidence.push(seen(event, "message", "event"));
      return [
        {
          subject: refTo(pod),
          container: view.name,
          confidence: "certain" as const,
          facts: {
            command: hook.exec?.command ?? [],
            ...(output && { output }),
            ...(exitCode && { exitCode: Number(exitCode) }),
            restarts: status.restartCount ?? 0,
            ...(next && { next }),
          },
          evidence: evidence as [Evidence, ...Evidence[]],
        },
      ];
    });
  },
  message: ({ facts, container = "" }, { containers }) => {
    const view = containers.find(({ name }) => name === container);
    const who = view ? containerWords(view) : text`The container`;
    return {
      headline: text`${who} is killed because its postStart hook fails${facts.output && text`: ${value(facts.output.slice(0, 140))}`}.`,
      why: text`The kubelet runs the hook ${facts.command.length > 0 && text`${commandLine(facts.command)} `}right after the start, and kills the container where it fails${facts.exitCode !== undefined && text` (exit code ${facts.exitCode})`}. The container's own exit code says nothing then.`,
      ...(facts.output === undefined && {
        notes: [text`What the hook writes is kept in no log, and since 1.26 not in the event either.`],
      }),
      ...(facts.next && { outlook: outlookWords(facts.next, facts.restarts) }),
    };
  },
  fixes: ({ container }, input) => {
    const view = input.containers.find(({ name }) => name === container);
    return [
      repairProgram(text`Repair the hook: it runs beside the program, which may not be up yet, and must end with 0.`),
      ...(view
        ? [
            patchContainer(
              input,
              view,
              { lifecycle: { postStart: null } },
              text`Or do without it (${path("lifecycle.postStart")}), if nothing depends on it.`,
              { applies: "maybe" as const },
            ),
          ]
        : []),
    ];
  },
  doc: {
    means:
      "A container's postStart hook failed. The kubelet kills the container then and starts it again, with the usual back-off.",
    seenIn:
      "Waiting reason PostStartHookError with the output in its message; events FailedPostStartHook `PostStartHook failed` (1.26 and later without output) and Killing `FailedPostStartHook`.",
    repair: "Repair the hook.",
    notToConfuseWith: "container/app-error: the exit code (137 or 143) comes from the kubelet's kill.",
    catalogue: ["post-start-hook"],
  },
});
