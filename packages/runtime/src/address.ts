import ipaddr from "ipaddr.js";

/** Azure's wire server: a public-looking address that answers inside every Azure machine with its secrets. */
const DENIED = new Set(["168.63.129.16"]);

/** Only this part of IPv6 is handed out; the rest (IPv4-compatible `::7f00:1`, site-local, NAT64 …) may lead inside. */
const GLOBAL_V6 = ipaddr.parseCIDR("2000::/3");
/** Inside it, or in IPv4, what ipaddr.js does not set apart from unicast. */
const DENIED_BLOCKS = ["192.88.99.0/24", "2001::/23", "2002::/16", "3fff::/20"].map((block) => ipaddr.parseCIDR(block));

/**
 * Whether an IP address belongs to the public internet. IPv4 inside IPv6 (`::ffff:10.0.0.1`) is judged as the IPv4 address it is.
 * @param address an IPv4 or IPv6 address in any textual form; anything else is not public
 */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  if (DENIED.has(parsed.toString())) return false;
  if (parsed.range() !== "unicast") return false;
  if (parsed.kind() === "ipv6" && !parsed.match(GLOBAL_V6)) return false;
  return !DENIED_BLOCKS.some(([base, bits]) => base.kind() === parsed.kind() && parsed.match(base, bits));
}

/** The address a URL's host is, if it is a literal (`[::1]`, `127.0.0.1`; the URL parser has normalised decimal, octal and hex forms). */
export function literalAddress(hostname: string): string | undefined {
  const bare = hostname.startsWith("[") && hostname.endsWith("]") ? hostname.slice(1, -1) : hostname;
  return ipaddr.isValid(bare) ? bare : undefined;
}
