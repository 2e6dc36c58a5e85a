import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Grant } from "./grant.ts";
import { CRAWL_USES, crawlRefusal, type Permitting, permit } from "./permission.ts";
import { isOpenLicence, SOURCE_TERMS, SOURCE_USES, type SourceUse } from "./terms.ts";

type Given = Permitting["grants"][number];
const grant = (uses: SourceUse[], given: Partial<Grant> = {}): Given => ({
  id: 7,
  grantedBy: "Unsplash Inc.",
  uses,
  until: "2027-12-31",
  state: "in-force",
  ...given,
});
const source = (kind: string, ...grants: Given[]): Permitting => ({ sourceId: `${kind}-people`, kind, grants });
const KINDS = Object.keys(SOURCE_TERMS);

describe("the table of terms", () => {
  it.each(Object.entries(SOURCE_TERMS))(
    "says for %s where its rule stands, when it was read, and whom to ask",
    (_, terms) => {
      expect(URL.canParse(terms.reference)).toBe(true);
      if (terms.read !== null) expect(terms.read).toMatch(/^20\d\d-\d\d-\d\d$/);
      expect(terms.asked).not.toBe("");
      expect(Object.keys(terms.uses).sort()).toEqual([...SOURCE_USES].sort());
    },
  );

  it("holds opposite rules of showing a picture by its own URL", () => {
    expect([SOURCE_TERMS.unsplash.hotlink, SOURCE_TERMS.pixabay.hotlink]).toEqual(["required", "forbidden"]);
  });
});

describe("a crawl", () => {
  it.each(["flickr", "laion", "url-list", "folder", "s3", "shhq"])("of %s may start under its terms alone", (kind) => {
    expect(crawlRefusal(source(kind))).toBeUndefined();
  });

  it.each([
    ["unsplash", "collect, store and train", "collect,store,train", /forbids data mining.*read 2026-11-26/],
    ["pixabay", "collect and train", "collect,train", /forbids systematic mass downloads/],
  ])("of %s is refused, saying which grant is needed and how to record it", (kind, needed, uses, because) => {
    const refusal = crawlRefusal(source(kind));
    expect(refusal?.code).toBe("conflict");
    expect(refusal?.message).toContain(`"${kind}-people" may not be crawled without a grant to ${needed}`);
    expect(refusal?.message).toMatch(because);
    expect(refusal?.hint).toContain(`anyone grant record ${kind}-people --uses ${uses} `);
  });

  it("may start once all that it does is granted, by one grant or by several", () => {
    expect(crawlRefusal(source("unsplash", grant(["collect", "store", "train"])))).toBeUndefined();
    expect(crawlRefusal(source("unsplash", grant(["train"]), grant(["store", "collect"])))).toBeUndefined();
    expect(crawlRefusal(source("unsplash", grant(["collect", "store"])))?.message).toContain("a grant to train");
  });

  it("is refused again when the grant has ended, saying which one", () => {
    const ended = grant(["collect", "train"], { state: "expired", until: "2026-10-31" });
    expect(crawlRefusal(source("pixabay", ended))?.message).toContain("Grant 7 by Unsplash Inc. ended on 2026-10-31.");
    expect(crawlRefusal(source("pixabay", grant(["collect", "train"], { state: "revoked" })))).toBeDefined();
  });

  it("of a kind without known terms is refused, and can be granted like any other", () => {
    for (const kind of ["somewhere", "__proto__", "constructor", ""]) {
      expect(crawlRefusal(source(kind))?.message).toContain("are not known");
      expect(crawlRefusal(source(kind, grant([...CRAWL_USES])))).toBeUndefined();
    }
  });
});

describe("a permission", () => {
  const use = fc.constantFrom(...SOURCE_USES);
  const kind = fc.constantFrom(...KINDS, "unknown");
  const licence = fc.option(fc.constantFrom("CC BY 2.0", "CC BY-NC 2.0", "All rights reserved", "", "x"), {
    nil: null,
  });
  const some = fc.array(
    fc.record({
      id: fc.nat(99),
      grantedBy: fc.constant("somebody"),
      uses: fc.subarray([...SOURCE_USES], { minLength: 1 }),
      until: fc.constant("2027-01-01"),
      state: fc.constantFrom("in-force" as const, "expired" as const, "revoked" as const),
    }),
    { maxLength: 4 },
  );

  it("is never taken away by one grant more, and does not depend on their order", () => {
    fc.assert(
      fc.property(kind, some, some, use, licence, (of, few, more, wanted, under) => {
        const before = permit(source(of, ...few), wanted, under).permitted;
        const after = permit(source(of, ...few, ...more), wanted, under).permitted;
        if (before) expect(after).toBe(true);
        expect(permit(source(of, ...more, ...few), wanted, under).permitted).toBe(after);
      }),
    );
  });

  it("needs a grant in force, whatever ended ones say", () => {
    fc.assert(
      fc.property(kind, some, use, licence, (of, grants, wanted, under) => {
        const ended = grants.map((one) => ({ ...one, state: "expired" as const }));
        expect(permit(source(of, ...ended), wanted, under).permitted).toBe(permit(source(of), wanted, under).permitted);
      }),
    );
  });

  it("always says why, in a sentence", () => {
    fc.assert(
      fc.property(kind, some, use, licence, (of, grants, wanted, under) => {
        expect(permit(source(of, ...grants), wanted, under).why).toMatch(/^\S.{8,}\.$/);
      }),
    );
  });

  it("follows each image's licence where the terms leave it to that", () => {
    const permitted = (licence: string | null) => permit(source("flickr"), "train", licence).permitted;
    expect(["CC BY 2.0", "CC BY-SA 2.0", "CC0 1.0", "Public Domain Mark 1.0"].map(permitted)).not.toContain(false);
    expect(
      ["CC BY-NC 2.0", "CC BY-ND 2.0", "All rights reserved", "Flickr licence 99", "", null].map(permitted),
    ).not.toContain(true);
  });
});

describe("an open licence", () => {
  it.each(["CC-BY-4.0", "cc by 4.0", " CC0 1.0 ", "CC0-1.0", "PDM 1.0", "United States government work"])(
    "is %j",
    (text) => {
      expect(isOpenLicence(text)).toBe(true);
    },
  );

  it.each(["CC BY-NC-SA 2.0", "CC BY 2.0 but ask me", "not CC0", "CC", "BY", undefined, null])("is not %j", (text) => {
    expect(isOpenLicence(text)).toBe(false);
  });
});
