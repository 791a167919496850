/** Where a program says it listens. */
export interface Listening {
  readonly port: number;
  /** Only the container itself can reach it. */
  readonly isLoopback: boolean;
  /** The line of the log, shortened. */
  readonly line: string;
}

/**
 * Words that servers write before the address they listen on. The log is free text; a line counts only with one of these
 * and a port behind it.
 */
const LISTENING =
  /\b(?:listen(?:ing|s|er)?|running|started|starting|serving|served|bound|binding|available|ready|accepting connections)\b.{0,80}?(?:(?:port(?:\(s\))?|ports)[\s:=]*|(?<host>\[[0-9a-fA-F:]*\]|\*|localhost|[0-9a-zA-Z_.-]*):)(?<port>\d{2,5})\b/i;

/** The addresses a log says the program listens on, the last said first, each port once. */
export function listeningIn(log: string): readonly Listening[] {
  const found = new Map<number, Listening>();
  for (const line of log.split("\n").reverse()) {
    const { host, port: digits } = LISTENING.exec(line.slice(0, 400))?.groups ?? {};
    const port = Number(digits);
    if (!digits || port > 65535 || found.has(port) || isTimeOfDay(line, digits)) continue;
    found.set(port, {
      port,
      isLoopback: /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/i.test(host ?? ""),
      line: line.trim().replaceAll(/\s+/g, " ").slice(0, 160),
    });
  }
  return [...found.values()];
}

/** `started at 12:45` names no port. */
const isTimeOfDay = (line: string, digits: string) =>
  digits.length === 2 && new RegExp(`\\d{1,2}:${digits}\\b`).test(line);
