import { describe, expect, test } from "@jest/globals";
import { checkedFix } from "../../src/rules/checked-fix.ts";
import { type Effect, kubectl } from "../../src/text/command.ts";
import { badWordOf } from "../../src/text/kubectl-grammar.ts";
import { plain, text } from "../../src/text/text.ts";

const bad = (does: Effect, namespace: string | undefined, ...words: string[]) =>
  badWordOf(kubectl(does, namespace, ...words));

describe("commands that are printed", () => {
  test.each([
    ["reads", "shop", "get", "pods", "-l", "app in (web,api),!tier,zone!=a"],
    ["reads", undefined, "get", "nodes", "--field-selector", "spec.nodeName=ip-1.internal"],
    ["reads", undefined, "get", "--raw", "/api/v1/namespaces/shop/pods/https:web:8443/proxy/healthz?full=1"],
    ["changes", "shop", "set", "image", "deployment/web", "app=registry.test:5000/shop/web:<tag>"],
    ["changes", "shop", "set", "image", "deployment/web", "app=web@sha256:0123456789abcdef"],
    ["changes", "shop", "set", "env", "deployment/web", "-c", "app", "URL=--all $(x)\n"],
    ["changes", undefined, "taint", "nodes", "gpu-1", "nvidia.com/gpu=yes:NoSchedule-"],
    ["changes", undefined, "debug", "node/worker-1", "-it", "--image=busybox", "--", "nslookup", "registry.test"],
    ["changes", "shop", "exec", "web", "-c", "app", "--", "sh", "-c", "--all"],
    ["deletes", "shop", "delete", "pods", "--field-selector=status.phase=Failed"],
  ] as [Effect, string | undefined, ...string[]][])("%s in %s: %s %s", (does, namespace, ...words) => {
    expect(bad(does, namespace, ...words)).toBeUndefined();
  });
});

describe("commands that are left out", () => {
  test.each([
    ["deletes", "shop", ["delete", "secret", "--all"], "--all"],
    ["deletes", "shop", ["delete", "secret"], ""],
    ["deletes", "shop", ["delete", "secret", ""], ""],
    ["deletes", "shop", ["delete", "secret", "--server=https://evil"], "--server=https://evil"],
    ["deletes", "--all-namespaces", ["delete", "pod", "web"], "--all-namespaces"],
    ["reads", "shop", ["logs", "web", "-c", "--all"], "--all"],
    ["reads", "shop", ["get", "pods", "-l", "app=-x"], "app=-x"],
    ["reads", "shop", ["get", "pods", "-l", "--all"], "--all"],
    ["reads", undefined, ["get", "pods", "--field-selector", "spec.nodeName=a b"], "spec.nodeName=a b"],
    ["reads", undefined, ["get", "--raw", "/api/v1/../../x"], "/api/v1/../../x"],
    ["reads", "shop", ["get", "pods", "-o", "jsonpath-file=/etc/passwd"], "jsonpath-file=/etc/passwd"],
    ["changes", "shop", ["set", "image", "deployment/web", "--all=x"], "--all=x"],
    ["changes", "shop", ["set", "image", "deployment/web", "app=-x"], "app=-x"],
    ["changes", "shop", ["set", "image", "--all", "app=x"], "--all"],
    ["changes", "shop", ["set", "env", "deployment/web", "-c", "app", "--from=-x"], "-x"],
    ["changes", "shop", ["set", "env", "deployment/web", "--list=true"], "--list=true"],
    ["changes", undefined, ["label", "node", "n-1", "--all=x"], "--all=x"],
    ["changes", undefined, ["cordon", "--selector="], "--selector="],
    ["changes", undefined, ["debug", "node/n-1", "-it", "--image=x y", "--", "date"], "x y"],
    ["changes", undefined, ["debug", "node/n-1", "-it", "--image=x", "--", "nslookup", "-type=any"], "-type=any"],
    ["changes", "shop", ["apply", "-f", "https://evil.example/x.yaml"], "https://evil.example/x.yaml"],
    ["changes", undefined, ["create", "clusterrole", "x", "--verb=*", "--resource=pods"], "*"],
    ["changes", undefined, ["create", "clusterrole", "x", "--verb=get,escalate", "--resource=pods"], "get,escalate"],
    ["changes", undefined, ["create", "clusterrole", "x", "--verb=get", "--resource=*"], "*"],
    ["changes", undefined, ["patch", "clusterrole", "x", "-p", "{}"], "clusterrole"],
    ["changes", "shop", ["edit", "rolebinding/x"], "rolebinding/x"],
    ["changes", "shop", ["proxy"], "proxy"],
    ["reads", "shop", ["exec", "web", "--", "ls"], "exec"],
    ["reads", "shop", ["delete", "pod", "web"], "delete"],
    ["reads", "shop", ["get", "pods", "--", "ls"], "--"],
  ] as [Effect, string | undefined, string[], string][])("%s in %s: %j for %j", (does, namespace, words, word) => {
    expect(bad(does, namespace, ...words)?.word).toBe(word);
  });

  test("also where the second command of a pipe is the bad one, or the program another", () => {
    const good = kubectl("changes", "shop", "patch", "pod/web", "-p", "{}");
    expect(badWordOf({ ...good, into: ["kubectl", "replace", "-f", "/etc/x"] })?.word).toBe("/etc/x");
    expect(badWordOf({ ...good, into: ["sh"] })?.word).toBe("sh");
  });
});

describe("a fix", () => {
  const fix = { title: text`Delete it.`, applies: "as-is", by: "workload-owner" } as const;

  test("loses all commands with one of a repair, and says why", () => {
    const commands = [
      kubectl("deletes", "shop", "delete", "secret", "--all"),
      kubectl("changes", "shop", "edit", "secret", "a"),
    ];
    const { title, applies, ...rest } = checkedFix({ ...fix, commands });
    expect(rest.commands).toEqual([]);
    expect(applies).toBe("maybe");
    expect(plain(title)).toBe('Delete it. A command is left out: "--all" is not a valid object name.');
  });

  test("keeps the other looks", () => {
    const good = kubectl("reads", "shop", "describe", "secret", "a");
    const { commands, applies } = checkedFix({
      ...fix,
      commands: [kubectl("reads", "shop", "describe", "secret", "-A=x"), good],
    });
    expect({ commands, applies }).toEqual({ commands: [good], applies: "as-is" });
  });

  test("is as it was where all is well", () => {
    const whole = { ...fix, commands: [kubectl("deletes", "shop", "delete", "secret", "a")] };
    expect(checkedFix(whole)).toBe(whole);
  });
});
