import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { gates } from "@anyone/domain/filter/gate";
import { firstDrop } from "@anyone/domain/filter/judge";
import sharp, { type Sharp } from "sharp";
import { beforeAll, describe, expect, it } from "vitest";
import { type Box, type Detection, intersectionOverUnion } from "./boxes.ts";
import { decode, type Picture, readHeader } from "./decode.ts";
import { findFaces } from "./face/blazeface.ts";
import { greyOf } from "./grey.ts";
import type { Keypoint } from "./keypoints/movenet.ts";
import { type Instruments, measure, openInstruments } from "./measure.ts";
import { modelsFolder } from "./models-folder.ts";
import { findPersons } from "./person/nanodet.ts";

// Real photographs out of an installed package: looked at by these tests, never copied into the repository.
const require = createRequire(import.meta.url);
const photographs = join(dirname(require.resolve("soft-ui-design-system/package.json")), "assets/img");

let instruments: Instruments;
beforeAll(async () => {
  instruments = await openInstruments(modelsFolder, gates);
});

async function open(name: string): Promise<Picture> {
  const bytes = await readFile(join(photographs, name));
  const header = await readHeader(bytes);
  const picture = header.ok ? await decode(bytes, header.value) : header;
  if (!picture.ok || !("view" in picture.value)) throw new Error(`${name} is not a picture`);
  return picture.value;
}

const sure = (detections: Detection[], score: number) => detections.filter((d) => d.score >= score);

describe("on real photographs", { timeout: 90_000 }, () => {
  /** Boxes measured when the models were chosen, in pixels of the photograph. */
  it.each<[string, Box]>([
    ["charles.jpg", [145, 330, 738, 1199]],
    ["kal-visuals.jpg", [155, 147, 921, 1399]],
    ["marie.jpg", [63, 107, 762, 789]],
    ["brooke.jpg", [151, 358, 918, 1395]],
    ["team-1.jpg", [1, 191, 799, 800]],
  ])("one person and one face are found on %s", async (name, expected) => {
    const picture = await open(name);
    const persons = sure(await findPersons(instruments.person, picture), gates.personScore);
    expect(persons).toHaveLength(1);
    expect(intersectionOverUnion(persons[0]?.box as Box, expected)).toBeGreaterThan(0.95);
    expect(sure(await findFaces(instruments.face, picture, persons[0]?.box as Box), gates.faceScore)).toHaveLength(1);
  });

  it.each(["anastasia.jpg", "blog7-2.jpg", "blog7-3.jpg", "nastuh.jpg", "card-2.jpg"])(
    "nobody is found on %s",
    async (name) => {
      expect(sure(await findPersons(instruments.person, await open(name)), gates.personScore)).toEqual([]);
    },
  );

  it.each(["annie-spratt.jpg", "meeting.jpg"])("several people are found on %s", async (name) => {
    const persons = await findPersons(instruments.person, await open(name));
    expect(firstDrop({ width: 1920, height: 1281, persons: persons.map(plain), models: [] }, gates)).toBe(
      "several-persons",
    );
  });

  it("a portrait of 934×1401 passes every gate, with its points and parts where a person has them", async () => {
    const measured = await measure(instruments, await readFile(join(photographs, "kal-visuals.jpg")), gates);
    if (measured.drop) throw new Error(`dropped as ${measured.drop}`);
    const { keypoints, personBox, faceBox, parts } = measured.admission;
    const nose = keypoints[0] as Keypoint;
    expect(inside(nose, faceBox)).toBe(true);
    const seen = keypoints.filter(([, , score]) => score > 0.4);
    expect(seen.length).toBeGreaterThanOrEqual(7);
    const [x0, y0, x1, y1] = personBox;
    for (const point of seen) expect(inside(point, [x0 - 40, y0 - 40, x1 + 40, y1 + 40])).toBe(true);

    expect((await sharp(parts).metadata()).channels).toBe(1);
    const map = await sharp(parts).toColourspace("b-w").raw().toBuffer({ resolveWithObject: true });
    expect([map.info.channels, Math.max(map.info.width, map.info.height)]).toEqual([1, 512]);
    const scale = map.info.width / 934;
    const at = (x: number, y: number) => map.data[Math.floor(y * scale) * map.info.width + Math.floor(x * scale)];
    expect(at(nose[0], nose[1])).toBe(11);
    expect(at(5, 5)).toBe(0);
  });

  it("quality is rated worse after blur, noise, heavy compression and enlarging", async () => {
    const original = await readFile(join(photographs, "kal-visuals.jpg"));
    const score = async (image: Sharp) => {
      const { data, info } = await image.resize(640).raw().toBuffer({ resolveWithObject: true });
      return instruments.brisque(greyOf({ data, width: info.width, height: info.height }));
    };
    const grain = {
      width: 934,
      height: 1401,
      channels: 3,
      noise: { type: "gaussian", mean: 128, sigma: 60 },
      background: "#000",
    } as const;
    const noise = await sharp({ create: grain }).png().toBuffer();
    const small = await sharp(original).resize(160).png().toBuffer();
    const noisy = await sharp(original)
      .composite([{ input: noise, blend: "hard-light" }])
      .png()
      .toBuffer();
    const own = await score(sharp(original));
    expect(await score(sharp(await sharp(original).blur(4).png().toBuffer()))).toBeGreaterThan(own + 20);
    expect(await score(sharp(await sharp(original).jpeg({ quality: 5 }).toBuffer()))).toBeGreaterThan(own + 10);
    expect(await score(sharp(small))).toBeGreaterThan(own + 20);
    expect(await score(sharp(noisy))).toBeGreaterThan(own + 20);
  });

  it("a blurred photograph is low quality, and one of 800×800 too small", async () => {
    const blurred = await sharp(await readFile(join(photographs, "kal-visuals.jpg")))
      .blur(5)
      .jpeg()
      .toBuffer();
    expect((await measure(instruments, blurred, gates)).drop).toBe("low-quality");
    expect((await measure(instruments, await readFile(join(photographs, "marie.jpg")), gates)).drop).toBe("too-small");
  });
});

function plain({ score, box: [x0, y0, x1, y1] }: Detection) {
  return { score, box: [x0, y0, x1, y1] as [number, number, number, number] };
}

function inside([x, y]: Keypoint, [x0, y0, x1, y1]: Box): boolean {
  return x >= x0 && x <= x1 && y >= y0 && y <= y1;
}
