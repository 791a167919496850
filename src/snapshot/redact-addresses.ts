import { isIP, isIPv4, isIPv6 } from "node:net";

// Eight groups at most; what is an address and what a time of day, node:net says.
const IPV6 = /(?<![\w:.])(?:[0-9a-f]{0,4}:){2,8}(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f]{0,4})(?![\w:])/gi;
const IPV4_IN_NAME = /(?<!\d)\d{1,3}(?:-\d{1,3}){3}(?!\d|-\d)/g;
const REVERSE = /(?:\d{1,3}\.){4}in-addr\.arpa|(?:[0-9a-f]\.){4,32}ip6\.arpa/gi;

/** Replaces IP addresses, each by the same address of those for documentation, in whatever form it is written. */
export class Addresses {
  readonly #known = new Map<string, string>();

  /** The stand-in of a whole address. */
  of(address: string): string {
    if (/^(?:127\.|0\.0\.0\.0$)/.test(address) || /^[0:]+1?$/.test(address)) return address;
    const same = isIPv6(address) ? canonical(address) : address;
    const standIn = this.#known.get(same) ?? documentationAddress(this.#known.size, address.includes(":"));
    this.#known.set(same, standIn);
    return standIn;
  }

  /** A text with its IPv6 addresses replaced. */
  inText(content: string): string {
    return content.includes(":") ? content.replace(IPV6, (found) => this.#ipv6(found)) : content;
  }

  /** A word of letters, digits, dots and dashes: an address, or a name of a host that has one in it. */
  inWord(word: string): string {
    if (!/\d/.test(word)) return word;
    if (isIPv4(word)) return this.of(word);
    let replaced = word.replace(IPV4_IN_NAME, (found) => {
      const address = found.replaceAll("-", ".");
      return isIPv4(address) ? this.of(address).replaceAll(".", "-") : found;
    });
    if (replaced.includes("-")) {
      // fd00-10--5.shop.pod.cluster.local
      const [label = "", ...rest] = replaced.split(".");
      const address = label.replaceAll("-", ":");
      if (isIPv6(address)) replaced = [this.of(address).replaceAll(":", "-"), ...rest].join(".");
    }
    return replaced.replace(REVERSE, (found) => `0.${found.slice(found.search(/i[np]/i))}`);
  }

  #ipv6(found: string): string {
    // A colon after an address ends it: "dial fd00::5: refused".
    for (const end of [found.length, found.length - 1]) {
      const address = found.slice(0, end);
      if (isIP(address) === 6) return this.of(address) + found.slice(end);
    }
    return found;
  }
}

/** All spellings of an IPv6 address in one. */
const canonical = (address: string) => new URL(`http://[${address}]`).hostname;

/** Addresses that are set aside for examples (RFC 5737, RFC 3849), then those for benchmarks (RFC 2544). */
function documentationAddress(index: number, isV6: boolean): string {
  if (isV6) return `2001:db8::${(index + 1).toString(16)}`;
  const [net, host] = [Math.floor(index / 254), (index % 254) + 1];
  const nets = ["192.0.2", "198.51.100", "203.0.113"];
  return `${nets[net] ?? `198.${18 + (Math.floor(net / 256) % 2)}.${net % 256}`}.${host}`;
}
