import type { KubeObject } from "../objects/object.ts";
import type { Snapshot } from "./snapshot.ts";

/** The lines of one run. */
interface Run {
  readonly lines: readonly string[];
}

/**
 * The logs of one container as an object, so that a line is evidence as any field is: `previous.lines[12]` of the Log
 * `web-7d4b9c6f5-x2lqk/app`.
 */
export type LogObject = KubeObject & { readonly current?: Run; readonly previous?: Run };

/** The logs of a snapshot, one object a container. */
export function logObjects({ logs }: Pick<Snapshot, "logs">): readonly LogObject[] {
  const objects = new Map<string, LogObject>();
  for (const { namespace, pod, container, previous, text } of logs) {
    const name = `${pod}/${container}`;
    const known = objects.get(`${namespace}/${name}`);
    const run: Run = { lines: text.split("\n") };
    objects.set(`${namespace}/${name}`, {
      kind: "Log",
      metadata: { namespace, name },
      ...known,
      ...(previous ? { previous: run } : { current: run }),
    });
  }
  return [...objects.values()];
}
