import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type ModelEntry, models } from "../models.ts";
import { PHOTOGRAPHS } from "./photographs.ts";
import { mean, rate } from "./rate.ts";
import { SAID } from "./write-card.ts";

const root = join(import.meta.dirname, "../..");
const card = (folder: string, file: string) => readFile(join(root, folder, file), "utf8");
const carded = Object.keys(SAID).map((name): [string, ModelEntry] => [name, models[name as keyof typeof models]]);

describe("the cards", () => {
  it.each(carded)(
    "of %s names the weights that ship, their licence, and what was measured with intervals",
    async (_, entry) => {
      const text = await card("cards", `${entry.model}.md`);
      expect(text).toContain(entry.sha256 || "a rule, no weights");
      expect(text).toContain(entry.licence);
      expect(text).toContain(`\`${entry.model}\``);
      expect(text).toMatch(
        /\d\.\d{3} \(\d\.\d{3} to \d\.\d{3}; \d+ of \d+\)|\(-?\d+\.\d{3} to -?\d+\.\d{3}; n = \d+\)/,
      );
      for (const part of ["## Quality", "## Limits", "## Measured by", "drawn people", "photographs"])
        expect(text).toContain(part);
    },
  );

  it("are there for every model that the filter runs, and for nothing else", async () => {
    const files = await readdir(join(root, "cards"));
    expect(files.sort()).toEqual(carded.map(([, { model }]) => `${model}.md`).sort());
    const uncarded = Object.keys(models).filter((name) => !Object.hasOwn(SAID, name));
    // The encoder is parsing's and the classifier's; Inception measures generators; two rules are told beside what they stand in for. Of the
    // watermark, its training measured on photographs that it did not learn from, and says so beside the weights.
    expect(uncarded.sort()).toEqual(["encoder", "flatness", "foreground", "inception", "watermark"]);
  });

  it("of trainings name the very weights beside them", async () => {
    const trained = Object.values<ModelEntry>(models).filter(({ source }) => source === "packages/vision/weights");
    expect(trained.length).toBeGreaterThanOrEqual(2);
    for (const { file = "", sha256 } of trained)
      expect(await card("weights", file.replace(/onnx$/, "md"))).toContain(sha256);
  });
});

describe("a card's figures", () => {
  it("have Wilson's interval", () => {
    expect(rate(15, 16)).toBe("0.938 (0.717 to 0.989; 15 of 16)");
    expect(rate(0, 26)).toBe("0.000 (0.000 to 0.129; 0 of 26)");
    expect(rate(0, 0)).toBe("none");
  });

  it("have means with the same interval each time, about the mean", () => {
    const values = Array.from({ length: 50 }, (_, i) => i / 49);
    expect(mean(values)).toBe(mean(values));
    const [average, low, high] = (mean(values).match(/\d\.\d+/g) ?? []).map(Number) as [number, number, number];
    expect(average).toBe(0.5);
    expect(low).toBeGreaterThan(0.4);
    expect(high).toBeLessThan(0.6);
  });

  it("count no photograph twice", () => {
    const all = Object.values(PHOTOGRAPHS).flat();
    expect(new Set(all).size).toBe(all.length);
  });
});
