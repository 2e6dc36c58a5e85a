import { describe, expect, it } from "vitest";
import { truthOfSample } from "../draw-person.ts";
import { titleOf } from "./title.ts";

const seeds = Array.from({ length: 300 }, (_, i) => 9000 + i);

describe("a title", () => {
  it("names about half of what shows, and little that does not", () => {
    let [named, right] = [0, 0];
    for (const seed of seeds) {
      const { answers, defect } = truthOfSample(seed);
      if (defect === "no-person") continue;
      const truth = Object.entries(answers).map(([id, value]) => {
        const [group = "", key] = id.split(".");
        const noun = group.replaceAll("_", " ");
        return key === "type" ? value : key === "wears" ? noun : `${value} ${noun}`;
      });
      const phrases = titleOf(seed).split(", ");
      if (phrases[0]?.startsWith("A drawn person")) continue;
      named += phrases.length;
      right += phrases.filter((phrase) => truth.includes(phrase)).length;
    }
    expect(named / seeds.length).toBeGreaterThan(4);
    expect(right / named).toBeGreaterThan(0.85);
    expect(right / named).toBeLessThan(1);
  });

  it("is the same for every caller, and of a near duplicate much like its original's", () => {
    expect(seeds.map((seed) => titleOf(seed))).toEqual(seeds.map((seed) => titleOf(seed)));
    const pairs = seeds.flatMap((seed) => {
      const { duplicateOf } = truthOfSample(seed);
      return duplicateOf === null ? [] : [[titleOf(seed), titleOf(duplicateOf)] as const];
    });
    const shared = pairs.filter(([one, other]) => one.split(", ").some((phrase) => other.includes(phrase)));
    expect(pairs.length).toBeGreaterThan(3);
    expect(shared.length / pairs.length).toBeGreaterThan(0.7);
  });
});
