import { describe, expect, test } from "@jest/globals";
import { kubectl, pasted } from "../../src/text/command.ts";
import { defaultShell, quotedFor, type Shell } from "../../src/text/shell.ts";

// bash, dash, zsh and fish are tested for real (test/paste). Windows' shells are held against their documented rules:
// about_Quoting_Rules and about_Parsing of PowerShell, `cmd /?`, and how programs part their command line (CommandLineToArgvW).

describe("words for one shell", () => {
  test.each<[Shell, string, string | undefined]>([
    ["bash", "=ls", "'=ls'"],
    ["zsh", "=ls", "'=ls'"],
    ["sh", "it's", `'it'\\''s'`],
    ["sh", "a\u001bb", undefined],
    ["sh", "a\nb", undefined],
    ["bash", "a\nb", "$'a\\nb'"],
    ["fish", "it's \\", "'it\\'s \\\\'"],
    ["fish", "a\u202eb", "'a'\\u202e'b'"],
    ["fish", "", "''"],
    ["bash", "a\u0000b", undefined],
    ["powershell", "--replicas=3", "--replicas=3"],
    ["powershell", "pod/web", "pod/web"],
    // A hyphen in front and a dot or colon behind: PowerShell would part the word.
    ["powershell", "--image=busybox:1.37", '"--image=busybox:1.37"'],
    ["powershell", "app in (web,api)", '"app in (web,api)"'],
    ["powershell", "<tag>", '"<tag>"'],
    ["powershell", "x&calc&", '"x&calc&"'],
    ["powershell", "@x", '"@x"'],
    ["powershell", "a,b", '"a,b"'],
    ["powershell", "$env:PATH", "'$env:PATH'"],
    ["powershell", "`x", "'`x'"],
    ["powershell", "$x’y", "'$x’’y'"],
    ["powershell", "“$x", "'“$x'"],
    // cmd, which may be what the reader has, would run what stands behind the ampersand.
    ["powershell", "$x&calc", undefined],
    ["powershell", '{"a":1}', undefined],
    ["powershell", "a b\\", undefined],
    ["powershell", "a\nb", undefined],
    ["cmd", "pod/web", "pod/web"],
    ["cmd", "x&calc&", '"x&calc&"'],
    ["cmd", "a^b|c>d", '"a^b|c>d"'],
    ["cmd", "<tag>", '"<tag>"'],
    ["cmd", "a,b;c", '"a,b;c"'],
    ["cmd", "", '""'],
    ["cmd", "%PATH%", undefined],
    ["cmd", "!PATH!", undefined],
    ["cmd", 'a"&calc', undefined],
    ["cmd", "a\\", undefined],
    ["cmd", "a\nb", undefined],
  ])("%s: %j is %s", (shell, word, expected) => {
    expect(quotedFor(shell, word)).toBe(expected);
  });
});

describe("a JSON patch", () => {
  const patch = kubectl("changes", "shop", "patch", "deployment/web", "-p", '{"spec":{"x":"a & calc %PATH%"}}');

  test.each<Shell>(["powershell", "cmd"])("comes from a file in %s, in which nothing runs", (shell) => {
    expect(pasted(patch, ["--context=prod"], shell)).toEqual({
      line: "kubectl --context=prod -n shop patch deployment/web --patch-file patch.json",
      file: { name: "patch.json", content: '{"spec":{"x":"a \\u0026 calc \\u0025PATH\\u0025"}}' },
    });
    expect(JSON.parse('{"spec":{"x":"a \\u0026 calc \\u0025PATH\\u0025"}}')).toEqual(
      JSON.parse(patch.argv.at(-1) ?? ""),
    );
  });

  test.each<Shell>(["bash", "zsh", "sh", "fish"])("is a word in %s", (shell) => {
    expect(pasted(patch, [], shell)).toEqual({
      line: `kubectl -n shop patch deployment/web -p '{"spec":{"x":"a & calc %PATH%"}}'`,
    });
  });

  test("has no character that is not seen", () => {
    const { argv } = kubectl("changes", "shop", "patch", "pod/web", "-p", JSON.stringify({ a: "x\u202ey\u{e0001}" }));
    expect(argv.at(-1)).toBe('{"a":"x\\u202ey\\udb40\\udc01"}');
  });
});

test("a word that cannot be quoted is named, not printed", () => {
  expect(pasted({ argv: ["kubectl", "get", "%x%"] }, [], "cmd")).toEqual({ odd: "%x%" });
});

describe("the shell that runs the program", () => {
  const modules =
    "C:\\Users\\a\\Documents\\WindowsPowerShell\\Modules;C:\\Windows\\system32\\WindowsPowerShell\\v1.0\\Modules";
  test.each([
    [{ SHELL: "/usr/bin/fish" }, "linux", "fish"],
    [{ SHELL: "/bin/zsh" }, "darwin", "zsh"],
    [{ SHELL: "/bin/dash" }, "linux", "sh"],
    [{ SHELL: "/bin/sh" }, "linux", "sh"],
    [{ SHELL: "/usr/bin/tcsh" }, "linux", "bash"],
    [{}, "linux", "bash"],
    [{ PSModulePath: modules }, "win32", "powershell"],
    [{ PSModulePath: modules, PROMPT: "$P$G" }, "win32", "powershell"],
    [{ PSModulePath: "C:\\Windows\\system32\\WindowsPowerShell\\v1.0\\Modules", PROMPT: "$P$G" }, "win32", "cmd"],
    [{}, "win32", "powershell"],
    [{ SHELL: "C:\\Program Files\\Git\\usr\\bin\\bash.exe" }, "win32", "bash"],
  ])("%j on %s: %s", (env, platform, expected) => {
    expect(defaultShell(env, platform)).toBe(expected);
  });
});
