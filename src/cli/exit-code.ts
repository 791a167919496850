/** 0: nothing is wrong · 1: a cause was found, or a pod is stuck · 2: no diagnosis was possible. */
export type ExitCode = 0 | 1 | 2;
