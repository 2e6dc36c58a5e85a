import { lookup } from "node:dns/promises";
import { isPublicAddress, literalAddress } from "./address.ts";

/** Which hosts may be reached beside public ones on web ports. */
export interface OutboundRules {
  /** `host:port` pairs that may be dialled although private or on another port: a drawn world on loopback, a test's server. */
  allowPrivate: ReadonlySet<string>;
  /** Ports that may be dialled. Default 80 and 443. */
  ports?: ReadonlySet<string>;
  /** All addresses of a name. Replaced only to test names that change their mind. */
  resolve?: (hostname: string) => Promise<string[]>;
}

export type OutboundFault = "bad-url" | "scheme" | "userinfo" | "port" | "dns" | "address";

/** Why an address of somebody else's choosing is not reached. */
export class OutboundRefused extends Error {
  override readonly name = "OutboundRefused";
  readonly reason: OutboundFault;

  constructor(reason: OutboundFault, detail: string) {
    super(detail);
    this.reason = reason;
  }
}

const WEB_PORTS: ReadonlySet<string> = new Set(["80", "443"]);

/** `host:port` as it is written in the variables that let hosts through. */
export function hostPort(url: URL): string {
  return `${url.hostname}:${portOf(url)}`;
}

export function portOf(url: { port: string; protocol: string }): string {
  return url.port || (url.protocol === "https:" ? "443" : "80");
}

/**
 * Checks a URL before anything is dialled: scheme, user info, port.
 * @throws OutboundRefused `bad-url`, `scheme`, `userinfo`, `port`
 */
export function checkUrl(text: string, rules: OutboundRules): URL {
  const url = URL.parse(text);
  if (url === null) throw new OutboundRefused("bad-url", "not a URL");
  if (url.protocol !== "http:" && url.protocol !== "https:")
    throw new OutboundRefused("scheme", `scheme ${url.protocol} is not fetched`);
  if (url.username !== "" || url.password !== "")
    throw new OutboundRefused("userinfo", "a URL with user information is not fetched");
  const open = (rules.ports ?? WEB_PORTS).has(portOf(url)) || rules.allowPrivate.has(hostPort(url));
  if (!open) throw new OutboundRefused("port", `port ${url.port} is not fetched`);
  return url;
}

/**
 * The one address that may be dialled for a host. Every address of the name must be public: a name with one private
 * address among public ones is an attack or a mistake, and which of them a second lookup would give is not ours to guess.
 * @throws OutboundRefused `address`, `dns`
 */
export async function checkedAddress(hostname: string, port: string, rules: OutboundRules): Promise<string> {
  const literal = literalAddress(hostname);
  const addresses = literal ? [literal] : await (rules.resolve ?? resolveAll)(hostname);
  const [first] = addresses;
  if (first === undefined) throw new OutboundRefused("dns", `${hostname} has no address`);
  if (rules.allowPrivate.has(`${hostname}:${port}`)) return first;
  const bad = addresses.find((address) => !isPublicAddress(address));
  if (bad !== undefined) throw new OutboundRefused("address", `${hostname} is ${bad}, which is not a public address`);
  return first;
}

async function resolveAll(hostname: string): Promise<string[]> {
  return (await lookup(hostname, { all: true, verbatim: true })).map((entry) => entry.address);
}
