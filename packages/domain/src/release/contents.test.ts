import { array, assert, constantFrom, property, record, shuffledSubarray, string } from "fast-check";
import { describe, expect, it } from "vitest";
import { SLOTS } from "../model.ts";
import { CONTENTS, type Permission, releaseContents, USES } from "./contents.ts";
import { both, FREE, LICENCE_IDS, LICENCES, licenceOf, type Terms } from "./licence.ts";

const licence = constantFrom(...LICENCE_IDS);
const terms = constantFrom<Terms>(...LICENCES.flatMap(({ itself, made }) => [itself, made]));
const model = record({ slot: constantFrom(...SLOTS), model: string({ minLength: 1, maxLength: 8 }), licence });
const use = constantFrom(...USES);
const allowed = (permissions: Permission[]) => permissions.filter((p) => p.allowed).map(({ content }) => content);

describe("terms that have to be kept together", () => {
  it("do not depend on order or grouping, keep what is kept already, and are not changed by what asks nothing", () => {
    assert(
      property(terms, terms, terms, (a, b, c) => {
        expect(both(a, b)).toEqual(both(b, a));
        expect(both(both(a, b), c)).toEqual(both(a, both(b, c)));
        expect(both(a, a)).toEqual(both(a, FREE));
        expect(both(both(a, b), b)).toEqual(both(a, b));
      }),
    );
  });

  it("never allow what one of them does not", () => {
    assert(
      property(terms, terms, (a, b) => {
        const joint = both(a, b);
        for (const right of ["commercial", "redistribute"] as const) expect(joint[right]).toBe(a[right] && b[right]);
        expect(joint.shareAlike).toEqual(expect.arrayContaining([...a.shareAlike, ...b.shareAlike]));
      }),
    );
  });
});

describe("what a release may hold", () => {
  it("is never more with one model more", () => {
    assert(
      property(licence, array(model, { maxLength: 6 }), model, use, (source, models, another, forUse) => {
        const before = allowed(releaseContents(source, models, forUse));
        expect(before).toEqual(expect.arrayContaining(allowed(releaseContents(source, [...models, another], forUse))));
      }),
    );
  });

  it("is for research all that it is for gain", () => {
    assert(
      property(licence, array(model, { maxLength: 6 }), (source, models) => {
        const research = allowed(releaseContents(source, models, "research"));
        expect(research).toEqual(expect.arrayContaining(allowed(releaseContents(source, models, "commercial"))));
      }),
    );
  });

  it("does not depend on the models' order, and a model reaches only what its slot makes", () => {
    const some = array(model, { maxLength: 6 }).chain((models) =>
      shuffledSubarray(models, { minLength: models.length }).map((shuffled) => ({ models, shuffled })),
    );
    assert(
      property(licence, some, model, use, (source, { models, shuffled }, another, forUse) => {
        expect(allowed(releaseContents(source, shuffled, forUse))).toEqual(
          allowed(releaseContents(source, models, forUse)),
        );
        const changed = releaseContents(source, [...models, another], forUse);
        for (const [i, permission] of releaseContents(source, models, forUse).entries()) {
          const slots: readonly string[] = CONTENTS[permission.content];
          if (!slots.includes(another.slot)) expect(changed[i]).toEqual(permission);
        }
      }),
    );
  });

  it("always holds the link, and says why wherever it holds something not", () => {
    assert(
      property(licence, array(model, { maxLength: 4 }), use, (source, models, forUse) => {
        const contents = releaseContents(source, models, forUse);
        expect(allowed(contents)).toContain("link");
        for (const { allowed: may, because } of contents) expect(because.length === 0).toBe(may);
      }),
    );
  });

  it("loses a research model's scores when it is for gain, and nothing else", () => {
    const scrfd = { slot: "face", model: "scrfd-10g", licence: "research-only" } as const;
    expect(releaseContents("CC0-1.0", [scrfd], "research").every((p) => p.allowed)).toBe(true);
    const lost = releaseContents("CC0-1.0", [scrfd], "commercial").filter((p) => !p.allowed);
    expect(lost).toEqual([
      {
        content: "boxes",
        allowed: false,
        because: ["scrfd-10g (non-commercial research only) is not for gain"],
        owes: [],
      },
    ]);
  });

  it("owes names and the same licence where a source asks for them", () => {
    const [image, , boxes] = releaseContents("CC-BY-SA-4.0", [], "commercial");
    expect(image?.owes).toEqual([
      "name each picture's maker",
      "give it on under CC BY-SA 4.0 (the source, CC-BY-SA-4.0)",
    ]);
    expect(boxes).toEqual({ content: "boxes", allowed: true, because: [], owes: [] });
  });

  it("is no more than links under a licence that nobody here knows, and under one that reaches derived data", () => {
    for (const source of ["SomeLicence-9", "no-derived-data"]) {
      expect(allowed(releaseContents(source, [], "research"))).toEqual(["link"]);
    }
    expect(licenceOf("SomeLicence-9").name).toContain("not known");
  });

  it("is not touched by a GPL detector: its code and weights are under it, its boxes are not", () => {
    const yolo = { slot: "person", model: "yolov7", licence: "GPL-3.0" } as const;
    expect(releaseContents("CC0-1.0", [yolo], "commercial").every((p) => p.allowed)).toBe(true);
  });
});
