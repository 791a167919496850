/** Compiles the bundle to an executable; `target` is another platform in Bun's words, `entry` another file. */
export function compile(output: string, target?: string, entry?: string): void;
