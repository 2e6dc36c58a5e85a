import { BlockList } from "node:net";
import { random } from "@anyone/drawn-world/random";

/** One try to make the fetcher talk to a machine that is none of a stranger's business. */
export interface Attempt {
  name: string;
  url: string;
  /** What the resolver answers for names of `.test`, call by call; the last answer stays. */
  answers?: readonly (readonly string[])[];
}

/** Machines inside: this one, its networks, the metadata services of the clouds. */
const INSIDE_V4 = [
  "127.0.0.1",
  "10.0.0.1",
  "172.16.0.1",
  "192.168.1.1",
  "169.254.169.254",
  "100.64.0.1",
  "168.63.129.16",
  "0.0.0.0",
];

const INSIDE_V6 = [
  "::1", "::", "0:0:0:0:0:0:0:1", "0000:0000:0000:0000:0000:0000:0000:0001", "fe80::1", "febf::1", "fec0::1", "fc00::1", "fd00::1",
  "fd00:ec2::254", "ff02::1", "ff0e::1", "100::1", "2001:db8::1", "3fff::1", "2001::1", "2001:10::1", "4000::1", "64:ff9b:1::1",
]; // biome-ignore format: a list to read as a list

const MORE_V4 = [
  "127.127.127.127", "127.255.255.254", "0.0.0.1", "10.255.255.255", "172.31.255.255", "192.0.0.1", "192.0.2.1", "192.88.99.1",
  "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
  "100.127.255.255", "169.254.170.2",
]; // biome-ignore format: a list to read as a list

/** Every way of writing an IPv4 address that some parser takes for one. */
const V4_FORMS: Readonly<Record<string, (parts: readonly number[]) => string>> = {
  dotted: (parts) => parts.join("."),
  "with a dot behind": (parts) => `${parts.join(".")}.`,
  "one decimal number": (parts) => String(number(parts)),
  "one hexadecimal number": (parts) => `0x${number(parts).toString(16)}`,
  "one octal number": (parts) => `0${number(parts).toString(8)}`,
  "hexadecimal parts": (parts) => parts.map((part) => `0x${part.toString(16)}`).join("."),
  "octal parts": (parts) => parts.map((part) => `0${part.toString(8)}`).join("."),
  "octal parts, zeros before": (parts) => parts.map((part) => `000${part.toString(8)}`).join("."),
  "mixed bases": ([a = 0, b = 0, c = 0, d = 0]) => `0x${a.toString(16)}.${b}.0${c.toString(8)}.${d}`,
  "three parts": ([a = 0, b = 0, c = 0, d = 0]) => `${a}.${b}.${c * 256 + d}`,
  "two parts": ([a = 0, b = 0, c = 0, d = 0]) => `${a}.${(b * 256 + c) * 256 + d}`,
  "full-width digits": (parts) =>
    parts.join(".").replace(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit))),
  "ideographic dots": (parts) => parts.join("。"),
  "percent escapes": (parts) => parts.map((part) => String(part).replace(/\d/g, (digit) => `%3${digit}`)).join("%2e"),
};

/** Every way of wrapping an IPv4 address into an IPv6 one. */
const V6_WRAPPINGS: Readonly<Record<string, (parts: readonly number[]) => string>> = {
  "mapped, dotted": (parts) => `::ffff:${parts.join(".")}`,
  "mapped, hexadecimal": (parts) => `::ffff:${groups(parts)}`,
  "mapped, in full": (parts) => `0:0:0:0:0:FFFF:${groups(parts).toUpperCase()}`,
  "compatible, dotted": (parts) => `::${parts.join(".")}`,
  translated: (parts) => `::ffff:0:${groups(parts)}`,
  NAT64: (parts) => `64:ff9b::${groups(parts)}`,
  "local NAT64": (parts) => `64:ff9b:1::${groups(parts)}`,
  "6to4": (parts) => `2002:${groups(parts)}::1`,
  Teredo: (parts) => `2001:0:${groups(parts)}:0:0:${groups(parts.map((part) => 255 - part))}`,
};

const PUBLIC = "93.184.216.34";
export const REDIRECTOR = "redirector.test";

/**
 * Direct literals; then the same as the target of a redirect; then names that resolve, or come to resolve, to the inside.
 * @param more addresses of the inside, beside those that everybody knows
 */
export function ssrfAttempts(port: number, more: readonly string[] = []): Attempt[] {
  const literals = literalHosts([...INSIDE_V4, ...more]).map(([form, host]): [string, string] => [
    form,
    `http://${host}:${port}/`,
  ]);
  const direct = literals.map(([form, url]) => ({ name: `${form}: ${url}`, url }));
  const statuses = [301, 302, 303, 307, 308];
  const redirected = literals.map(([form, url], i) => ({
    name: `redirect to ${form}: ${url}`,
    url: redirect(url, statuses[i % statuses.length] as number, i % 7 === 6 ? 2 : 1),
  }));
  return [...direct, ...redirected, ...names(port, more)];
}

function literalHosts(addresses: readonly string[]): [string, string][] {
  const forms = addresses.flatMap((address) =>
    Object.entries(V4_FORMS).map(([form, write]): [string, string] => [form, write(partsOf(address))]),
  );
  const wrapped = addresses.flatMap((address) =>
    Object.entries(V6_WRAPPINGS).map(([form, write]): [string, string] => [form, `[${write(partsOf(address))}]`]),
  );
  return [
    ...forms,
    ...wrapped,
    ...MORE_V4.map((address): [string, string] => ["dotted", address]),
    ...INSIDE_V6.map((address): [string, string] => ["IPv6", `[${address}]`]),
  ];
}

function names(port: number, more: readonly string[]): Attempt[] {
  const ways: Readonly<Record<string, (inside: string) => string[][]>> = {
    "a name of the inside": (inside) => [[inside]],
    "inside among public": (inside) => [[PUBLIC, inside]],
    "public among inside": (inside) => [[inside, PUBLIC]],
    "rebinding at the second question": (inside) => [[PUBLIC], [inside]],
    "rebinding to both": (inside) => [[PUBLIC], [PUBLIC, inside]],
  };
  const insides = [...INSIDE_V4, ...INSIDE_V6.slice(0, 12), "::ffff:127.0.0.1", "64:ff9b::7f00:1", ...more];
  return insides.flatMap((inside, i) =>
    Object.entries(ways).flatMap(([way, answers], j) => {
      const url = `http://${i}-${j}.test:${port}/`;
      return [
        { name: `${way}: ${inside}`, url, answers: answers(inside) },
        { name: `redirect to ${way}: ${inside}`, url: redirect(url, 302, 1), answers: answers(inside) },
      ];
    }),
  );
}

function redirect(to: string, status: number, hops: number): string {
  let url = to;
  for (let i = 0; i < hops; i++) url = `http://${REDIRECTOR}/?status=${status}&to=${encodeURIComponent(url)}`;
  return url;
}

/** What is inside, by the IANA registries and Node's own list type: shares nothing with the guard under test. */
const INSIDE_BLOCKS = [
  "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "168.63.129.16/32", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
  "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3",
]; // biome-ignore format: a list to read as a list
const inside = new BlockList();
for (const block of INSIDE_BLOCKS) {
  const [base = "", bits] = block.split("/");
  inside.addSubnet(base, Number(bits), "ipv4");
}
const outside6 = new BlockList();
outside6.addSubnet("2000::", 3, "ipv6");
for (const block of ["2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"]) {
  const [base = "", bits] = block.split("/");
  inside.addSubnet(base, Number(bits), "ipv6");
}

/** So many addresses out of each block of the inside; the same ones for the same seed. */
export function addressesInside(perBlock: number, seed: number): string[] {
  return INSIDE_BLOCKS.flatMap((block) => {
    const [base = "", bits = 0] = block.split("/");
    const { next } = random(seed, block);
    const drawn = Array.from(
      { length: perBlock },
      () => number(partsOf(base)) + Math.floor(next() * 2 ** (32 - Number(bits))),
    );
    return [...new Set(drawn)].map((address) => [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join("."));
  });
}

export function leadsInside(address: string): boolean {
  const family = address.includes(":") ? "ipv6" : "ipv4";
  return inside.check(address, family) || (family === "ipv6" && !outside6.check(address, "ipv6"));
}

function partsOf(address: string): number[] {
  return address.split(".").map(Number);
}

function number([a = 0, b = 0, c = 0, d = 0]: readonly number[]): number {
  return ((a * 256 + b) * 256 + c) * 256 + d;
}

function groups([a = 0, b = 0, c = 0, d = 0]: readonly number[]): string {
  return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
}
