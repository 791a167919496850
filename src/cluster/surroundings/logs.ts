import { controllerOf } from "../../objects/object.ts";
import { isBetweenCrashes, type Pod } from "../../objects/pod.ts";
import type { Collector } from "../collector.ts";
import { MOST_SERVICES, readServers } from "./servers.ts";
import type { Reader } from "./standing.ts";

const BOUNDS = { bytes: 64 * 1024, milliseconds: 3000 };
/** Pods whose logs one run reads, and those of one owner among them: replicas say the same. */
const MOST_PODS = 20;
const MOST_REPLICAS = 3;
/** An init container that runs for longer may be waiting for something. */
const LONG_INIT_SECONDS = 20;
const MOST_NEIGHBOURS = 100;

const read = new WeakMap<Collector, Map<string, number>>();

/**
 * The last lines of containers that crashed, of those whose probe keeps them from being ready, or of an init container
 * that takes long, and what those lines may be about: a variable that some ConfigMap has, a Service that is named.
 */
const logs: Reader = async (pod, collector, { isOneOfMany }) => {
  const wanted = wantedLogs(pod);
  if (wanted.length === 0) return;
  const { namespace = "", name } = pod.metadata;
  if (!takeTurn(pod, collector)) {
    for (const { container } of wanted)
      collector.leaveOut({ kind: "Log", namespace, name: `${name}/${container}` }, "logs of other pods were read");
    return;
  }
  const [texts] = await Promise.all([
    Promise.all(wanted.map(({ container, previous }) => collector.log(pod, container, previous, BOUNDS))),
    wasKilled(pod) ? readNodeOom(pod, collector) : undefined,
  ]);
  if (!isOneOfMany) await readWhatTheyName(pod, texts.join("\n"), collector);
};
export default logs;

/** A KILL of which the status does not say that it was for the container's own memory. */
const wasKilled = ({ status }: Pod) =>
  [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])].some(
    ({ state, lastState }) => (state?.terminated ?? lastState?.terminated)?.exitCode === 137,
  );

/** What the node says about memory: its events are in the namespace default. Better to have, no gap without. */
async function readNodeOom({ spec }: Pod, collector: Collector): Promise<void> {
  if (!spec.nodeName) return;
  const fieldSelector = `involvedObject.kind=Node,involvedObject.name=${spec.nodeName},reason=SystemOOM`;
  await collector.tryList("Event", "default", { fieldSelector });
}

interface WantedLog {
  readonly container: string;
  readonly previous: boolean;
}

/** Which logs say why: that of the run which ended. Nothing is asked for a container that never ran. */
export function wantedLogs({ spec, status, metadata }: Pod, now = new Date()): readonly WantedLog[] {
  if (status?.phase === "Succeeded" || metadata.deletionTimestamp) return [];
  const inits = new Set(
    (spec.initContainers ?? []).filter((one) => one.restartPolicy !== "Always").map((one) => one.name),
  );
  return [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])].flatMap(
    (one): readonly WantedLog[] => {
      const { name: container, state } = one;
      const ended = state?.terminated;
      if (ended) {
        const isDone = ended.exitCode === 0 && (inits.has(container) || spec.restartPolicy !== "Always");
        return isDone || !hasRun(ended) ? [] : [{ container, previous: false }];
      }
      if (
        hasRun(one.lastState?.terminated) &&
        (one.restartCount ?? 0) > 0 &&
        (!one.ready || isBetweenCrashes(one, now.getTime()))
      )
        return [{ container, previous: true }];
      // Where the program says it listens tells what a probe should ask.
      if (state?.running && one.ready === false && hasProbe(spec, container)) return [{ container, previous: false }];
      const runsFor = inits.has(container) && secondsBetween(state?.running?.startedAt, now.toISOString());
      return runsFor && runsFor >= LONG_INIT_SECONDS ? [{ container, previous: false }] : [];
    },
  );
}

const hasProbe = ({ containers }: Pod["spec"], container: string) =>
  containers.some(
    ({ name, startupProbe, livenessProbe, readinessProbe }) =>
      name === container && Boolean(startupProbe ?? livenessProbe ?? readinessProbe),
  );

/** Reasons for an end that came before the program began (containerd and Docker), or that the kubelet made up. */
const NEVER_RAN: ReadonlySet<string> = new Set(["StartError", "ContainerCannotRun", "ContainerStatusUnknown"]);

const hasRun = (ended: { reason?: string | undefined } | undefined) =>
  ended !== undefined && !NEVER_RAN.has(ended.reason ?? "");

function secondsBetween(from: string | undefined, to: string | undefined): number | undefined {
  const seconds = (Date.parse(to ?? "") - Date.parse(from ?? "")) / 1000;
  return Number.isNaN(seconds) ? undefined : seconds;
}

function takeTurn(pod: Pod, collector: Collector): boolean {
  const turns = read.get(collector) ?? new Map<string, number>();
  read.set(collector, turns);
  const owner = controllerOf(pod)?.uid ?? pod.metadata.uid ?? "";
  const total = [...turns.values()].reduce((sum, one) => sum + one, 0);
  const ofOwner = turns.get(owner) ?? 0;
  if (total >= MOST_PODS || ofOwner >= MOST_REPLICAS) return false;
  turns.set(owner, ofOwner + 1);
  return true;
}

const NAMES_A_VARIABLE = /\b[A-Z][A-Z0-9]*_[A-Z0-9_]+\b/;
const NAMES_A_FILE = /no such file|ENOENT|FileNotFound|NoSuchFile|cannot open|can't open|could not open|not found/i;

/** What the lines may be about: variables and files that some ConfigMap has, a Service that Kubernetes made variables of. */
async function readWhatTheyName(pod: Pod, texts: string, collector: Collector): Promise<void> {
  const { namespace } = pod.metadata;
  const namesVariable = NAMES_A_VARIABLE.test(texts);
  await Promise.all([
    namesVariable || NAMES_A_FILE.test(texts)
      ? collector.list("ConfigMap", namespace, { most: MOST_NEIGHBOURS })
      : undefined,
    namesVariable ? collector.list("Service", namespace, { most: MOST_SERVICES }) : undefined,
    readServers(pod, texts, collector),
  ]);
}
