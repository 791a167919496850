import { describe, expect, test } from "@jest/globals";
import { Failure } from "../../src/text/failure.ts";
import { keepSecret, withoutSecrets } from "../../src/text/run-secrets.ts";
import { text, value } from "../../src/text/text.ts";

const TOKEN = "opaque-Zq7canaryXw93-of-this-run";

describe("a credential of the run is in no message", () => {
  keepSecret(`Bearer ${TOKEN}`);
  keepSecret("pass");
  keepSecret("a b+c/d?");
  const base64 = Buffer.from(TOKEN).toString("base64").replace(/=+$/, "");
  test.each([
    ["as it is", `invalid bearer token ${TOKEN}`],
    ["in a header", `Authorization: Bearer ${TOKEN}`],
    ["cut off", `invalid token ${TOKEN.slice(0, 24)}…`],
    ["in base64", `got ${base64}=`],
    ["escaped for a URL", `no such page: /?t=${encodeURIComponent("a b+c/d?")}`],
    ["a password that is short", "wrong password (pass)"],
    ["in the URL of a proxy", "no answer from http://shop:Zq7canaryXw93@proxy:3128"],
    ["another token", "sent Bearer Zq7canaryXw93Zq7canary"],
  ])("%s", (_what, message) => {
    const scrubbed = withoutSecrets(message);
    expect(scrubbed).toContain("***");
    expect(scrubbed).not.toMatch(/Zq7canary|\(pass\)|a%20b/);
    expect(scrubbed).not.toContain(base64.slice(0, 20));
    const failure = new Failure(text`It failed: ${message}`, {
      seen: [text`seen ${value(message)}`],
      todo: [text`${message}`],
    });
    expect(JSON.stringify([failure.message, failure.headline, failure.seen, failure.todo])).not.toMatch(
      /Zq7canary|\(pass\)/,
    );
  });
  test("a short password stays within other words", () => {
    expect(withoutSecrets("bypassed the password")).toBe("bypassed the password");
  });
});
