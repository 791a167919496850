import { programEnded } from "./program-ended.ts";

/** The program of a main container ends with an error. */
export default programEnded({
  id: "container/app-error",
  title: "The program ends with an error",
  roles: ["main"],
  doc: {
    means:
      "The container started, and its program ended with an exit code that is not 0. Why, only the program knows: its last words are the best clue, so they are read, and what they name (a variable, a host, a file) is looked up in the cluster.",
    seenIn:
      "`state.terminated` or `lastState.terminated` with reason Error and exit code 1 to 125, 255 or a signal, and no event Killing; CrashLoopBackOff, the event BackOff. On 1.36 the reason CrashLoopBackOff can be missing for a whole back-off: restartCount and lastState are the sure signs. The log of the run that ended, or terminated.message.",
    repair: "Repair what the last words name. Without a log: run the command by hand in a copy of the pod.",
    notToConfuseWith: "container/oom-container, readiness/liveness-kill: there somebody else ended the program.",
    catalogue: ["crash-app-error", "crash-loop", "restart-policy-never-failed"],
  },
});
