import type { KubeObject } from "../objects/object.ts";
import type { Snapshot } from "./snapshot.ts";

/** Who asks: nobody in particular, or the login that a pull secret holds under one of its keys. */
export type RegistryLogin =
  | { readonly as: "anonymous" }
  | {
      readonly as: "secret";
      readonly secret: string;
      /** The key of the secret's JSON that covers the image: `https://index.docker.io/v1/`. */
      readonly entry: string;
      /** Absent where the entry has none: the kubelet reads no identity tokens, and without a user it pulls anonymously. */
      readonly user?: string;
      /** RFC 3339; where the password is a token that says when it ends. */
      readonly expires?: string;
    };

/** What a registry says of an image to one who asks. */
export type RegistryOutcome =
  | {
      readonly is: "found";
      /** Of the manifest or index that the reference names, `sha256:…`. */
      readonly digest?: string;
      /** `application/vnd.oci.image.index.v1+json` */
      readonly mediaType?: string;
      /** `linux/amd64`, `linux/arm/v7`: those that an index lists; a single manifest does not say. */
      readonly platforms?: readonly string[];
    }
  /** The repository is there, and not this tag or digest. */
  | { readonly is: "no-manifest"; readonly message: string }
  | { readonly is: "no-repository"; readonly message: string }
  /** One of the two: the registry does not tell which, and its tags could not be listed. */
  | { readonly is: "not-found"; readonly message: string }
  /** 401 or 403 after the login was taken: this one may not see the image, or there is none. */
  | { readonly is: "denied"; readonly status: number; readonly message: string }
  /** The login itself was refused. */
  | { readonly is: "login-refused"; readonly status: number; readonly message: string }
  | {
      readonly is: "rate-limited";
      readonly message: string;
      /** RFC 3339, where a header says. */
      readonly until?: string;
    }
  /** No answer: how far it came, Node's code, and the words. */
  | {
      readonly is: "unreachable";
      readonly step: "proxy" | "dns" | "connect" | "tls" | "answer";
      readonly code: string;
      readonly message: string;
    }
  /** Something answered that does not speak the registry's API. */
  | { readonly is: "not-a-registry"; readonly message: string }
  | { readonly is: "failed"; readonly status?: number; readonly message: string };

/** The tags of a repository that are likely to be meant, and how many there are. */
export interface RegistryTags {
  /** Nearest first, three at most. */
  readonly nearest: readonly string[];
  readonly seen: number;
  /** Whether all tags were looked at; a registry may have more than we read. */
  readonly isComplete: boolean;
  /** Of the tags that the cluster knows of this repository those that are not there any more; absent where that was not looked up. */
  readonly lacks?: readonly string[];
}

/** What registries said of one image, from the machine that this program ran on. Part of a snapshot. */
export interface RegistryAnswer {
  /** As the pod has it. */
  readonly image: string;
  /** Of the pods that would use these logins. */
  readonly namespace: string;
  /** The pull secrets of the pod, in its order: pods with others get an answer of their own. */
  readonly secrets: readonly string[];
  /** RFC 3339. */
  readonly askedAt: string;
  /** Its certificate was not checked, or there was no TLS, as --registry-insecure says. */
  readonly isInsecure?: true;
  /** Every host that was sent a request, also token services and where redirects led: `registry-1.docker.io`. */
  readonly hosts: readonly string[];
  /**
   * In the order in which the kubelet would use them, then those of secrets that only the ServiceAccount has (they are
   * not among `secrets`), anonymous at last. The first that finds the image, or its tag missing, is the last. Never empty.
   */
  readonly tries: readonly {
    readonly login: RegistryLogin;
    readonly outcome: RegistryOutcome;
  }[];
  /** Where the tag is not there. */
  readonly tags?: RegistryTags;
  /** Where the repository is not there: names like it that the registry lists. */
  readonly repositories?: readonly string[];
  /** Of the registry's headers, where it tells: requests left, and out of how many. */
  readonly rate?: { readonly limit: number; readonly remaining: number };
  /** Pull secrets that could not be read, with the reason. */
  readonly unread?: readonly { readonly secret: string; readonly why: string }[];
}

/** The answers as objects, so that what a registry said is evidence as any field is: `tries[0].outcome.is`. */
export type RegistryAnswerObject = KubeObject & RegistryAnswer;

/**
 * An answer as an object of the kind RegistryAnswer. Pods with other pull secrets have answers of their own, so its name
 * holds both.
 */
export function registryObject(answer: RegistryAnswer): RegistryAnswerObject {
  const { namespace, image, secrets } = answer;
  const name = secrets.length > 0 ? `${image} with ${secrets.join(", ")}` : image;
  return { ...answer, kind: "RegistryAnswer", metadata: { namespace, name } };
}

/** The answers of a snapshot as objects. */
export const registryObjects = ({ registryAnswers = [] }: Pick<Snapshot, "registryAnswers">): RegistryAnswerObject[] =>
  registryAnswers.map(registryObject);
