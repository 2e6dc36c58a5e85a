import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Answer, type Answers, GIVER, packAll, unpackAll } from "../annotate/answer.ts";
import { checkRecord } from "../annotate/check-record.ts";
import { applicable } from "../annotate/gates.ts";
import { primeHuman } from "../annotate/prime-human.ts";
import { categoryOf } from "../annotate/protocol.ts";
import { captionGroups, writeCaption } from "./caption.ts";
import { type Manifest, manifestText, placeItems } from "./manifest.ts";
import { settle, withoutSensitive } from "./settle.ts";
import { splitOf } from "./split.ts";

const says = (values: Record<string, string>): Record<string, Answer> =>
  Object.fromEntries(Object.entries(values).map(([id, value]) => [id, { value }]));
const number = (id: string) => categoryOf(primeHuman, id).n;
const model = (answers: Answers) => ({
  value: packAll(primeHuman, answers),
  confidence: primeHuman.categories.map(() => 700),
});

const woman = says({
  "frame.shot": "full_body",
  "person.country": "Asian",
  "person.age": "adult",
  "person.gender": "female",
  "body.body_shape": "fit",
  "scene.background": "a park",
  "hair.color": "brown",
  "hair.style": "wavy",
  "special.type": "none",
  "top.type": "blouse",
  "top.material": "silk",
  "bag.type": "none",
  "belt.wears": "yes",
  "belt.material": "leather",
  "style.overall_style": "casual",
});

/** Any record that an interview over the protocol can end in. */
const anyRecord = fc.gen().map((gen) => {
  const answers: Record<string, Answer> = {};
  for (
    let wave = applicable(primeHuman, answers, null);
    wave.length > 0;
    wave = applicable(primeHuman, answers, null)
  ) {
    for (const { id, options } of wave) {
      answers[id] = { value: gen(fc.constantFrom, ...options, "not_visible", "other:a thing") };
    }
  }
  return answers;
});

describe("a caption", () => {
  const groups = captionGroups(primeHuman, woman);
  const { text, spans } = writeCaption(primeHuman, groups, { seed: "1" });

  it("begins with shot, person, build and background, in this order", () => {
    expect(text).toMatch(/^a full-body shot, a (Asian adult|adult Asian) female, fit, a park, /);
  });

  it("names what is worn by its noun last, and nothing that is not worn", () => {
    expect(text).toContain("silk blouse");
    expect(text).toContain("leather belt");
    expect(text).toMatch(/(brown wavy|wavy brown) hair/);
    expect(text).not.toMatch(/none|bag|not_visible|other/);
  });

  it("gives each group the masks of the protocol: the whole person, the part, or none", () => {
    const mask = (name: string) => groups.find((group) => group.name === name)?.mask;
    expect([mask("person"), mask("top"), mask("scene"), mask("style")]).toEqual(["foreground", [4], [], []]);
  });

  it("never writes a negative, unseen, unsure or free answer, whatever was answered", () => {
    fc.assert(
      fc.property(anyRecord, fc.string(), (answers, seed) => {
        const caption = writeCaption(primeHuman, captionGroups(primeHuman, answers), { seed });
        expect(caption.text).not.toMatch(/\bnone\b|barefoot|not_visible|unsure|other:|a thing|unclear/);
        expect(caption.text).not.toMatch(/ {2}|, ,|^, |, $/);
      }),
      { numRuns: 100 },
    );
  });

  it("knows where each group stands", () => {
    fc.assert(
      fc.property(anyRecord, fc.string(), (answers, seed) => {
        const own = captionGroups(primeHuman, answers);
        const caption = writeCaption(primeHuman, own, { seed });
        expect(caption.spans.map(({ start, end }) => caption.text.slice(start, end)).join(", ")).toBe(caption.text);
        expect(caption.spans.map(({ group }) => group).sort()).toEqual(own.map(({ group }) => group).sort());
      }),
      { numRuns: 60 },
    );
  });

  it("is the same for the same seed and shuffled by another", () => {
    const texts = ["1", "1", "2", "3", "4"].map((seed) => writeCaption(primeHuman, groups, { seed }).text);
    expect(texts[0]).toBe(texts[1]);
    expect(new Set(texts).size).toBeGreaterThan(2);
  });

  it("keeps the lesser groups half of the time when it may drop", () => {
    const kept = Array.from({ length: 400 }, (_, seed) =>
      writeCaption(primeHuman, groups, { seed: `${seed}`, drop: true }),
    ).filter(({ spans }) => spans.some(({ group }) => group === "g15")).length;
    expect(kept / 400).toBeGreaterThan(0.4);
    expect(kept / 400).toBeLessThan(0.6);
    expect(spans.some(({ group }) => group === "g15")).toBe(true);
  });

  it("calls someone of unclear gender a person, and leaves out a garment of no known kind", () => {
    const answers = { ...woman, ...says({ "person.gender": "unclear", "top.type": "other:toga" }) };
    const caption = writeCaption(primeHuman, captionGroups(primeHuman, answers), { seed: "1" }).text;
    expect(caption).toContain("person, fit");
    expect(caption).not.toMatch(/silk|toga/);
  });

  it("joins the two colours of a garment", () => {
    const answers = { "top.type": { value: "shirt" }, "top.color": { value: "white", second: "red" } };
    expect(writeCaption(primeHuman, captionGroups(primeHuman, answers), { seed: "1" }).text).toBe(
      "white and red shirt",
    );
  });
});

describe("settled answers", () => {
  it("are a person's over the model's, and say who gave them", () => {
    const settled = settle(primeHuman, model(woman), [{ category: number("hair.color"), value: 0 }]);
    const index = categoryOf(primeHuman, "hair.color").index;
    expect([settled.value[index], settled.giver[index], settled.confidence[index]]).toEqual([0, GIVER.person, 1000]);
    expect(settled.giver[categoryOf(primeHuman, "hair.style").index]).toBe(GIVER.model);
    expect(settled.giver[categoryOf(primeHuman, "coat.color").index]).toBe(GIVER.nobody);
  });

  it("forget the model's children of a parent that a person denied", () => {
    const settled = settle(primeHuman, model(woman), [{ category: number("top.type"), value: 0 }]);
    expect(unpackAll(primeHuman, settled.value)).not.toHaveProperty(["top.material"]);
  });

  it("leave the model's answer where the person was unsure, and take the last where one answered twice", () => {
    const hair = number("hair.color");
    const value = (...values: number[]) =>
      settle(
        primeHuman,
        model(woman),
        values.map((value) => ({ category: hair, value })),
      ).value[hair - 1];
    expect([value(-3), value(0, 2), value(2, -3)]).toEqual([1, 2, 2]);
  });

  it("never hold an orphan, whatever model and people say", () => {
    fc.assert(
      fc.property(anyRecord, anyRecord, fc.infiniteStream(fc.boolean()), (byModel, byPerson, picks) => {
        const human = packAll(primeHuman, byPerson)
          .map((value, index) => ({ category: index + 1, value }))
          .filter(() => picks.next().value);
        const settled = settle(primeHuman, model(byModel), human);
        const record = unpackAll(primeHuman, settled.value, settled.texts);
        const rules = checkRecord(primeHuman, record).map(({ rule }) => rule);
        expect(rules).not.toContain("orphan");
        expect(rules).not.toContain("bald-has-no-hair");
      }),
      { numRuns: 100 },
    );
  });

  it("can leave out what is perceived of a person", () => {
    const bare = withoutSensitive(primeHuman, settle(primeHuman, model(woman), []));
    expect(Object.keys(unpackAll(primeHuman, bare.value)).filter((id) => /person|body/.test(id))).toEqual([]);
    expect(
      writeCaption(primeHuman, captionGroups(primeHuman, unpackAll(primeHuman, bare.value)), { seed: "1" }).text,
    ).not.toMatch(/female|Asian|adult|fit/);
  });
});

describe("splits", () => {
  it("are about as large as asked, and never part near duplicates", () => {
    const splits = Array.from({ length: 4000 }, (_, n) => splitOf(`group-${n}`, 1));
    const share = (split: string) => splits.filter((one) => one === split).length / 4000;
    expect(Math.abs(share("test") - 0.05)).toBeLessThan(0.015);
    expect(Math.abs(share("validation") - 0.05)).toBeLessThan(0.015);
    expect(splitOf("group-1", 1)).toBe(splitOf("group-1", 1));
  });
});

describe("the manifest", () => {
  const hash = "a".repeat(64);
  const shard = (n: number) => ({
    number: n,
    split: "train" as const,
    key: `version/1/train-0000${n}.tar`,
    sha256: hash,
    bytes: 10,
    count: 1,
  });
  const manifest: Manifest = {
    format: "annotate-anyone/1",
    version: 1,
    name: "v1",
    seed: 1,
    protocol: { id: "prime-human@1.0.0", sha256: hash },
    labeller: "embedded-1",
    without_sensitive: false,
    redistributable: false,
    terms: "terms-1",
    counts: { test: 0, train: 2, validation: 0 },
    shards: [shard(0), shard(1)],
  };

  it("has the same bytes whatever order its parts came in", () => {
    const mixed = {
      ...Object.fromEntries(Object.entries(manifest).reverse()),
      shards: [shard(1), shard(0)],
    } as Manifest;
    expect(manifestText(mixed)).toBe(manifestText(manifest));
  });

  it("places items the same whatever order they came in, split by split", () => {
    const items = Array.from({ length: 25 }, (_, n) => ({
      assetId: `a${n}`,
      split: splitOf(`${n}`, 3, { validation: 0.3, test: 0.3 }),
    }));
    const placed = placeItems(items, 4);
    expect(placeItems([...items].reverse(), 4)).toEqual(placed);
    expect(placed).toHaveLength(25);
    for (const { shard, split } of placed) {
      const members = placed.filter((item) => item.shard === shard);
      expect(members.length).toBeLessThanOrEqual(4);
      expect(members.every((item) => item.split === split)).toBe(true);
    }
  });
});
