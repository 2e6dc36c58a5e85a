import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseRobots } from "../robots.ts";
import { usageStance } from "./content-usage.ts";
import { readHeaders } from "./headers.ts";
import { readAiTxt, readTdmrep, readUsageRules } from "./site-files.ts";

const PRODUCT = "AnnotateAnyone";
const stance = (headers: Record<string, string>) => readHeaders(headers, PRODUCT)[0]?.stance;

describe("a Content-Usage preference", () => {
  it.each([
    ["train-ai=n", "reserves"],
    ["train-ai=y", "allows"],
    ["search=y", "silent"],
    ["bots=n", "reserves"],
    ["bots=n, train-ai=y", "allows"],
    ["train-ai=y, train-genai=n", "reserves"],
    ["train-ai=n, train-genai=y", "reserves"],
    ["bots=y;exceptions=1, search=n", "allows"],
    ["train-ai=y, train-ai=n", "reserves"],
    ["train-ai", "silent"],
    ['note="train-ai=n, train-ai=n", search=y', "silent"],
    ["TRAIN-AI=n", "silent"],
    ["?!,, train-ai=n", "reserves"],
    ["", "silent"],
  ])("%j %s", (usage, expected) => {
    expect(usageStance(usage)).toBe(expected);
  });

  it("stands in robots.txt for a path: the longest that matches decides", () => {
    const rules = parseRobots(
      "User-agent: *\nAllow: /\nContent-Usage: train-ai=n\nContent-Usage: /open/ train-ai=y\nUser-agent: Other\nContent-Usage: /open/ train-ai=n",
      PRODUCT,
    );
    const of = (path: string) => readUsageRules(rules, path).map((one) => one.stance);
    expect([of("/a.jpg"), of("/open/a.jpg")]).toEqual([["reserves"], ["allows"]]);
    expect(readUsageRules(parseRobots("User-agent: *\nDisallow: /x", PRODUCT), "/a.jpg")).toEqual([]);
  });
});

describe("the headers of an answer", () => {
  it.each([
    ["noai", "reserves"],
    ["noml", "reserves"],
    ["index, NoImageAI", "reserves"],
    ["noindex", "reserves"],
    ["nosnippet, max-image-preview: none", "silent"],
    ["unavailable_after: 25 Jun 2027 15:00:00 PST", "silent"],
    ["otherbot: noai", "silent"],
    ["AnnotateAnyone: noai", "reserves"],
    ["*: noai", "reserves"],
    ["otherbot: index, noai", "reserves"],
    ["noaiming", "silent"],
  ])("X-Robots-Tag %j %s", (tag, expected) => {
    expect(stance({ "x-robots-tag": tag })).toBe(expected);
  });

  it.each([
    ["1", "reserves"],
    ["0", "allows"],
    ["0, 1", "reserves"],
    ["yes", "silent"],
    ["10", "silent"],
  ])("TDM-Reservation %j %s", (reservation, expected) => {
    expect(stance({ "tdm-reservation": reservation })).toBe(expected);
  });

  it("say nothing when none of them is there, and are kept as they stand when they are", () => {
    expect(readHeaders({ "content-type": "image/jpeg" }, PRODUCT)).toEqual([]);
    expect(readHeaders({ "tdm-reservation": "1", "tdm-policy": "https://h/p.json" }, PRODUCT)).toEqual([
      { signal: "tdm-reservation", stance: "reserves", value: "1; policy https://h/p.json" },
    ]);
  });
});

describe("the files of a host", () => {
  const tdmrep = JSON.stringify([
    { location: "/photos/free/*", "tdm-reservation": 0 },
    { location: "/photos", "tdm-reservation": "1", "tdm-policy": "https://h/policy" },
    { location: 7, "tdm-reservation": 1 },
    { location: "/*.png$", "tdm-reservation": 1 },
  ]);

  it.each([
    ["/photos/a.jpg", "reserves"],
    ["/photos/free/a.jpg", "allows"],
    ["/b.png", "reserves"],
    ["/b.png?x", undefined],
    ["/other", undefined],
  ])("tdmrep.json says of %s: %s", (path, expected) => {
    expect(readTdmrep(tdmrep, path)[0]?.stance).toBe(expected);
  });

  it("tdmrep.json reserves where its first and its longest match differ, either way round", () => {
    const rules = [
      { location: "/", "tdm-reservation": 1 },
      { location: "/free/", "tdm-reservation": 0 },
    ];
    expect(readTdmrep(JSON.stringify(rules), "/free/a.jpg")[0]?.stance).toBe("reserves");
    const turned = rules.map((rule) => ({ ...rule, "tdm-reservation": 1 - rule["tdm-reservation"] }));
    expect(readTdmrep(JSON.stringify(turned), "/free/a.jpg")[0]?.stance).toBe("reserves");
  });

  it("ai.txt is read as robots.txt is, by patterns without a slash, too", () => {
    const text = "User-Agent: *\nDisallow: *.jpg\nAllow: *.png";
    expect(readAiTxt(text, "/a/b.jpg", PRODUCT)[0]?.stance).toBe("reserves");
    expect(readAiTxt(text, "/a/b.png", PRODUCT)[0]?.stance).toBe("allows");
    expect(readAiTxt("User-agent: SomeoneElse\nDisallow: /", "/a.jpg", PRODUCT)).toEqual([]);
  });

  it("say nothing when a page stands in their place, or anything else", () => {
    for (const text of ["<!doctype html><p>Not found", "", "{}", "[1,null]", "[[[[", "null", '"1"']) {
      expect(readTdmrep(text, "/a.jpg")).toEqual([]);
      expect(readAiTxt(text, "/a.jpg", PRODUCT)).toEqual([]);
    }
  });

  it("never make a reader throw, and what is kept of them can be stored", () => {
    const odd = fc.oneof(fc.string({ unit: "binary", maxLength: 500 }), fc.json());
    fc.assert(
      fc.property(odd, odd, (text, path) => {
        const headers = { "content-usage": text, "x-robots-tag": text, "tdm-reservation": text, "tdm-policy": text };
        const rules = parseRobots(`User-agent: *\nContent-Usage: ${text}`, PRODUCT);
        const all = [
          ...readHeaders(headers, PRODUCT),
          ...readTdmrep(JSON.stringify([{ location: text, "tdm-reservation": 1 }]), path),
          ...readAiTxt(`User-agent: *\nDisallow: ${text}`, path, PRODUCT),
          ...readUsageRules(rules, path),
        ];
        for (const { value } of all) {
          expect(value.length).toBeLessThanOrEqual(300);
          expect(value).not.toContain("\0");
        }
      }),
    );
  });
});
