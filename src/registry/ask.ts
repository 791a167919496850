import { Slots } from "../cluster/slots.ts";
import { type ImageReference, parseImage } from "../objects/image-reference.ts";
import type { RegistryAnswer, RegistryOutcome } from "../snapshot/registry-answer.ts";
import type { World } from "../world.ts";
import { Asking, IMAGE_MS, Outcome } from "./asking.ts";
import { RepositoryClient } from "./client.ts";
import { ANONYMOUS, type Login, loginsFor, type SecretAnswer } from "./credentials.ts";
import { Exchange, type RegistryTrust } from "./exchange.ts";
import { listTags, nearestRepositories, tagsLike } from "./tags.ts";

/** An image to ask a registry about, and whose logins to ask with. */
export interface RegistryQuestion {
  /** As the pod has it. */
  readonly image: string;
  readonly namespace: string;
  /** The pull secrets that the pod names, in its order. */
  readonly secrets: readonly string[];
  /** Those that only its ServiceAccount has: the kubelet does not use them for this pod. */
  readonly accountSecrets: readonly string[];
  /** Other tags of the repository that the cluster knows: whether they are there still is told too. */
  readonly knownTags?: readonly string[];
}

export interface AskOptions {
  readonly trust: RegistryTrust;
  readonly world: World;
  /** How long all of it may take, in milliseconds. */
  readonly patienceMs: number;
  /** Reads a pull secret; absent where nobody's login is to be used. */
  readSecret?(namespace: string, name: string): Promise<SecretAnswer["answer"]>;
  /** Told which host is being asked. */
  onAsk?(host: string): void;
}

/** How many images are asked about at once. */
const MOST_AT_ONCE = 4;

/**
 * Asks registries about images, each distinct one once. What could not be begun in time is left out; everything else has
 * an answer, if only why there is none.
 */
export async function askRegistries(
  questions: readonly RegistryQuestion[],
  options: AskOptions,
): Promise<readonly RegistryAnswer[]> {
  const exchange = new Exchange(options.trust, options.world);
  const slots = new Slots(MOST_AT_ONCE);
  const asker = new Asker(exchange, options, questions);
  const end = Date.now() + options.patienceMs;
  try {
    const answers = await Promise.all(
      questions.map((question) => slots.run(async () => (Date.now() < end ? asker.ask(question, end) : undefined))),
    );
    return answers.filter((answer) => answer !== undefined);
  } finally {
    exchange.close();
  }
}

/** What one login was told. */
interface Told extends Pick<RegistryAnswer, "tags" | "repositories" | "rate"> {
  readonly outcome: RegistryOutcome;
  readonly hosts: ReadonlySet<string>;
}

class Asker {
  readonly #exchange: Exchange;
  readonly #options: AskOptions;
  /** Of one image: pods of many namespaces often have the same login. */
  readonly #told = new Map<string, { readonly login: Login; readonly told: Promise<Told> }[]>();
  readonly #secrets = new Set<string>();
  /** By the image: one list of tags serves all questions about it. */
  readonly #knownTags = new Map<string, ReadonlySet<string>>();

  constructor(exchange: Exchange, options: AskOptions, questions: readonly RegistryQuestion[]) {
    this.#exchange = exchange;
    this.#options = options;
    for (const { image, knownTags = [] } of questions)
      this.#knownTags.set(image, new Set([...(this.#knownTags.get(image) ?? []), ...knownTags]));
  }

  async ask(question: RegistryQuestion, end: number): Promise<RegistryAnswer | undefined> {
    const { image, namespace, secrets } = question;
    const { world, onAsk, trust } = this.#options;
    const reference = parseImage(image);
    if (!reference) return undefined;
    const deadline = Math.min(Date.now() + IMAGE_MS, end);
    const { logins, unread } = await this.#logins(question, reference);
    onAsk?.(reference.host);
    const askedAt = world.now().toISOString();
    const tries: { login: Login["login"]; outcome: RegistryOutcome }[] = [];
    const hosts = new Set<string>();
    let { tags, repositories, rate }: Pick<Told, "tags" | "repositories" | "rate"> = {};
    for (const login of [...logins, ANONYMOUS]) {
      const told = await this.#tell(reference, login, deadline, this.#knownTags.get(image) ?? new Set());
      for (const host of told.hosts) hosts.add(host);
      tries.push({ login: login.login, outcome: told.outcome });
      tags = told.tags ?? tags;
      repositories = told.repositories ?? repositories;
      rate = told.rate ?? rate;
      if (ENDS.has(told.outcome.is)) break;
    }
    return {
      image,
      namespace,
      secrets,
      askedAt,
      ...(trust.insecureHosts.includes(reference.host) && { isInsecure: true as const }),
      hosts: [...hosts].sort(),
      tries,
      ...(tags && { tags }),
      ...(repositories && repositories.length > 0 && { repositories }),
      ...(rate && { rate }),
      ...(unread.length > 0 && { unread }),
    };
  }

  async #logins({ namespace, secrets, accountSecrets }: RegistryQuestion, reference: ImageReference) {
    const { readSecret } = this.#options;
    if (!readSecret) return { logins: [], unread: [] };
    const read = (names: readonly string[]) =>
      Promise.all(names.map(async (name) => ({ name, answer: await readSecret(namespace, name) })));
    const [ofPod, ofAccount] = await Promise.all([read(secrets), read(accountSecrets)]);
    const [first, second] = [loginsFor(ofPod, reference), loginsFor(ofAccount, reference)];
    return { logins: [...first.logins, ...second.logins], unread: [...first.unread, ...second.unread] };
  }

  #tell(reference: ImageReference, login: Login, deadline: number, knownTags: ReadonlySet<string>): Promise<Told> {
    const { host, repository, tag, digest } = reference;
    const image = `${host}/${repository}:${tag}@${digest}`;
    const known = this.#told.get(image) ?? [];
    this.#told.set(image, known);
    const same = known.find(({ login: { password } }) =>
      password && login.password ? password.isSame(login.password) : password === login.password,
    );
    if (same) return same.told;
    const told = this.#askAs(reference, login, new Asking(deadline, this.#secrets), knownTags);
    known.push({ login, told });
    return told;
  }

  async #askAs(reference: ImageReference, login: Login, asking: Asking, knownTags: ReadonlySet<string>): Promise<Told> {
    const told = (outcome: RegistryOutcome, more: Pick<Told, "tags" | "repositories"> = {}): Told => ({
      outcome,
      hosts: asking.hosts,
      ...(asking.rate && { rate: asking.rate }),
      ...more,
    });
    const client = new RepositoryClient(reference, login, this.#exchange, asking);
    try {
      const outcome = await client.manifest();
      if (outcome.is !== "not-found") return told(outcome);
      const { outcome: precise, ...more } = await whatIsMissing(client, reference, outcome.message, asking, knownTags);
      return told(precise, more);
    } catch (error) {
      if (error instanceof Outcome) return told(error.outcome);
      throw error;
    }
  }
}

/** After these no other login would be told anything else. */
const ENDS: ReadonlySet<RegistryOutcome["is"]> = new Set(["found", "no-manifest", "unreachable", "not-a-registry"]);

/**
 * A registry's 404 does not tell whether the repository is there: distribution answers MANIFEST_UNKNOWN for both. Its
 * list of tags does.
 */
async function whatIsMissing(
  client: RepositoryClient,
  { repository, tag }: ImageReference,
  message: string,
  asking: Asking,
  knownTags: ReadonlySet<string>,
): Promise<Pick<Told, "outcome" | "tags" | "repositories">> {
  let list: Awaited<ReturnType<typeof listTags>>;
  try {
    list = await listTags(client, repository);
  } catch (error) {
    if (error instanceof Outcome) return { outcome: { is: "not-found", message } };
    throw error;
  }
  if ("tags" in list) {
    return { outcome: { is: "no-manifest", message }, ...(tag && { tags: tagsLike(tag, list, asking, knownTags) }) };
  }
  if (list.status !== 404) return { outcome: { is: "not-found", message } };
  const repositories = await nearestRepositories(client, repository, asking);
  return { outcome: { is: "no-repository", message }, repositories };
}
