/** The path of `node` or `bun`. Throws where no package of the platform is installed. */
export function tool(name: "node" | "bun"): string;
