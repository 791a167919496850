import { commandWithFlags, type Line, paragraph, printed, span, spansOf } from "../report/render/layout.ts";
import { API_VERSION } from "../report/report.ts";
import type { FailureDocument } from "../report/schema.ts";
import { Failure, mistakeWords } from "../text/failure.ts";
import { command, plain, type Text, text } from "../text/text.ts";
import type { OutputFormat } from "./options.ts";

interface FailureOptions {
  readonly color: boolean;
  readonly width: number;
  readonly kubectlFlags?: readonly string[];
}

const INDENT = 8;

/** In the form of a cause: seen, do. Anything that is no Failure is a mistake of ours. */
function renderFailure(error: unknown, { color, width, kubectlFlags = [] }: FailureOptions): string {
  const { headline, seen, todo } = asFailure(error);
  const options = { color, width, wide: false, kubectlFlags };
  const rows = (label: string, items: readonly Text[]): Line[] =>
    items.flatMap((item, index) =>
      paragraph([span(index ? "" : `  ${label}`, "quiet")], INDENT, spansOf(item, options), width),
    );
  return printed(
    [...paragraph([], 0, spansOf(headline, options, "strong"), width), ...rows("seen", seen), ...rows("do", todo)],
    color,
  );
}

/** What keeps us from a diagnosis in the format that was asked for: the Failure document for json and yaml, else text. */
export async function failureText(error: unknown, output: OutputFormat, options: FailureOptions): Promise<string> {
  switch (output) {
    case "json":
      return (await import("../report/render/json.ts")).jsonText(failureDocument(error, options.kubectlFlags));
    case "yaml":
      return (await import("../report/render/yaml.ts")).yamlText(failureDocument(error, options.kubectlFlags));
    case "text":
    case "markdown":
      return renderFailure(error, options);
  }
}

function failureDocument(error: unknown, kubectlFlags: readonly string[] = []): FailureDocument {
  const { headline, seen, todo } = asFailure(error);
  const words = (content: Text) =>
    plain(
      content.map((piece) =>
        typeof piece !== "string" && piece.as === "command" ? commandWithFlags(piece.text, kubectlFlags) : piece,
      ),
    );
  return {
    apiVersion: API_VERSION,
    kind: "Failure",
    headline: words(headline),
    seen: seen.map(words),
    todo: todo.map(words),
  };
}

/** A mistake of ours is told without its stack, which DEBUG_VARIABLE shows; the message, in one line, comes first. */
function asFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  return new Failure(text`This is a mistake in kubectl why-pending, not in your cluster.`, {
    seen: [text`${mistakeWords(error)}`],
    todo: [
      text`Please report it with the line above and the output of ${command("kubectl why-pending --version")}; ${command("kubectl describe pod")} still shows what the cluster knows.`,
    ],
  });
}
