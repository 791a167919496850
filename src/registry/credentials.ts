import { Buffer } from "node:buffer";
import type { Answer } from "../cluster/api.ts";
import {
  entriesFor,
  PULL_SECRET_KEYS,
  type PullSecretEntry,
  type PullTarget,
  parsePullSecret,
} from "../objects/pull-secret-entry.ts";
import type { RegistryAnswer, RegistryLogin } from "../snapshot/registry-answer.ts";

/** A user and password. Neither can be printed, saved or compared by mistake: only what is sent can be asked for. */
export class Password {
  readonly #user: string;
  readonly #password: string;

  constructor(user: string, password: string) {
    this.#user = user;
    this.#password = password;
  }

  /**
   * Whether there is anything to send. Without a user, or without a password, containerd asks anonymously (v2.2
   * internal/cri/server/images/image_pull.go ParseAuth, core/remotes/docker/authorizer.go).
   */
  get isUsable(): boolean {
    return this.#user !== "" && this.#password !== "";
  }

  /** The whole value of the Authorization header. */
  authorization(): string {
    return `Basic ${Buffer.from(`${this.#user}:${this.#password}`, "utf8").toString("base64")}`;
  }

  /** All that must not be repeated if a server sends it back. */
  secrets(): readonly string[] {
    return [this.#password, this.authorization().slice("Basic ".length)];
  }

  isSame(other: Password): boolean {
    return this.#user === other.#user && this.#password === other.#password;
  }

  /** When it ends, RFC 3339, where the password is a token that says so: a JSON Web Token, or one of Amazon's ECR. */
  expires(): string | undefined {
    const [, payload = ""] = /^[\w-]+\.([\w-]+)\.[\w-]*$/.exec(this.#password) ?? [];
    for (const encoded of [payload, this.#password]) {
      const { exp, expiration } = jsonIn(encoded);
      const seconds = exp ?? expiration;
      if (typeof seconds === "number" && seconds > 0 && seconds < LAST_SECOND)
        return new Date(seconds * 1000).toISOString();
    }
    return undefined;
  }
}

/** Of the year 9999: Date knows no more. */
const LAST_SECOND = 253_402_300_799;

function jsonIn(encoded: string): { readonly exp?: unknown; readonly expiration?: unknown } {
  try {
    return JSON.parse(Buffer.from(encoded, "base64").toString("utf8")) ?? {};
  } catch {
    return {};
  }
}

/** Who asks, and with what; without a password nobody in particular. */
export interface Login {
  readonly login: RegistryLogin;
  readonly password?: Password;
}

export const ANONYMOUS: Login = { login: { as: "anonymous" } };

type Unread = NonNullable<RegistryAnswer["unread"]>[number];

/** What a Secret was answered with. */
export interface SecretAnswer {
  readonly name: string;
  readonly answer: Answer<unknown>;
}

/**
 * The logins that pull secrets have for an image, in the order in which the kubelet tries them: all secrets are put
 * together first, and of them longer paths come before shorter ones (k8s.io/kubernetes v1.36.3
 * pkg/credentialprovider/secrets/secrets.go, keyring.go).
 */
export function loginsFor(
  secrets: readonly SecretAnswer[],
  target: PullTarget,
): { readonly logins: readonly Login[]; readonly unread: readonly Unread[] } {
  const entries: (PullSecretEntry & { readonly secret: string })[] = [];
  const unread: Unread[] = [];
  for (const { name, answer } of secrets) {
    const content = contentOf(answer);
    if ("why" in content) unread.push({ secret: name, why: content.why });
    else entries.push(...content.entries.map((entry) => ({ ...entry, secret: name })));
  }
  const logins = entriesFor(entries, target).map(({ key, user, password: word, secret }): Login => {
    const password = new Password(user, word);
    const expires = password.expires();
    return {
      login: { as: "secret", secret, entry: key, ...(user && { user }), ...(expires && { expires }) },
      ...(password.isUsable && { password }),
    };
  });
  return { logins, unread };
}

function contentOf(answer: Answer<unknown>): { entries: readonly PullSecretEntry[] } | { why: string } {
  if (answer.state === "absent") return { why: "it does not exist" };
  if (answer.state !== "ok") return { why: answer.message };
  const { type, data } = (answer.body ?? {}) as { type?: unknown; data?: Readonly<Record<string, unknown>> };
  const key = PULL_SECRET_KEYS.get(String(type));
  if (!key) return { why: `it is of type ${String(type)}, which is no pull secret` };
  const content = parsePullSecret(key, data?.[key]);
  return "entries" in content ? content : { why: content.malformed };
}
