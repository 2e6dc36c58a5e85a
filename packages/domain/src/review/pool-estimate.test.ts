import { describe, expect, it } from "vitest";
import { NOT_ASKED, UNSURE } from "../annotate/answer.ts";
import { loadProtocol } from "../annotate/load-protocol.ts";
import { kettles } from "../annotate/tiny-protocol.fixture.ts";
import { random } from "../random.ts";
import { ACCURACY, type Cells, estimatePool, type Rated } from "./pool-estimate.ts";

const protocol = loadProtocol(kettles);
const first = protocol.categories[0] as (typeof protocol.categories)[number];

interface Image {
  truth: number;
  given: number;
  confidence: number;
  byPerson?: boolean;
}

/** Images whose first question has option 1 in three of ten, from a labeller that is right as often as it says. */
function images(count: number, seed: string): Image[] {
  const draw = random(seed);
  return Array.from({ length: count }, () => {
    const truth = draw() < 0.3 ? 1 : 0;
    const confidence = draw() < 0.5 ? 980 : 700;
    return { truth, given: draw() < confidence / 1000 ? truth : 1 - truth, confidence };
  });
}

function packed(value: number): number[] {
  return protocol.categories.map(({ n }) => (n === first.n ? value : NOT_ASKED));
}

const rated = (some: readonly Image[]): Rated[] =>
  some.map(({ truth, given, confidence }) => ({
    truth: packed(truth),
    given: packed(given),
    confidence: protocol.categories.map(() => confidence),
  }));

const cells = (some: readonly Image[]): Cells[] =>
  some.map(({ given, confidence, byPerson = false }) => ({
    ...{ category: first.n, value: given, byPerson, count: 1 },
    ...{ confidence: confidence / 1000, squares: (confidence / 1000) ** 2 },
  }));

function estimates(labelled: readonly Image[], pool: readonly Image[]) {
  const found = estimatePool(protocol, { evaluation: rated(labelled), cells: cells(pool) });
  const of = (option: number) => found.find((one) => one.category === first.n && one.option === option);
  return { accuracy: of(ACCURACY), one: of(1), found };
}

describe("estimates of the pool", () => {
  it("hold the labeller's accuracy and how common an option is, and are worth more labels than were given", () => {
    let [accuracyHeld, shareHeld] = [0, 0];
    for (let run = 0; run < 60; run++) {
      const pool = images(3000, `pool ${run}`);
      const { accuracy, one } = estimates(pool.slice(0, 200), pool.slice(200));
      const right = pool.filter(({ truth, given }) => truth === given).length / pool.length;
      const share = pool.filter(({ truth }) => truth === 1).length / pool.length;
      if (accuracy && accuracy.low <= right && right <= accuracy.high) accuracyHeld++;
      if (one && one.low <= share && share <= one.high) shareHeld++;
    }
    expect(accuracyHeld).toBeGreaterThanOrEqual(56);
    expect(shareHeld).toBeGreaterThanOrEqual(56);
    const pool = images(20_000, "one pool");
    const { accuracy, one } = estimates(pool.slice(0, 300), pool.slice(300));
    expect(one?.effective).toBeGreaterThan(400);
    expect(accuracy?.effective).toBeGreaterThan(300);
    expect([accuracy?.n, accuracy?.pool]).toEqual([300, 19_700]);
  });

  it("correct a labeller that sees an option twice as often as it is there", () => {
    const draw = random("sees ones");
    const pool = images(4000, "ones").map((image) => (draw() < 0.3 ? { ...image, given: 1 } : image));
    const { one } = estimates(pool.slice(0, 400), pool.slice(400));
    const said = pool.filter(({ given }) => given === 1).length / pool.length;
    expect(said).toBeGreaterThan(0.5);
    expect(one?.high).toBeLessThan(said);
    expect(one?.low).toBeLessThan(0.3);
    expect(one?.high).toBeGreaterThan(0.3);
  });

  it("rest on people alone where people answered much of the pool", () => {
    const pool = images(1000, "sampled").map((image, place) => ({ ...image, byPerson: place % 10 === 0 }));
    const { accuracy } = estimates(pool.slice(0, 150), pool.slice(150));
    expect(accuracy).toMatchObject({ lambda: 0, estimate: accuracy?.classic });
    expect(accuracy?.effective).toBeCloseTo(150, 6);
  });

  it("count an answer to a question that does not apply as wrong, and leave out what people do not agree on", () => {
    const labelled = images(100, "labels").map((image, place) => ({
      ...image,
      truth: place < 10 ? NOT_ASKED : place < 20 ? UNSURE : image.given,
    }));
    const { accuracy } = estimates(labelled, images(1000, "rest"));
    expect(accuracy?.n).toBe(90);
    expect(accuracy?.classic).toBeCloseTo(80 / 90, 9);
  });

  it("are none without labels, or without a pool", () => {
    expect(estimates([], images(50, "pool")).found).toEqual([]);
    expect(estimates(images(50, "labels"), []).found).toEqual([]);
  });
});
