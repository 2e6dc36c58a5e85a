import { describe, expect, it } from "vitest";
import { FETCH_ATTEMPTS, MOST_ATTEMPTS, retryDelay, sniffImage } from "./candidate.ts";

const bytes = (text: string) => Uint8Array.from(text, (char) => char.charCodeAt(0));

describe("a failed fetch", () => {
  it("is tried again only where that can help, later each time, and never more often than allowed", () => {
    expect(retryDelay("timeout", 1)).toBe(2_000);
    expect(retryDelay("timeout", 2)).toBe(8_000);
    expect(retryDelay("timeout", FETCH_ATTEMPTS)).toBeUndefined();
    expect(retryDelay("not-found", 1)).toBeUndefined();
    expect(retryDelay("address", 1)).toBeUndefined();
  });

  it("is put off patiently, for that says nothing of the picture", () => {
    expect(retryDelay("rate-limited", FETCH_ATTEMPTS, 20_000)).toBe(32_000);
    expect(retryDelay("rate-limited", MOST_ATTEMPTS - 1)).toBe(3_600_000);
    expect(retryDelay("rate-limited", MOST_ATTEMPTS)).toBeUndefined();
  });

  it("waits as long as the host asks, up to an hour", () => {
    expect(retryDelay("rate-limited", 1, 60_000)).toBe(60_000);
    expect(retryDelay("rate-limited", 1, 1e9)).toBe(3_600_000);
  });
});

describe("first bytes", () => {
  it.each([
    ["\xff\xd8\xff\xe0\x00\x10JFIF", "image/jpeg"],
    ["\x89PNG\r\n\x1a\n", "image/png"],
    ["RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"],
    ["RIFF\x00\x00\x00\x00WAVEfmt ", undefined],
    ["<!doctype html>", undefined],
    ["<svg xmlns='http://www.w3.org/2000/svg'/>", undefined],
    ["GIF89a", undefined],
    ["II*\x00", undefined],
    ["%PDF-1.7", undefined],
    ["\x00\x00\x00\x18ftypheic", undefined],
    ["", undefined],
  ])("%j are %s", (head, type) => {
    expect(sniffImage(bytes(head))).toBe(type);
  });
});
