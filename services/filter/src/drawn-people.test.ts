import { gates } from "@anyone/domain/filter/gate";
import { hammingDistance } from "@anyone/domain/filter/hash-index";
import { drawPerson } from "@anyone/drawn-world/draw-person";
import type { Defect } from "@anyone/drawn-world/truth";
import { modelsFolder } from "@anyone/vision/models-folder";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Answer, type MeasurePool, openMeasurePool } from "./measure-pool.ts";

// A few seeds that must never break; how often each gate is right is measured by the bench `filter`.
let pool: MeasurePool;
beforeAll(() => {
  pool = openMeasurePool({ models: modelsFolder, size: 1 });
});
afterAll(() => pool.close());

const look = (jpeg: Uint8Array): Promise<Answer> => pool.measure(async () => jpeg, gates);

describe("drawn people before the real detectors", { timeout: 60_000 }, () => {
  it.each(["full_body", "nearly_full_body", "upper_body", "portrait", "headshot"] as const)(
    "a clean one passes every gate, drawn as %s, and the boxes are where it was drawn",
    async (framing) => {
      const { jpeg, truth } = await drawPerson(501, { framing });
      const answer = await look(jpeg);
      if (!("admission" in answer)) throw new Error(`dropped as ${answer.drop}`);
      const [x0, y0, x1, y1] = truth.people[0]?.faceBox ?? [0, 0, 0, 0];
      const [fx0, fy0, fx1, fy1] = answer.admission.faceBox;
      const [size, height] = [x1 - x0, truth.height];
      expect(Math.abs((fx0 + fx1) / 2 - (x0 + x1) / 2)).toBeLessThan(size * 0.2);
      expect(Math.abs((fy0 + fy1) / 2 - (y0 + y1) / 2)).toBeLessThan(size * 0.2);
      const shown = truth.people[0]?.keypoints ?? [];
      const off = answer.admission.keypoints.flatMap(([x, y], i) => {
        const [tx, ty, visible] = shown[i] ?? [0, 0, 0];
        return visible === 2 ? Math.hypot(x - tx, y - ty) / height : [];
      });
      off.sort((a, b) => a - b);
      expect(off[off.length >> 1]).toBeLessThan(0.03);
    },
  );

  it.each<[Defect, string | undefined]>([
    ["no-person", "no-person"],
    ["two-persons", "several-persons"],
    ["small-face", "small-face"],
    ["too-small", "too-small"],
    ["blur", "low-quality"],
    ["noise", "low-quality"],
    ["cartoon", "fake-person"],
    ["broken-file", "broken-file"],
    ["exif-gps", undefined],
  ])("one with the defect %s ends as %s", async (defect, reason) => {
    const framing = defect === "small-face" ? "nearly_full_body" : "upper_body";
    const { jpeg } = await drawPerson(502, { framing, defect });
    expect((await look(jpeg)).drop).toBe(reason);
  });

  it("a second take of a picture is as like it as the pool's gate allows, another person is not", async () => {
    const framing = "portrait";
    const takes = [
      await drawPerson(503, { framing }),
      await drawPerson(504, { framing, defect: "near-duplicate", duplicateOf: 503 }),
      await drawPerson(505, { framing }),
    ];
    const [one, again, other] = await Promise.all(
      takes.map(async ({ jpeg }) => {
        const answer = await look(jpeg);
        if (!("admission" in answer)) throw new Error(`dropped as ${answer.drop}`);
        return answer.admission.phash;
      }),
    );
    expect(hammingDistance(one as bigint, again as bigint)).toBeLessThanOrEqual(gates.sameBits);
    expect(hammingDistance(one as bigint, other as bigint)).toBeGreaterThan(gates.groupBits);
  });
});
