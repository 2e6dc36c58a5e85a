import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { drawPerson, drawSample, sampleTruth, truthOfSample } from "./draw-person.ts";
import { planSample } from "./plan-sample.ts";
import { drawSheet } from "./sheet.ts";
import type { Box, Defect, DrawnTruth, PersonTruth } from "./truth.ts";
import { PART_ID } from "./vocabulary.ts";

const boxWidth = ([x0, , x1]: Box): number => x1 - x0;
const person = (truth: DrawnTruth, index = 0): PersonTruth => truth.people[index] as PersonTruth;
const sizeOf = (jpeg: Uint8Array) => sharp(jpeg).metadata();
/** Mean absolute difference of two pictures at 32 × 32, in levels. */
async function distance(a: Uint8Array, b: Uint8Array): Promise<number> {
  const [x, y] = await Promise.all(
    [a, b].map((jpeg) => sharp(jpeg).resize(32, 32, { fit: "fill" }).greyscale().raw().toBuffer()),
  );
  return (x as Buffer).reduce((sum, v, i) => sum + Math.abs(v - ((y as Buffer)[i] as number)), 0) / 1024;
}
/** Mean difference of neighbours at full size: what grain raises and blur lowers. */
async function roughness(jpeg: Uint8Array): Promise<number> {
  const { data, info } = await sharp(jpeg).greyscale().raw().toBuffer({ resolveWithObject: true });
  let sum = 0;
  for (let i = 1; i < data.length; i++) sum += Math.abs((data[i] as number) - (data[i - 1] as number));
  return sum / (info.width * info.height);
}

/** Mean colour of the upper clothes of one person in a plain t-shirt. */
async function upperClothes(color: string): Promise<{ r: number; b: number }> {
  const attrs = { "top.type": "t-shirt", "top.color": color, "top.pattern": "solid color", "coat.type": "none" };
  const { jpeg, truth } = await drawPerson(21, { framing: "upper_body", width: 640, attrs });
  const { width, height, ids } = truth.partMap;
  const pixels = await sharp(jpeg).resize(width, height, { fit: "fill" }).raw().toBuffer();
  const mean = (channel: number): number => {
    let [sum, count] = [0, 0];
    ids.forEach((id, i) => {
      if (id !== PART_ID["upper-clothes"]) return;
      sum += pixels[i * 3 + channel] as number;
      count++;
    });
    return sum / count;
  };
  return { r: mean(0), b: mean(2) };
}

describe("drawPerson", () => {
  it("gives the same bytes for the same seed, and other bytes for another", async () => {
    const [one, again, other] = await Promise.all([drawPerson(3), drawPerson(3), drawPerson(4)]);
    expect(Buffer.compare(one.jpeg, again.jpeg)).toBe(0);
    expect(one.truth).toEqual(again.truth);
    expect(one.truth).toEqual(sampleTruth(3));
    expect(Buffer.compare(one.jpeg, other.jpeg)).not.toBe(0);
  });

  it("draws at least 640 × 1280 in every framing, as large as its truth says", async () => {
    for (const framing of ["full_body", "headshot"] as const) {
      const { jpeg, truth } = await drawPerson(11, { framing });
      const { width, height, format } = await sizeOf(jpeg);
      expect({ width, height, format }).toEqual({ width: truth.width, height: truth.height, format: "jpeg" });
      expect(Math.min(truth.width / 640, truth.height / 1280)).toBeGreaterThanOrEqual(1);
      expect(boxWidth(person(truth).faceBox)).toBeGreaterThan(224);
    }
  });

  it("paints the garment in the colour it answers with", async () => {
    const red = await upperClothes("red");
    const blue = await upperClothes("blue");
    expect(red.r).toBeGreaterThan(red.b + 50);
    expect(blue.b).toBeGreaterThan(blue.r + 50);
  });
});

describe("defects", () => {
  const draw = (defect: Defect, duplicateOf?: number) =>
    drawPerson(31, { framing: "portrait", defect, duplicateOf, width: 640 });

  it("draws nobody, or two", async () => {
    const nobody = await draw("no-person");
    expect(nobody.truth).toMatchObject({ defect: "no-person", people: [], answers: {}, caption: "" });
    expect(nobody.truth.partMap.ids.every((id) => id === 0)).toBe(true);
    const two = sampleTruth(31, { defect: "two-persons" });
    expect(two.people).toHaveLength(2);
    expect(Math.abs(person(two).headBox[0] - person(two, 1).headBox[0])).toBeGreaterThan(80);
  });

  it("draws too small, or with a face under 224 px in a picture that is large enough", () => {
    for (let seed = 0; seed < 20; seed++) {
      const small = sampleTruth(seed, { defect: "too-small" });
      expect(small.width < 640 || small.height < 1280).toBe(true);
      const face = sampleTruth(seed, { defect: "small-face" });
      expect(Math.min(face.width / 640, face.height / 1280)).toBeGreaterThanOrEqual(1);
      expect(boxWidth(person(face).faceBox)).toBeLessThan(200);
    }
  });

  it("blurs, adds noise, prints over it, flattens it", async () => {
    const clean = await drawPerson(31, { framing: "portrait", width: 640 });
    const rough = await roughness(clean.jpeg);
    expect(await roughness((await draw("blur")).jpeg)).toBeLessThan(rough * 0.5);
    expect(await roughness((await draw("noise")).jpeg)).toBeGreaterThan(rough * 3);
    expect(await roughness((await draw("cartoon")).jpeg)).toBeLessThan(rough * 0.7);
    expect(await distance((await draw("watermark")).jpeg, clean.jpeg)).toBeGreaterThan(1);
  });

  it("repeats another seed's picture with small changes", async () => {
    const original = await drawPerson(30, { framing: "portrait", width: 640 });
    const copy = await draw("near-duplicate", 30);
    expect(copy.truth).toMatchObject({
      seed: 31,
      defect: "near-duplicate",
      duplicateOf: 30,
      answers: original.truth.answers,
    });
    expect(Buffer.compare(copy.jpeg, original.jpeg)).not.toBe(0);
    expect(await distance(copy.jpeg, original.jpeg)).toBeLessThan(12);
    await expect(draw("near-duplicate")).rejects.toThrow(/duplicateOf/);
  });

  it("breaks a file off, and tags one with a place", async () => {
    await expect(
      sharp((await draw("broken-file")).jpeg, { failOn: "truncated" })
        .raw()
        .toBuffer(),
    ).rejects.toThrow();
    const { exif } = await sizeOf((await draw("exif-gps")).jpeg);
    expect(exif?.includes(Buffer.from([0x25, 0x88])) || exif?.includes(Buffer.from([0x88, 0x25]))).toBe(true);
  });

  it("serves a stream in which each sample is what its plan says", async () => {
    const seed = Array.from({ length: 200 }, (_, i) => i).find((i) => planSample(i).defect === "too-small") as number;
    const { jpeg, truth } = await drawSample(seed);
    expect(truth).toEqual(truthOfSample(seed));
    expect((await sizeOf(jpeg)).width).toBeLessThan(640);
  });
});

it("lays seeds out on a sheet", async () => {
  const { width, height, format } = await sizeOf(
    await drawSheet({ seeds: [1, 2, 3], columns: 2, width: 320, framing: "portrait" }),
  );
  expect({ format, tall: (height ?? 0) > 700, wide: (width ?? 0) > 400 }).toEqual({
    format: "png",
    tall: true,
    wide: true,
  });
});
