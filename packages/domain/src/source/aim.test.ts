import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SourceId } from "../ids.ts";
import { type Aimable, type PlanRequest, planCrawls, sayAim } from "./aim.ts";
import type { Lack } from "./deficit.ts";

const source = (id: string, given: Partial<Aimable> = {}): Aimable => ({
  id: SourceId.parse(id),
  searched: id !== "laion",
  aimedLast: false,
  spent: [],
  ...given,
});

const lack = (option: string, weight: number, given: Partial<Lack> = {}): Lack => ({
  category: "hat.type",
  option,
  have: 2,
  want: 10,
  weight,
  query: `person ${option}`,
  sources: ["flickr", "pixabay", "laion"].map((sourceId) => ({ sourceId, brought: 1, rate: 0.1 })),
  ...given,
});

const plan = (given: Partial<PlanRequest>) =>
  planCrawls({
    lacks: [lack("beret", 0.75), lack("fedora", 0.25)],
    sources: [source("flickr"), source("laion")],
    target: 400,
    yield: 0.5,
    scale: 1,
    seed: "a seed",
    ...given,
  });

describe("planned crawls", () => {
  it("are aimed where a source is searched, for what is missing; the rest of the target is the others'", () => {
    const [aimed, other] = plan({ lacks: [lack("beret", 1)] });
    expect(aimed).toEqual({
      sourceId: "flickr",
      target: 16,
      query: "person beret",
      plan: { category: "hat.type", option: "beret", have: 2, want: 10, weight: 1, lacking: 1 },
    });
    expect(other).toEqual({ sourceId: "laion", target: 384 });
  });

  it("take turns: after an aimed crawl of a source comes one with its own words", () => {
    expect(plan({ sources: [source("flickr", { aimedLast: true })] })).toEqual([{ sourceId: "flickr", target: 400 }]);
  });

  it("are none but the usual ones while nothing is missing, or no words find it", () => {
    const usual = [
      { sourceId: "flickr", target: 200 },
      { sourceId: "laion", target: 200 },
    ];
    expect(plan({ lacks: [] })).toEqual(usual);
    expect(plan({ lacks: [lack("toddler", 1, { query: null })] })).toEqual(usual);
  });

  it("leave words alone whose results were read to their end, and never ask two sources for the same", () => {
    const spent = ["person beret"];
    expect(plan({ sources: [source("flickr", { spent })] })[0]).toMatchObject({ query: "person fedora" });
    const both = plan({ sources: [source("flickr"), source("pixabay")] });
    expect(new Set(both.map(({ query }) => query))).toEqual(new Set(["person beret", "person fedora"]));
    expect(both).toHaveLength(2);
  });

  it("never take more than their source's share of the target, and more assets than were counted are missed in scale", () => {
    expect(plan({ target: 10, sources: [source("flickr")] })[0]?.target).toBe(10);
    expect(plan({ lacks: [lack("beret", 1)], scale: 5, yield: 0.25 })[0]?.target).toBe(160);
  });

  it("give an unaimed source more that brought more of what is missing", () => {
    const sources = [
      { sourceId: "flickr", brought: 1, rate: 0.3 },
      { sourceId: "laion", brought: 1, rate: 0.1 },
    ];
    const [flickr, laion] = plan({
      lacks: [lack("beret", 1, { sources })],
      sources: [source("flickr", { aimedLast: true }), source("laion")],
    });
    expect([flickr?.target, laion?.target]).toEqual([300, 100]);
  });

  it("aim at options by their weights, at a source by what it brings of them, and with one seed at the same", () => {
    const seeds = Array.from({ length: 2000 }, (_, place) => `seed ${place}`);
    const share = (given: Partial<PlanRequest>, of: string) =>
      seeds.filter((seed) => plan({ ...given, seed })[0]?.query === `person ${of}`).length / seeds.length;
    // Three standard deviations of 2,000 draws are 0.03.
    expect(Math.abs(share({}, "beret") - 0.75)).toBeLessThan(0.03);
    const rare = [
      { sourceId: "flickr", brought: 1, rate: 0.01 },
      { sourceId: "pixabay", brought: 1, rate: 0.03 },
    ];
    const lacks = [lack("beret", 0.5, { sources: rare }), lack("fedora", 0.5)];
    const sources = [source("flickr"), source("pixabay")];
    // One in four of berets is Flickr's to bring, one in two of fedoras.
    expect(Math.abs(share({ lacks, sources }, "beret") - 1 / 3)).toBeLessThan(0.035);
    expect(plan({ seed: "seed 7" })).toEqual(plan({ seed: "seed 7" }));
  });

  it("cover the target at least once and no source twice, whatever lacks", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.boolean()), { maxLength: 12 }),
        fc.integer({ min: 1, max: 5000 }),
        fc.boolean(),
        (options, target, aimedLast) => {
          const lacks = options.map(([have, findable], place) =>
            lack(`option-${place}`, 1 / options.length, { have, query: findable ? `person ${place}` : null }),
          );
          const crawls = plan({ lacks, target, sources: [source("flickr", { aimedLast }), source("laion")] });
          expect(new Set(crawls.map(({ sourceId }) => sourceId)).size).toBe(crawls.length);
          expect(crawls.reduce((sum, crawl) => sum + crawl.target, 0)).toBeGreaterThanOrEqual(target);
          for (const crawl of crawls) expect(crawl.target).toBeGreaterThan(0);
        },
      ),
    );
  });
});

it("an aim is told with its numbers and its weight", () => {
  const aim = { category: "hat.type", option: "beret", have: 3, want: 12, weight: 0.0412, lacking: 30 };
  expect(sayAim(aim)).toBe("beret (hat.type): 3 of 12, 4.1 % of what is missing");
});
