import { jsonText } from "../report/render/json.ts";
import { commandWithFlags, type Line, paragraph, printed, span, spansOf } from "../report/render/layout.ts";
import { API_VERSION } from "../report/report.ts";
import type { FailureDocument } from "../report/schema.ts";
import { Failure } from "../text/failure.ts";
import { command, plain, type Text, text } from "../text/text.ts";

export interface FailureOptions {
  readonly color: boolean;
  readonly width: number;
  readonly kubectlFlags?: readonly string[];
}

const INDENT = 8;

/** What keeps us from a diagnosis, in the form of a cause: seen, do. Anything that is no Failure is a mistake of ours. */
export function renderFailure(error: unknown, { color, width, kubectlFlags = [] }: FailureOptions): string {
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

/** The same for programs. */
export function renderFailureJson(error: unknown, kubectlFlags: readonly string[] = []): string {
  const { headline, seen, todo } = asFailure(error);
  const words = (content: Text) =>
    plain(
      content.map((piece) =>
        typeof piece !== "string" && piece.as === "command" ? commandWithFlags(piece.text, kubectlFlags) : piece,
      ),
    );
  const document: FailureDocument = {
    apiVersion: API_VERSION,
    kind: "Failure",
    headline: words(headline),
    seen: seen.map(words),
    todo: todo.map(words),
  };
  return jsonText(document);
}

/** A mistake of ours is told without its stack; the message alone, in one line, is what an issue needs first. */
function asFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return new Failure(text`This is a mistake in kubectl why-pending, not in your cluster.`, {
    seen: [text`${message}`],
    todo: [
      text`Please report it with the line above and the output of ${command("kubectl why-pending --version")}; ${command("kubectl describe pod")} still shows what the cluster knows.`,
    ],
  });
}
