/** An image reference taken apart, with the defaults that containerd and Docker fill in. */
export interface ImageReference {
  /** `docker.io`, `registry.test:5000` */
  readonly host: string;
  /** `library/nginx`: the path below the host. */
  readonly repository: string;
  /** Absent for a reference by digest alone; `latest` where the reference has neither. */
  readonly tag?: string;
  readonly digest?: string;
  /** As it was written, without tag and digest: what a user would type before the colon. */
  readonly name: string;
}

// The grammar of github.com/distribution/reference v0.6 (regexp.go, normalize.go): a first part with a dot, a colon or
// upper case, or `localhost`, is a host; path components are lower case.
const COMPONENT = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;
const DIGEST = /^[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[0-9a-fA-F]{32,}$/;
const HOST =
  /^(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*|\[[0-9a-fA-F:]+\])(?::\d+)?$/;

/** Takes a reference apart; undefined where it is not valid (`invalidPart` says why). */
export function parseImage(image: string): ImageReference | undefined {
  if (invalidPart(image) !== undefined) return undefined;
  const { name, tag, digest } = split(image);
  const { host, repository } = splitHost(name);
  return { host, repository, name, ...(tag ? { tag } : !digest && { tag: "latest" }), ...(digest && { digest }) };
}

/** What makes a reference invalid, as the rest of a sentence that begins with the image; undefined if nothing does. */
export function invalidPart(image: string): string | undefined {
  if (image === "") return "is empty";
  if (/\{\{|\}\}/.test(image)) return "holds an unrendered template: the {{ … }} was never replaced by a value";
  if (/\$\{?\(?[A-Za-z_]/.test(image)) return "holds a variable that was never replaced by a value";
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(image)?.[1];
  if (scheme) return `begins with ${scheme}://; a reference begins with the host`;
  if (/\s/.test(image)) return "contains a blank";
  const { name, tag, digest } = split(image);
  if (digest !== undefined && !DIGEST.test(digest))
    return `has a digest that is not valid: ${digest || "nothing after the @"}`;
  if (tag !== undefined && !TAG.test(tag))
    return tag === "" ? "ends in a colon, without a tag" : `has a tag that is not valid: ${tag}`;
  const { host, repository } = splitHost(name);
  if (/:/.test(repository)) return `has two tags: ${repository.slice(repository.indexOf(":") + 1)} and ${tag ?? ""}`;
  if (!HOST.test(host)) return `has a host that is not valid: ${host}`;
  if (/[A-Z]/.test(repository)) return `has upper-case letters in ${repository}; only lower case is allowed`;
  const wrong = repository.split("/").find((component) => !COMPONENT.test(component));
  if (wrong === "") return "has an empty part between two slashes or at an end";
  if (wrong !== undefined) return `has a part that is not valid in a repository name: ${wrong}`;
  return undefined;
}

function split(image: string): { name: string; tag?: string; digest?: string } {
  const at = image.indexOf("@");
  const digest = at >= 0 ? image.slice(at + 1) : undefined;
  const rest = at >= 0 ? image.slice(0, at) : image;
  const colon = rest.lastIndexOf(":");
  const tag = colon > rest.lastIndexOf("/") ? rest.slice(colon + 1) : undefined;
  return {
    name: tag === undefined ? rest : rest.slice(0, colon),
    ...(tag !== undefined && { tag }),
    ...(digest !== undefined && { digest }),
  };
}

function splitHost(name: string): { host: string; repository: string } {
  const slash = name.indexOf("/");
  const first = name.slice(0, Math.max(slash, 0));
  if (slash < 0 || !(/[.:]/.test(first) || first === "localhost" || first.toLowerCase() !== first)) {
    return { host: "docker.io", repository: slash < 0 ? `library/${name}` : name };
  }
  const host = first === "index.docker.io" ? "docker.io" : first;
  const repository = name.slice(slash + 1);
  return { host, repository: host === "docker.io" && !repository.includes("/") ? `library/${repository}` : repository };
}

/** Whether two references name the same image in the same words: registry, repository, tag and digest. */
export const isSameImage = (a: ImageReference | undefined, b: ImageReference | undefined): boolean =>
  a !== undefined && a.host === b?.host && a.repository === b.repository && a.tag === b.tag && a.digest === b.digest;
