import type { Container } from "../../objects/pod.ts";
import type { ContainerView, PodInput } from "../pod-input.ts";

export const PROBE_TYPES = ["startup", "liveness", "readiness"] as const;
export type ProbeType = (typeof PROBE_TYPES)[number];

/** What a probe does: ask by HTTP, open a connection, call the gRPC health service, or run a command. */
export type ProbeHandler = "http" | "tcp" | "grpc" | "exec";

/** One probe of a container, with the API server's defaults where the object leaves a field out. */
export interface Probe {
  readonly type: ProbeType;
  /** `readinessProbe` */
  readonly field: `${ProbeType}Probe`;
  /** `spec.containers[0].readinessProbe` */
  readonly path: string;
  readonly handler: ProbeHandler;
  /** As the probe names it: a number, or the name of a port. */
  readonly port?: number | string;
  /** The number it stands for; undefined for a name that the container does not have. */
  readonly portNumber?: number;
  readonly scheme?: string;
  readonly urlPath?: string;
  readonly host?: string;
  readonly command?: readonly string[];
  readonly service?: string;
  readonly initialDelaySeconds: number;
  readonly periodSeconds: number;
  readonly timeoutSeconds: number;
  readonly failureThreshold: number;
  /** As it stands in the object. */
  readonly spec: Readonly<Record<string, unknown>>;
}

export interface ContainerPort {
  readonly name?: string;
  readonly number: number;
}

/** The ports a container declares, except those of other protocols than TCP: no probe can ask them. */
export function declaredPorts({ ports = [] }: Container): readonly ContainerPort[] {
  return (ports as readonly { name?: unknown; containerPort?: unknown; protocol?: unknown }[]).flatMap((port) =>
    typeof port.containerPort === "number" && (port.protocol ?? "TCP") === "TCP"
      ? [{ ...(typeof port.name === "string" && { name: port.name }), number: port.containerPort }]
      : [],
  );
}

/** The probe of one type that a container has. Defaults are those of kubernetes v1.36 pkg/apis/core/v1/defaults.go SetDefaults_Probe. */
export function probeOf({ spec, specPath }: ContainerView, type: ProbeType): Probe | undefined {
  const field = `${type}Probe` as const;
  const probe = spec[field];
  if (probe === null || typeof probe !== "object") return undefined;
  const { httpGet, tcpSocket, grpc, exec, ...times } = probe as Readonly<Record<string, unknown>>;
  const handler: ProbeHandler | undefined = exec
    ? "exec"
    : httpGet
      ? "http"
      : tcpSocket
        ? "tcp"
        : grpc
          ? "grpc"
          : undefined;
  if (!handler) return undefined;
  const action = (exec ?? httpGet ?? tcpSocket ?? grpc) as Readonly<Record<string, unknown>>;
  const number = (name: string, otherwise: number) => {
    const given = times[name];
    return typeof given === "number" ? given : otherwise;
  };
  const words = (value: unknown) => (typeof value === "string" && value ? value : undefined);
  const port = typeof action.port === "number" || typeof action.port === "string" ? action.port : undefined;
  const portNumber = port === undefined ? undefined : resolved(port, spec);
  const host = words(action.host);
  const service = words(action.service);
  return {
    type,
    field,
    path: `${specPath}.${field}`,
    handler,
    ...(port !== undefined && { port }),
    ...(portNumber !== undefined && { portNumber }),
    ...(handler === "http" && { scheme: words(action.scheme) ?? "HTTP", urlPath: words(action.path) ?? "/" }),
    ...(host && { host }),
    ...(service && { service }),
    ...(Array.isArray(action.command) && { command: action.command.map(String) }),
    initialDelaySeconds: number("initialDelaySeconds", 0),
    periodSeconds: number("periodSeconds", 0) || 10,
    timeoutSeconds: number("timeoutSeconds", 0) || 1,
    failureThreshold: number("failureThreshold", 0) || 3,
    spec: probe as Readonly<Record<string, unknown>>,
  };
}

/** Names are looked up in the same container only (kubernetes v1.36 pkg/probe/util.go ResolveContainerPort). */
function resolved(port: number | string, container: Container): number | undefined {
  const number = declaredPorts(container).find(({ name }) => name === port)?.number ?? Number(port);
  return Number.isInteger(number) && number > 0 && number < 65536 ? number : undefined;
}

/** The longest a container may take: after this time of nothing but failures the kubelet acts on them. */
export function budgetSeconds({ initialDelaySeconds, periodSeconds, failureThreshold }: Probe): number {
  return initialDelaySeconds + periodSeconds * failureThreshold;
}

/** The containers of a pod that share its network, except one: a port may belong to any of them. */
export function otherContainers({ containers }: PodInput, { name, role }: ContainerView): readonly ContainerView[] {
  return containers.filter(
    (one) => one.name !== name && one.role !== "ephemeral" && (one.role !== "init" || role === "init"),
  );
}
