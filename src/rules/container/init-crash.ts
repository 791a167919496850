import { programEnded } from "./program-ended.ts";

/** An init container fails, so nothing after it starts. */
export default programEnded({
  id: "container/init-crash",
  title: "An init container fails",
  roles: ["init"],
  doc: {
    means:
      "Init containers run one after the other, each to its success, before the main containers start. This one ends with an error, and the others wait as PodInitializing.",
    seenIn:
      "`Init:Error`, `Init:CrashLoopBackOff`; initContainerStatuses with state or lastState terminated and an exit code other than 0.",
    repair: "As for container/app-error, on the init container.",
    notToConfuseWith: "container/init-waiting: it runs and waits.",
    catalogue: ["init-crash"],
  },
});
