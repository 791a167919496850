import type { World } from "../world.ts";

/** Tells on stderr what takes long. */
export interface Progress {
  say(what: string): void;
  stop(): void;
}

/** A wait that nobody notices needs no spinner. */
const QUIET_MS = 300;

/** A spinner on stderr once something takes longer than 300 ms; silent where stderr is no terminal. */
export function startProgress({ stderr, env }: World): Progress {
  if (!stderr.isTTY || env.TERM === "dumb") return { say() {}, stop() {} };
  let text = "connecting";
  let spinner: { text: string; stop(): unknown } | undefined;
  let isOver = false;
  const timer = setTimeout(async () => {
    const { default: ora } = await import("ora");
    // stdin stays with whoever reads it: an exec plugin may ask for a password.
    if (!isOver) spinner = ora({ text, stream: process.stderr, discardStdin: false }).start();
  }, QUIET_MS);
  return {
    say(what) {
      text = what;
      if (spinner) spinner.text = what;
    },
    stop() {
      isOver = true;
      clearTimeout(timer);
      spinner?.stop();
    },
  };
}
