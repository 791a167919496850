/** Compiles the bundle to an executable; `target` is another platform in Bun's words. */
export function compile(output: string, target?: string): void;
