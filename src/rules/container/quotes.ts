/**
 * A shell script with its open quote closed, where exactly one is open: before the next operator, else at the end of
 * its line. Undefined where no quote is open, so that something else is wrong.
 */
export function closedQuote(script: string): string | undefined {
  let open: { quote: string; at: number } | undefined;
  for (let index = 0; index < script.length; index++) {
    const char = script[index] ?? "";
    if (char === "\\" && open?.quote !== "'") index++;
    else if (open) open = char === open.quote ? undefined : open;
    else if (char === "'" || char === '"' || char === "`") open = { quote: char, at: index };
  }
  if (!open) return undefined;
  const rest = script.slice(open.at + 1);
  const end = /\s{0,100}(?:;|&&|\|\||\||\n|$)/.exec(rest)?.index ?? rest.length;
  return `${script.slice(0, open.at + 1)}${rest.slice(0, end)}${open.quote}${rest.slice(end)}`;
}
