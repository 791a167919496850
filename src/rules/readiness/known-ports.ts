import type { Container } from "../../objects/pod.ts";
import { podTemplateOf, revisionOf, type Workload } from "../../objects/workload.ts";
import { nearest } from "../../text/nearest.ts";
import { name, type Text, text, value } from "../../text/text.ts";
import type { ContainerView, PodInput } from "../pod-input.ts";
import { type Listening, listeningIn } from "./listening.ts";
import { type ContainerPort, declaredPorts, otherContainers, type Probe, probeOf } from "./probe.ts";

/** A port to ask instead, and why. */
export interface BetterPort {
  readonly port: number | string;
  readonly because: Text;
  /** Something shows that the program serves it; else it is a guess. */
  readonly isShown: boolean;
}

/** What the log of the run that goes on says about where the program listens. */
export function listeningOf({ pod, snapshot }: PodInput, container: ContainerView): readonly Listening[] {
  const { namespace = "", name: podName } = pod.metadata;
  const current =
    snapshot.logOf(namespace, podName, container.name, false) ??
    snapshot.logOf(namespace, podName, container.name, true);
  return current ? listeningIn(current.text) : [];
}

/** The port a probe should ask: where the log says the program listens, what a former revision asked, what is declared. */
export function betterPort(input: PodInput, container: ContainerView, probe: Probe): BetterPort | undefined {
  const asked = probe.portNumber ?? probe.port;
  const heard = listeningOf(input, container).filter(({ isLoopback }) => !isLoopback);
  const other = heard.some(({ port }) => port === asked) ? undefined : heard[0];
  if (other) return { port: other.port, because: text`the log says ${value(other.line)}`, isShown: true };
  const former = formerProbe(input, container, probe);
  if (former?.probe.port !== undefined && former.probe.port !== probe.port)
    return { port: former.probe.port, because: text`revision ${former.revision} asked it`, isShown: former.wasReady };
  const declared = declaredPorts(container.spec);
  if (typeof probe.port === "string" && probe.portNumber === undefined)
    return byName(input, container, probe.port, declared);
  const rest = declared.filter(({ number }) => number !== asked);
  const only = rest.length === 1 && rest.length === declared.length ? rest[0] : undefined;
  return only && { port: only.number, because: text`it is the port that the container declares`, isShown: false };
}

function byName(
  input: PodInput,
  container: ContainerView,
  port: string,
  declared: readonly ContainerPort[],
): BetterPort | undefined {
  const [like] = nearest(
    port,
    declared.flatMap(({ name: one }) => one ?? []),
  );
  if (like) return { port: like, because: text`the container has a port of that name`, isShown: false };
  const elsewhere = otherContainers(input, container)
    .flatMap((one) => declaredPorts(one.spec).map((declaredPort) => ({ ...declaredPort, of: one.name })))
    .find((one) => one.name === port);
  if (elsewhere)
    return {
      port: elsewhere.number,
      because: text`container ${name(elsewhere.of)} calls it ${name(port)}; a probe knows only the names of its own container`,
      isShown: false,
    };
  const only = declared.length === 1 ? declared[0] : undefined;
  return (
    only && {
      port: only.name ?? only.number,
      because: text`it is the only port that the container declares`,
      isShown: false,
    }
  );
}

/** The probe that an earlier revision of the Deployment had in the same place, where it differs. */
export interface FormerProbe {
  readonly probe: Probe;
  readonly revision: number;
  /** Pods of that revision are ready now. */
  readonly wasReady: boolean;
}

export function formerProbe(
  { owners, snapshot }: PodInput,
  container: ContainerView,
  probe: Probe,
): FormerProbe | undefined {
  const [replicaSet, deployment] = owners;
  if (deployment?.ref.kind !== "Deployment" || !replicaSet?.object) return undefined;
  const own = revisionOf(replicaSet.object as Workload) ?? Number.POSITIVE_INFINITY;
  const former = snapshot
    .list("ReplicaSet", deployment.ref.namespace)
    .items.filter(({ metadata }) =>
      metadata.ownerReferences?.some((owner) => owner.kind === "Deployment" && owner.name === deployment.ref.name),
    )
    .map((workload) => ({ workload, revision: revisionOf(workload) ?? 0 }))
    .filter(({ revision }) => revision > 0 && revision < own)
    .sort((a, b) => b.revision - a.revision);
  for (const { workload, revision } of former) {
    const spec = podTemplateOf(workload)?.spec?.containers.find((one: Container) => one.name === container.name);
    const had = spec && probeOf({ ...container, spec }, probe.type);
    if (had && had.handler === probe.handler && JSON.stringify(had.spec) !== JSON.stringify(probe.spec)) {
      const ready = (workload.status as { readyReplicas?: unknown } | undefined)?.readyReplicas;
      return { probe: had, revision, wasReady: typeof ready === "number" && ready > 0 };
    }
  }
  return undefined;
}
