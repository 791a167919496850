import { TooLarge } from "../cluster/connection.ts";
import type { RegistryTags } from "../snapshot/registry-answer.ts";
import { nearest } from "../text/nearest.ts";
import { nearestTags } from "../text/nearest-tag.ts";
import { type Asking, Outcome } from "./asking.ts";
import type { RepositoryClient } from "./client.ts";
import { parsed } from "./error-body.ts";
import type { RegistryResponse } from "./exchange.ts";

const PAGE = 1000;
/** Quay gives a hundred tags a page, whatever is asked for. */
const MOST_PAGES = 50;
const MOST_TAGS = 20_000;

/** The tags of a repository, as far as the bounds allow, or the status with which the list was refused. */
export type TagList = { readonly tags: readonly string[]; readonly isComplete: boolean } | { readonly status: number };

/** Lists tags page by page. Throws an Outcome only where not even the first page came. */
export async function listTags(client: RepositoryClient, repository: string): Promise<TagList> {
  const tags = new Set<string>();
  let path: string | undefined = `/v2/${repository}/tags/list?n=${PAGE}`;
  for (let page = 0; path && page < MOST_PAGES && tags.size < MOST_TAGS; page++) {
    let response: RegistryResponse;
    try {
      response = await client.get(path);
    } catch (error) {
      if (error instanceof TooLarge) return page === 0 ? { status: 200 } : { tags: [...tags], isComplete: false };
      // What came in time is of use.
      if (error instanceof Outcome && page > 0) return { tags: [...tags], isComplete: false };
      throw error;
    }
    const found = response.status === 200 ? tagsIn(response) : undefined;
    if (!found) return page === 0 ? { status: response.status } : { tags: [...tags], isComplete: false };
    const before = tags.size;
    for (const tag of found) tags.add(tag);
    path = nextPage(response);
    // A page without a new tag leads nowhere.
    if (path && tags.size === before) break;
  }
  return { tags: [...tags], isComplete: path === undefined };
}

/** Undefined where the answer is no list of tags. A repository without tags has `null`. */
function tagsIn({ body }: RegistryResponse): readonly string[] | undefined {
  const content = parsed(body) as { tags?: unknown } | null | undefined;
  if (!content || typeof content !== "object" || !("tags" in content)) return undefined;
  if (content.tags === null) return [];
  return Array.isArray(content.tags)
    ? content.tags.filter((tag) => typeof tag === "string" && TAG.test(tag))
    : undefined;
}

const TAG = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;

/** Where the next page is, on the same host (RFC 8288: `</v2/…?last=x&n=1000>; rel="next"`). */
function nextPage({ headers, url }: RegistryResponse): string | undefined {
  const [, target] = /<([^>]*)>\s*;[^,]*\brel="?next"?/.exec([headers.link ?? ""].flat().join()) ?? [];
  if (!target || !URL.canParse(target, url.href)) return undefined;
  const next = new URL(target, url);
  return next.pathname.startsWith("/v2/") ? next.pathname + next.search : undefined;
}

/** What is kept of a list of tags; `knownTags` are looked up in it. */
export function tagsLike(
  wanted: string,
  { tags, isComplete }: Extract<TagList, { tags: unknown }>,
  asking: Asking,
  knownTags: ReadonlySet<string> = new Set(),
): RegistryTags {
  const nearest = nearestTags(
    wanted,
    tags.filter((tag) => !asking.holdsSecret(tag)),
  );
  const there = new Set(tags);
  const lacks = [...knownTags].filter((tag) => !there.has(tag));
  return { nearest, seen: tags.length, isComplete, ...(isComplete && knownTags.size > 0 && { lacks }) };
}

/** Repositories of the registry whose names are a slip away, where it tells its names: one page, no more. */
export async function nearestRepositories(
  client: RepositoryClient,
  repository: string,
  asking: Asking,
): Promise<readonly string[]> {
  try {
    const response = await client.get(`/v2/_catalog?n=${PAGE}`);
    const { repositories } = (parsed(response.body) ?? {}) as { repositories?: unknown };
    if (response.status !== 200 || !Array.isArray(repositories)) return [];
    const names = repositories.filter(
      (name): name is string => typeof name === "string" && NAME.test(name) && !asking.holdsSecret(name),
    );
    return nearest(repository, names);
  } catch (error) {
    // Few registries allow it; without it the answer is only a little poorer.
    if (error instanceof Outcome || error instanceof TooLarge) return [];
    throw error;
  }
}

const NAME = /^[a-z0-9][a-z0-9._/-]{0,254}$/;
