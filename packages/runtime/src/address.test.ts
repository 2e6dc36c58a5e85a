import { describe, expect, it } from "vitest";
import { isPublicAddress, literalAddress } from "./address.ts";

const PRIVATE = [
  "0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.255.255.254", "169.254.169.254", "172.16.0.1", "172.31.255.255",
  "192.0.0.1", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.250",
  "240.0.0.1", "255.255.255.255", "168.63.129.16", "::", "::1", "::ffff:127.0.0.1", "::ffff:a9fe:a9fe", "::ffff:10.0.0.1",
  "::ffff:168.63.129.16", "64:ff9b::7f00:1", "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::", "fc00::1", "fd12::1",
  "fe80::1", "fec0::1", "ff02::1", "::7f00:1", "3fff::1", "not an address", "",
]; // biome-ignore format: a list to read as a list

const PUBLIC = [
  "1.1.1.1",
  "8.8.8.8",
  "93.184.216.34",
  "172.32.0.1",
  "2606:4700:4700::1111",
  "2a00:1450:4001:80b::200e",
  "::ffff:8.8.8.8",
];

describe("an address", () => {
  it.each(PRIVATE)("%s is not public", (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  it.each(PUBLIC)("%s is public", (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });

  it("is found in a URL's host whatever its spelling", () => {
    const hosts = [
      "http://127.1/",
      "http://0x7f000001/",
      "http://2130706433/",
      "http://0177.0.0.1/",
      "http://１２７.0.0.1/",
    ];
    for (const url of hosts) expect(literalAddress(new URL(url).hostname)).toBe("127.0.0.1");
    expect(literalAddress(new URL("http://[::1]/").hostname)).toBe("::1");
    expect(literalAddress("example.org")).toBeUndefined();
  });
});
