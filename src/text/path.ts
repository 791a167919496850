/** A path without the slashes at its end. The look behind keeps the cost linear in rows of slashes. */
export const withoutEndSlashes = (path: string): string => path.replace(/(?<!\/)\/+$/, "");
