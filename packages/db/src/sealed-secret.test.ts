import { describe, expect, it } from "vitest";
import { isClear, openVault } from "./sealed-secret.ts";

const vault = openVault("a token that only tests know");

describe("a sealed secret", () => {
  it("is opened by who has the platform's secret, and is another text each time", () => {
    const sealed = vault.seal("whsec_abc", "https://example.org/hook");
    expect(sealed).not.toContain("abc");
    expect(isClear(sealed)).toBe(false);
    expect(vault.seal("whsec_abc", "https://example.org/hook")).not.toBe(sealed);
    expect(openVault("a token that only tests know").open(sealed, "https://example.org/hook")).toBe("whsec_abc");
  });

  it("opens with no other secret, for nothing else, and not once a bit of it was changed", () => {
    const sealed = vault.seal("whsec_abc", "https://example.org/hook");
    const locked = expect.objectContaining({ code: "bad-environment" });
    expect(() => openVault("another token of that length").open(sealed, "https://example.org/hook")).toThrow(locked);
    expect(() => vault.open(sealed, "https://evil.example/hook")).toThrow(locked);
    const bytes = Buffer.from(sealed.slice("sealed.1.".length), "base64");
    for (let place = 0; place < bytes.length; place++) {
      const changed = Buffer.from(bytes);
      changed[place] = (changed[place] as number) ^ 1;
      expect(() => vault.open(`sealed.1.${changed.toString("base64")}`, "https://example.org/hook")).toThrow(locked);
    }
    expect(() => vault.open("sealed.1.", "https://example.org/hook")).toThrow(locked);
  });

  it("of before there was a vault is taken as it is", () => {
    expect(isClear("whsec_abc")).toBe(true);
    expect(vault.open("whsec_abc", "https://example.org/hook")).toBe("whsec_abc");
  });
});
