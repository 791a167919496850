import { groupBy } from "../objects/group-by.ts";
import { parseImage } from "../objects/image-reference.ts";
import type { Pod } from "../objects/pod.ts";
import type { Lookup } from "../snapshot/lookup.ts";
import type { RegistryAnswer } from "../snapshot/registry-answer.ts";
import type { AskedHost, AskedLogin } from "./report.ts";

/** Which hosts were asked about the images of a pod, and as whom: each once, in the order of their names. */
export function askedFor(pod: Pod, snapshot: Lookup): readonly AskedHost[] {
  return merged(answersFor(pod, snapshot).flatMap(hostsOf));
}

/** The pull secrets that could not be read to ask with, as open questions. */
export function unreadFor(pod: Pod, snapshot: Lookup): readonly string[] {
  return answersFor(pod, snapshot).flatMap(({ namespace, unread = [], image }) =>
    unread.map(
      ({ secret, why }) => `${parseImage(image)?.host ?? image} as pull secret ${namespace}/${secret} (${why})`,
    ),
  );
}

/** The hosts of several reports. */
export const askedOf = (reports: readonly { readonly asked: readonly AskedHost[] }[]): readonly AskedHost[] =>
  merged(reports.flatMap(({ asked }) => asked));

function answersFor(pod: Pod, snapshot: Lookup): readonly RegistryAnswer[] {
  if (!snapshot.snapshot.registryAnswers) return [];
  const { containers, initContainers = [], volumes = [] } = pod.spec;
  const ofVolumes = volumes.flatMap(({ image }) => (image as { reference?: string } | undefined)?.reference ?? []);
  const images = new Set([...[...initContainers, ...containers].flatMap(({ image }) => image ?? []), ...ofVolumes]);
  return [...images].flatMap((image) => snapshot.registryAnswerOf(pod, image) ?? []);
}

/** Logins are for the host of the image; token services and hosts that a redirect led to are named beside it. */
function hostsOf({ image, namespace, hosts, tries }: RegistryAnswer): readonly AskedHost[] {
  const named = parseImage(image)?.host ?? image;
  // Docker Hub's images are served by another host than they are named for.
  const main = named === "docker.io" ? "registry-1.docker.io" : named;
  const logins = tries.map(
    ({ login }): AskedLogin =>
      login.as === "anonymous"
        ? { as: "anonymous" }
        : {
            as: "secret",
            secret: `${namespace}/${login.secret}`,
            ...(login.user !== undefined && { user: login.user }),
          },
  );
  return [
    { host: main, isReached: tries.some(({ outcome }) => outcome.is !== "unreachable"), logins },
    ...hosts.filter((host) => host !== main).map((host) => ({ host, isReached: true, logins: [] })),
  ];
}

function merged(hosts: readonly AskedHost[]): readonly AskedHost[] {
  return [...groupBy(hosts, ({ host }) => host)]
    .map(([host, all]) => ({
      host,
      isReached: all.some(({ isReached }) => isReached),
      logins: [
        ...new Map(
          all.flatMap(({ logins }) => logins).map((login) => [JSON.stringify(login), login] as const),
        ).values(),
      ],
    }))
    .sort((a, b) => Number(b.logins.length > 0) - Number(a.logins.length > 0) || (a.host < b.host ? -1 : 1));
}
