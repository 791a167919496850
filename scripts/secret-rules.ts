// Writes src/snapshot/secret-rules.ts from the rule set of gitleaks. Its argument is a gitleaks.toml:
//   go mod download -json github.com/zricethezav/gitleaks/v8@v8.30.1     ("Dir" has config/gitleaks.toml)
//   node scripts/secret-rules.ts DIR/config/gitleaks.toml
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/**
 * Rules that are not used: for whole files, for what mask.ts finds itself in more forms (private keys, JSON Web Tokens,
 * curl, values named password), and those without a form of their own, which would mask hashes.
 */
const LEFT_OUT = new Set([
  "curl-auth-header",
  "curl-auth-user",
  "facebook-access-token",
  "freemius-secret-key",
  "generic-api-key",
  "hashicorp-tf-password",
  "jwt",
  "jwt-base64",
  "kubernetes-secret-yaml",
  "nuget-config-password",
  "pkcs12-file",
  "private-key",
  "sidekiq-sensitive-url",
  "sourcegraph-access-token",
  "twilio-api-key",
  "vault-batch-token",
  "vault-service-token",
]);

/** What gitleaks wants before and after a value; after it mask.ts takes the rest of the word. */
const BEFORE =
  /^(?:\(\?i\))?\[\\w\.-\]\{0,50\}\?(?:\(\?i:\[\\w\.-\]\{0,50\}\?)?(\(\?:.*?\))\(\?:\[ \\t\\w\.-\]\{0,20\}\)\[\\s'"\]\{0,3\}\)?\(\?:=\|>\|:\{1,3\}=\|\\\|\\\|\|:\|=>\|\\\?=\|,\)\[\\x60'"\\s=\]\{0,5\}/;
const AFTER = "(?:[\\x60'\"\\s;]|\\\\[nr]|$)";

/** RE2's syntax in JavaScript's: flags within an expression become those of the whole. */
function inJavaScript(re2: string): string {
  return re2
    .replace(/\(\?-?i\)/g, "")
    .replace(/\(\?-?i:/g, "(?:")
    .replace(/\(\?P</g, "(?<")
    .replaceAll("[[:alnum:]]", "[A-Za-z0-9]")
    .replaceAll("\\z", "$");
}

const [, , path] = process.argv;
if (!path) throw new Error("usage: node scripts/secret-rules.ts gitleaks.toml");
const rules = readFileSync(path, "utf8")
  .split("[[rules]]")
  .slice(1)
  .flatMap((part) => {
    const id = /^id = "(.+)"$/m.exec(part)?.[1] ?? "";
    const re2 = /^regex = '''(.+)'''$/m.exec(part)?.[1];
    const keywords = [...(/^keywords = \[([^\]]*)\]/m.exec(part)?.[1] ?? "").matchAll(/"([^"]+)"/g)].map(
      ([, one = ""]) => one.toLowerCase(),
    );
    if (!re2 || LEFT_OUT.has(id)) return [];
    const ignoresCase = /\(\?i[):]/.test(re2);
    const body = re2.endsWith(AFTER) ? re2.slice(0, -AFTER.length) : re2;
    const [before, subject] = BEFORE.exec(body) ?? [];
    const row = before
      ? { near: inJavaScript(subject ?? ""), value: inJavaScript(body.slice(before.length)) }
      : { value: inJavaScript(body) };
    new RegExp(row.value);
    return [{ id, keywords, ...row, ...(ignoresCase && { ignoresCase }) }];
  });

const lines = rules.map((rule) => `  ${JSON.stringify(rule)},`);
writeFileSync(
  fileURLToPath(new URL("../src/snapshot/secret-rules.ts", import.meta.url)),
  `// Written by scripts/secret-rules.ts from the rule set of gitleaks v8.30.1 (MIT licence; see NOTICE). Do not edit.

/** How one kind of credential looks. */
export interface SecretRule {
  readonly id: string;
  /** Lower case; a text without any of them has no such credential. */
  readonly keywords: readonly string[];
  /** The name before the value, for those whose value alone is not telling. */
  readonly near?: string;
  readonly value: string;
  readonly ignoresCase?: boolean;
}

// biome-ignore format: one rule a line
export const SECRET_RULES: readonly SecretRule[] = [
${lines.join("\n")}
];
`,
);
