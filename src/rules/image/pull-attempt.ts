import { containerOf, type Event, lastSeen, timesSeen } from "../../objects/event.ts";
import { type ImageReference, parseImage } from "../../objects/image-reference.ts";
import { IMAGE_REASONS, isTerminal, type Pod } from "../../objects/pod.ts";
import type { RegistryOutcome } from "../../snapshot/registry-answer.ts";
import { type Evidence, seen } from "../finding.ts";
import type { ContainerView, PodInput } from "../pod-input.ts";
import { classifyPullError, type PullCause, type PullError } from "./pull-error.ts";
import { registryEvidence, saidOf } from "./registry-said.ts";

/** An image that does not arrive, for a container itself or for an image volume it mounts, and what is known of the last try. */
export interface PullAttempt {
  readonly container: ContainerView;
  /** The image volume (spec.volumes[].image) whose image it is; absent for the container's own. */
  readonly volume?: string;
  /** As the pod has it. */
  readonly image: string;
  /** Undefined where the image is no valid reference. */
  readonly reference?: ImageReference;
  /** The kubelet's word: ErrImagePull, ImagePullBackOff, InvalidImageName … */
  readonly reason: string;
  /** The runtime's text; empty where it cannot be known any more (the event expired behind a back-off). */
  readonly message: string;
  readonly error: PullError;
  /** Nothing tells what the node was answered; the cause is what the registry said to this program. */
  readonly isToldByRegistry: boolean;
  /** The image in the spec, then where the text was found. */
  readonly evidence: readonly [Evidence, ...Evidence[]];
  readonly tries: number;
  /** When the newest try failed, RFC 3339. */
  readonly lastTryAt?: string;
  /** Seconds until the kubelet pulls again, as far as the times tell; 0: due now. */
  readonly nextTrySeconds?: number;
}

/** Every container of the pod that stands without its image now. What runs, or ran, has one: old events are history. */
export function pullAttempts(input: PodInput): readonly PullAttempt[] {
  const known = attemptsOf.get(input);
  if (known) return known;
  const attempts = input.containers
    .filter(({ role }) => role !== "ephemeral")
    .flatMap((container) => attemptOf(container, input) ?? []);
  attemptsOf.set(input, attempts);
  return attempts;
}

/** Every rule of the family asks for the same attempts. */
const attemptsOf = new WeakMap<PodInput, readonly PullAttempt[]>();

/** Reasons with which a container waits while its status does not tell of the pull yet. */
const NOT_YET: ReadonlySet<string> = new Set(["ContainerCreating", "PodInitializing"]);

function attemptOf(container: ContainerView, input: PodInput): PullAttempt | undefined {
  const { pod, snapshot } = input;
  const { status, statusPath } = container;
  if (status?.state?.running || status?.state?.terminated || pod.metadata.deletionTimestamp || isTerminal(pod))
    return undefined;
  const waiting = status?.state?.waiting;
  if (waiting?.reason && !IMAGE_REASONS.has(waiting.reason) && !NOT_YET.has(waiting.reason)) return undefined;
  const wanted = wantedBy(container, input);
  if (!wanted) return undefined;
  const { image, events } = wanted;
  // The status can lag behind the events by a sync: it still says ContainerCreating when the pull has failed already.
  const failure = newestFailure(events, image);
  const reason = IMAGE_REASONS.has(waiting?.reason ?? "") ? waiting?.reason : reasonOf(events, failure);
  if (!reason) return undefined;

  const fromStatus = waiting?.reason === reason ? messageInStatus(waiting.message ?? "") : "";
  const fromEvent = failure ? messageInEvent(failure.message ?? "") : "";
  const message = fromStatus || fromEvent;
  const evidence: [Evidence, ...Evidence[]] = [seen(pod, wanted.path, "image")];
  if (fromStatus && statusPath) evidence.push(seen(pod, `${statusPath}.state.waiting.message`, "last try"));
  else if (failure && fromEvent) evidence.push(seen(failure, "message", "last try"));
  if (evidence.length === 1 && waiting?.reason && statusPath)
    evidence.push(seen(pod, `${statusPath}.state.waiting.reason`, "state"));
  const tries = failure ? timesSeen(failure) : 0;
  const next = WAITS_TO_RETRY.has(reason) ? nextTry(failure, tries, snapshot.now) : undefined;
  const reference = parseImage(image);
  const said = message === "" && WAITS_TO_RETRY.has(reason) ? saidOf(image, input) : undefined;
  const told = said && CAUSE_OF[said.outcome.is];
  if (said && told) evidence.push(...registryEvidence(said));
  const error = classifyPullError(message, image, reason);
  return {
    container,
    ...(wanted.volume && { volume: wanted.volume }),
    image,
    ...(reference && { reference }),
    reason,
    message,
    error: told
      ? { ...error, cause: told, detail: said && "message" in said.outcome ? said.outcome.message : "" }
      : error,
    isToldByRegistry: told !== undefined,
    evidence,
    tries,
    ...(failure && { lastTryAt: lastSeen(failure) }),
    ...(next !== undefined && { nextTrySeconds: next }),
  };
}

interface Wanted {
  readonly image: string;
  readonly path: string;
  readonly volume?: string;
  readonly events: readonly Event[];
}

/**
 * Which image a container waits for. The kubelet pulls image volumes first and reports their failure at each container
 * that mounts one, its events at the pod (v1.36 pkg/kubelet/kuberuntime/kuberuntime_manager.go getImageVolumes); the
 * image named in message or events tells the two apart.
 */
function wantedBy({ spec, specPath, status, events }: ContainerView, input: PodInput): Wanted | undefined {
  const own = spec.image === undefined ? undefined : { image: spec.image, path: `${specPath}.image`, events };
  const message = status?.state?.waiting?.message ?? "";
  const ofPod = input.events.filter((event) => containerOf(event) === undefined);
  for (const { volume, image, path } of imageVolumesOf(input.pod)) {
    if (image === spec.image || !spec.volumeMounts?.some(({ name }) => name === volume)) continue;
    const isMeant = message
      ? names(message, image) && !names(message, spec.image ?? "")
      : newestFailure(ofPod, image) && !newestFailure(events, spec.image ?? "");
    if (isMeant) return { image, path, volume, events: ofPod };
  }
  return own;
}

/** The image volumes of a pod. */
export function imageVolumesOf(pod: Pod): readonly { volume: string; image: string; path: string }[] {
  return (pod.spec.volumes ?? []).flatMap((volume, index) => {
    const { reference } = (volume.image ?? {}) as { reference?: unknown };
    return typeof reference === "string"
      ? [{ volume: volume.name, image: reference, path: `spec.volumes[${index}].image.reference` }]
      : [];
  });
}

/** Whether a text names an image: quoted by the kubelet, or with the host in front as the runtimes write it. */
function names(message: string, image: string): boolean {
  const { host, repository, tag, digest } = parseImage(image) ?? {};
  const full = host ? `${host}/${repository}${tag ? `:${tag}` : ""}${digest ? `@${digest}` : ""}` : image;
  return image !== "" && (message.includes(`"${image}"`) || message.includes(full));
}

const EVENT_REASONS: ReadonlySet<string> = new Set(["Failed", "InspectFailed", "ErrImageNeverPull"]);

function newestFailure(events: readonly Event[], image: string): Event | undefined {
  return events.findLast(
    ({ reason, message = "" }) =>
      EVENT_REASONS.has(reason ?? "") &&
      !message.startsWith("Error: ") &&
      // A failed inspection quotes no image: its text has the empty reference of what was not found.
      (message.includes(`"${image}"`) || (reason === "InspectFailed" && message.includes('image ""'))),
  );
}

/** For a status that does not tell yet: `Failed` with the message `Error: REASON` follows every failed try. */
function reasonOf(events: readonly Event[], failure: Event | undefined): string | undefined {
  if (!failure) return undefined;
  const newest = events.findLast(
    ({ reason, message = "" }) => reason === "Failed" && IMAGE_REASONS.has(message.slice("Error: ".length)),
  );
  const isOver = events.some(
    (event) => (event.reason === "Pulled" || event.reason === "Pulling") && lastSeen(event) > lastSeen(failure),
  );
  return isOver ? undefined : newest?.message?.slice("Error: ".length);
}

/** Since 1.32 the back-off carries the error; before, it hides it (kubelet pkg/kubelet/images/image_manager.go). */
function messageInStatus(message: string): string {
  const backOff = /^Back-off pulling image "[^"]*"(?:: (?:ErrImagePull: )?([\s\S]+))?$/.exec(message);
  return backOff ? (backOff[1] ?? "") : message;
}

function messageInEvent(message: string): string {
  return message.replace(/^Failed to pull image "[^"]*": /, "");
}

const WAITS_TO_RETRY: ReadonlySet<string> = new Set([
  "ErrImagePull",
  "ImagePullBackOff",
  "RegistryUnavailable",
  "SignatureValidationFailed",
]);

/** What the registry says that would make any pull fail, whatever the node was told. */
const CAUSE_OF: { readonly [Is in RegistryOutcome["is"]]?: PullCause } = {
  "no-manifest": "not-found",
  "no-repository": "not-found",
  denied: "denied",
  "login-refused": "denied",
};

/** 10 s, doubled after each try, 300 s at most (kubelet v1.36 pkg/kubelet/kubelet.go imageBackOffPeriod, MaxImageBackOff). */
function nextTry(failure: Event | undefined, tries: number, now: number): number | undefined {
  const last = Date.parse(failure ? lastSeen(failure) : "");
  if (Number.isNaN(last)) return undefined;
  const wait = Math.min(10 * 2 ** Math.max(tries - 1, 0), 300);
  return Math.max(0, Math.round((last + wait * 1000 - now) / 1000));
}
