import { lookup } from "node:dns/promises";
import { isPublicAddress, literalAddress } from "@anyone/runtime/address";
import { Agent, buildConnector } from "undici";
import { Refusal } from "./refusal.ts";

export interface DialRules {
  /** `host:port` pairs that may be dialled although private or on another port: a drawn world on loopback, a test's server. */
  allowPrivate: ReadonlySet<string>;
  /** Ports that may be dialled. Default 80 and 443. */
  ports?: ReadonlySet<string>;
  /** All addresses of a name. Replaced only to test names that change their mind. */
  resolve?: (hostname: string) => Promise<string[]>;
  /** What opens the socket to a checked address. Replaced only by tests, to see what would be dialled. */
  dial?: buildConnector.connector;
  /** Authorities to trust beside the machine's own; only tests have one. */
  ca?: string;
}

const WEB_PORTS: ReadonlySet<string> = new Set(["80", "443"]);

/** `host:port` as it is written in FETCH_ALLOW_PRIVATE. */
export function hostPort(url: URL): string {
  return `${url.hostname}:${portOf(url)}`;
}

function portOf(url: { port: string; protocol: string }): string {
  return url.port || (url.protocol === "https:" ? "443" : "80");
}

/**
 * Checks a URL before anything is dialled: scheme, user info, port.
 * @throws Refusal `bad-url`, `scheme`, `userinfo`, `port`
 */
export function checkUrl(text: string, rules: DialRules): URL {
  const url = URL.parse(text);
  if (url === null) throw new Refusal("bad-url", "not a URL");
  if (url.protocol !== "http:" && url.protocol !== "https:")
    throw new Refusal("scheme", `scheme ${url.protocol} is not fetched`);
  if (url.username !== "" || url.password !== "")
    throw new Refusal("userinfo", "a URL with user information is not fetched");
  const open = (rules.ports ?? WEB_PORTS).has(portOf(url)) || rules.allowPrivate.has(hostPort(url));
  if (!open) throw new Refusal("port", `port ${url.port} is not fetched`);
  return url;
}

/**
 * The one address that may be dialled for a host. Every address of the name must be public: a name with one private
 * address among public ones is an attack or a mistake, and which of them a second lookup would give is not ours to guess.
 * @throws Refusal `address`, `dns`
 */
export async function checkedAddress(hostname: string, port: string, rules: DialRules): Promise<string> {
  const literal = literalAddress(hostname);
  const addresses = literal ? [literal] : await (rules.resolve ?? resolveAll)(hostname);
  const [first] = addresses;
  if (first === undefined) throw new Refusal("dns", `${hostname} has no address`);
  if (rules.allowPrivate.has(`${hostname}:${port}`)) return first;
  const bad = addresses.find((address) => !isPublicAddress(address));
  if (bad !== undefined) throw new Refusal("address", `${hostname} is ${bad}, which is not a public address`);
  return first;
}

async function resolveAll(hostname: string): Promise<string[]> {
  return (await lookup(hostname, { all: true, verbatim: true })).map((entry) => entry.address);
}

/**
 * An undici agent that dials what it checked. The check sits in the connector, not in `connect.lookup`: Node never calls a
 * lookup for an IP literal, so a guard there lets `http://127.0.0.1/` through. HTTP/2 is spoken where TLS agrees on it: the agent
 * opens a session on the socket that this connector made, so the check is the same.
 */
export function guardedAgent(rules: DialRules): Agent {
  const dial = rules.dial ?? buildConnector({ timeout: 10_000, allowH2: true, ...(rules.ca ? { ca: rules.ca } : {}) });
  return new Agent({
    allowH2: true,
    connect(options, callback) {
      const { hostname, protocol, port } = options;
      checkedAddress(hostname, portOf({ port: port ?? "", protocol }), rules).then(
        (address) => dial({ ...options, hostname: address, servername: serverName(options) }, callback),
        (error: Error) => callback(error, null),
      );
    },
    headersTimeout: 30_000,
    bodyTimeout: 30_000,
    keepAliveTimeout: 4_000,
    maxHeaderSize: 32 * 1024,
    connections: 8,
  });
}

/** The name for TLS: the host's own, since the socket only knows an address. */
function serverName(options: { hostname: string; servername?: string }): string {
  if (options.servername) return options.servername;
  return literalAddress(options.hostname) ? "" : options.hostname;
}
