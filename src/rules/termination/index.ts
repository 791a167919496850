import type { Rule } from "../rule.ts";
import finalizer from "./finalizer.ts";
import inGrace from "./in-grace.ts";
import killFailed from "./kill-failed.ts";
import namespace from "./namespace.ts";
import neverScheduled from "./never-scheduled.ts";
import nodeDown from "./node-down.ts";
import pdb from "./pdb.ts";
import prestop from "./prestop.ts";
import volumeUnmount from "./volume-unmount.ts";

/** Why a deleted pod is still there; catalogue stage 7. */
const family: readonly Rule[] = [
  nodeDown,
  finalizer,
  killFailed,
  volumeUnmount,
  neverScheduled,
  prestop,
  inGrace,
  namespace,
  pdb,
];
export default family;
