import { describe, expect, it } from "vitest";
import { parseRobots, robotsAllow } from "./robots.ts";

const allow = (text: string, path: string) => robotsAllow(parseRobots(text, "AnnotateAnyone"), path);

describe("robots.txt", () => {
  it("allows what no rule forbids", () => {
    expect(allow("", "/photo.jpg")).toBe(true);
    expect(allow("User-agent: *\nDisallow:", "/photo.jpg")).toBe(true);
    expect(allow("User-agent: OtherBot\nDisallow: /", "/photo.jpg")).toBe(true);
  });

  it("keeps to the group that names us, and to that of all only without one", () => {
    const text = "User-agent: *\nDisallow: /\n\nUser-agent: annotateanyone\nDisallow: /mine";
    expect(allow(text, "/photo.jpg")).toBe(true);
    expect(allow(text, "/mine/photo.jpg")).toBe(false);
  });

  it("reads a group with several names, and merges groups of one name", () => {
    const text =
      "User-agent: A\nUser-agent: AnnotateAnyone\nDisallow: /a\nUser-agent: B\nDisallow: /b\nUser-agent: AnnotateAnyone\nDisallow: /c";
    expect([allow(text, "/a"), allow(text, "/b"), allow(text, "/c")]).toEqual([false, true, false]);
  });

  it("lets the longest rule decide, and allow win a tie", () => {
    const text = "User-agent: *\nDisallow: /private\nAllow: /private/public\nDisallow: /same\nAllow: /same";
    expect(allow(text, "/private/x")).toBe(false);
    expect(allow(text, "/private/public/x")).toBe(true);
    expect(allow(text, "/same")).toBe(true);
  });

  it.each([
    ["/*.jpg$", "/a/b.jpg", false],
    ["/*.jpg$", "/a/b.jpg?x=1", true],
    ["/a*b*c", "/aXbYc/z", false],
    ["/a*b*c", "/acb", true],
    ["/fish*", "/fish/salmon", false],
    ["/a%3cd", "/a%3Cd", false],
    ["/%61", "/a", false],
    ["/a%2fb", "/a/b", true],
  ])("matches %s against %s", (pattern, path, allowed) => {
    expect(allow(`User-agent: *\nDisallow: ${pattern}`, path)).toBe(allowed);
  });

  it("reads Crawl-delay, comments and odd line ends", () => {
    const rules = parseRobots("# hello\r\nUser-Agent : * # all\rDisallow: /x # no\nCrawl-delay: 2.5", "AnnotateAnyone");
    expect(rules).toEqual({ rules: [{ allow: false, path: "/x" }], crawlDelayMs: 2500, usage: [] });
  });

  it("is not brought down by a hostile pattern", () => {
    const started = performance.now();
    allow(`User-agent: *\nDisallow: /${"a*".repeat(2000)}b$`, `/${"a".repeat(4000)}`);
    expect(performance.now() - started).toBeLessThan(200);
  });
});
