import type { Container } from "../../objects/pod.ts";
import type { WorkloadInput } from "../workload-input.ts";

/** One check of a Pod Security Standard that the pod fails, as the API server words it. */
export interface FailedCheck {
  /** `runAsNonRoot != true` */
  readonly reason: string;
  /** `pod or container "app" must set securityContext.runAsNonRoot=true` */
  readonly detail: string;
}

/** What `violates PodSecurity "restricted:latest": …` says. */
export interface PodSecurityRefusal {
  readonly level: string;
  readonly version: string;
  readonly checks: readonly FailedCheck[];
}

/** Reads it; undefined for other words (pod-security-admission v0.36 admission/admission.go, policy/checks.go ForbiddenDetail). */
export function podSecurityRefusal(message: string): PodSecurityRefusal | undefined {
  const [, level, version, rest] = /^violates PodSecurity "([^":]+):([^"]+)": ([\s\S]*)$/.exec(message) ?? [];
  return level && version && rest !== undefined ? { level, version, checks: checksIn(rest) } : undefined;
}

/** Splits `reason (detail), reason (detail)`; details hold commas, quotes and brackets of their own. */
function checksIn(words: string): readonly FailedCheck[] {
  const checks: FailedCheck[] = [];
  let [reason, detail, depth, isQuoted] = ["", "", 0, false];
  const finish = () => {
    if (reason.trim()) checks.push({ reason: reason.trim(), detail: detail.trim() });
    [reason, detail] = ["", ""];
  };
  for (const char of words) {
    if (char === '"') isQuoted = !isQuoted;
    const step = isQuoted ? 0 : char === "(" ? 1 : char === ")" ? -1 : 0;
    if (depth === 0 && step === 0 && char === "," && !isQuoted) finish();
    else if (depth === 0) reason += step === 1 ? "" : char;
    else if (!(depth === 1 && step === -1)) detail += char;
    depth = Math.max(0, depth + step);
  }
  finish();
  return checks;
}

/** The checks that only the level restricted makes (pod-security-admission v0.36 policy/registry.go); the rest are baseline's too. */
export function isOnlyRestricted({ reason, detail }: FailedCheck): boolean {
  return (
    [
      "allowPrivilegeEscalation != false",
      "unrestricted capabilities",
      "runAsNonRoot != true",
      "runAsUser=0",
      "restricted volume types",
    ].includes(reason) ||
    (reason === "seccompProfile" && / must set /.test(detail))
  );
}

type Fields = Record<string, unknown>;

/** A strategic merge patch of a pod's spec, and the checks it does not repair. */
export interface PodSecurityPatch {
  readonly spec: Fields;
  readonly left: readonly FailedCheck[];
}

/** What baseline lets a container add (pod-security-admission v0.36 policy/check_capabilities_baseline.go). */
const DEFAULT_CAPABILITIES: ReadonlySet<string> = new Set(
  "AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE SETFCAP SETGID SETPCAP SETUID SYS_CHROOT".split(
    " ",
  ),
);

/** The fields that repair the checks, on the pod where that is enough and on the containers named otherwise. */
export function podSecurityPatch(checks: readonly FailedCheck[], { template }: WorkloadInput): PodSecurityPatch {
  const pod: Fields = {};
  const spec: Fields = {};
  const perContainer = new Map<string, Fields>();
  const left: FailedCheck[] = [];
  const all = [...(template?.containers ?? []), ...(template?.initContainers ?? [])];
  const set = (containers: readonly string[], fields: (spec: Container | undefined) => Fields) => {
    for (const name of containers) {
      const own = all.find((one) => one.name === name);
      perContainer.set(name, { ...perContainer.get(name), ...fields(own) });
    }
  };
  const capabilities = (allowed: ReadonlySet<string>, drop: boolean) => (own: Container | undefined) => {
    const known = securityOf(own).capabilities as { add?: readonly string[] } | undefined;
    const kept = (known?.add ?? []).filter((one) => allowed.has(one));
    const add = known?.add ? { add: kept.length > 0 ? kept : null } : {};
    return { capabilities: { ...add, ...(drop && { drop: ["ALL"] }) } };
  };
  for (const check of checks) {
    const { reason, detail } = check;
    const containers = containersIn(detail);
    switch (reason) {
      case "allowPrivilegeEscalation != false":
        // The API server takes it only from a container that is not privileged.
        set(containers, (own) => ({
          allowPrivilegeEscalation: false,
          ...(securityOf(own).privileged === true && { privileged: false }),
        }));
        break;
      case "privileged":
        set(containers, () => ({ privileged: false }));
        break;
      case "unrestricted capabilities":
        set(containers, capabilities(new Set(["NET_BIND_SERVICE"]), true));
        break;
      case "non-default capabilities":
        set(containers, (own) => ({
          ...capabilities(DEFAULT_CAPABILITIES, false)(own),
          ...perContainer.get(own?.name ?? ""),
        }));
        break;
      case "runAsNonRoot != true":
        pod.runAsNonRoot = true;
        if (/ must not set /.test(detail)) set(containers, () => ({ runAsNonRoot: true }));
        break;
      case "runAsUser=0":
        if (/\bpod\b/.test(detail.replace(/"[^"]*"/g, ""))) pod.runAsUser = null;
        set(containers, () => ({ runAsUser: null }));
        break;
      case "seccompProfile":
        pod.seccompProfile = { type: "RuntimeDefault" };
        if (/ must not set /.test(detail)) set(containers, () => ({ seccompProfile: { type: "RuntimeDefault" } }));
        break;
      case "host namespaces":
        for (const [, field] of detail.matchAll(/(hostNetwork|hostPID|hostIPC)=true/g)) if (field) spec[field] = null;
        break;
      case "procMount":
        set(containers, () => ({ procMount: null }));
        break;
      case "seLinuxOptions":
        if (/\bpod\b/.test(detail.replace(/"[^"]*"/g, ""))) pod.seLinuxOptions = null;
        set(containers, () => ({ seLinuxOptions: null }));
        break;
      case "forbidden sysctls":
        pod.sysctls = null;
        break;
      default:
        left.push(check);
    }
  }
  const isInit = (name: string) => template?.initContainers?.some((one) => one.name === name) === true;
  const patched = [...perContainer].map(([name, securityContext]) => ({ name, securityContext }));
  const [init, main] = [patched.filter(({ name }) => isInit(name)), patched.filter(({ name }) => !isInit(name))];
  return {
    spec: {
      ...spec,
      ...(Object.keys(pod).length && { securityContext: pod }),
      ...(main.length && { containers: main }),
      ...(init.length && { initContainers: init }),
    },
    left,
  };
}

const securityOf = (container: Container | undefined): Fields => (container?.securityContext ?? {}) as Fields;

/** The containers that a detail names: `container "app"`, `containers "a", "b"`. */
function containersIn(detail: string): readonly string[] {
  const names = [...detail.matchAll(/containers? ((?:"[^"]*"(?:, )?)+)/g)].flatMap(([, list = ""]) =>
    [...list.matchAll(/"([^"]*)"/g)].map(([, name = ""]) => name),
  );
  return [...new Set(names)];
}
