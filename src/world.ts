/** What the program takes from the process it runs in. Injected, so that tests run it with streams of their own. */
export interface World {
  readonly stdin: NodeJS.ReadableStream;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly homeDirectory: string;
  readonly workingDirectory: string;
  /** Whether somebody sits at a terminal on standard input: an exec plugin may then ask for a password. */
  readonly isInteractive: boolean;
  /** The current time. After the snapshot is taken nothing asks for it. */
  now(): Date;
}

/** A stream that text goes to. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY: boolean;
  /** Width in columns; undefined where it is no terminal. */
  readonly columns: number | undefined;
}
