import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { gates } from "@anyone/domain/filter/gate";
import { ATR_PARTS } from "@anyone/domain/parts";
import { random as seeded } from "@anyone/domain/random";
import sharp from "sharp";
import { beforeAll, describe, expect, it } from "vitest";
import { type Box, toPicture } from "./boxes.ts";
import type { Keypoint } from "./keypoints/movenet.ts";
import { type Admission, type Instruments, measure, openInstruments } from "./measure.ts";
import { modelsFolder } from "./models-folder.ts";

// A real photograph out of an installed package: looked at by this test, never copied into the repository.
const require = createRequire(import.meta.url);
const photograph = join(dirname(require.resolve("soft-ui-design-system/package.json")), "assets/img/kal-visuals.jpg");
const [WIDTH, HEIGHT] = [934, 1401];

let instruments: Instruments;
let plain: Admission;
let mirrored: Admission;
beforeAll(async () => {
  instruments = await openInstruments(modelsFolder, gates);
  const bytes = await readFile(photograph);
  plain = await admitted(bytes);
  mirrored = await admitted(await sharp(bytes).flop().jpeg({ quality: 95 }).toBuffer());
}, 120_000);

async function admitted(bytes: Uint8Array): Promise<Admission> {
  const measured = await measure(instruments, bytes, gates);
  if (measured.drop) throw new Error(`dropped as ${measured.drop}`);
  return measured.admission;
}

const within = ([x0, y0, x1, y1]: Box, width: number, height: number) =>
  x0 >= 0 && y0 >= 0 && x1 <= width && y1 <= height && x0 <= x1 && y0 <= y1;

describe("what an asset is annotated with", { timeout: 60_000 }, () => {
  it("are boxes inside of the picture, the face's in the person's, wherever a detector saw them", () => {
    for (const { personBox, faceBox } of [plain, mirrored]) {
      expect([within(personBox, WIDTH, HEIGHT), within(faceBox, WIDTH, HEIGHT)]).toEqual([true, true]);
      expect(faceBox[1]).toBeGreaterThanOrEqual(personBox[1]);
    }
    const random = seeded("boxes");
    for (let i = 0; i < 1000; i++) {
      const [width, height, scale] = [1 + random() * 5000, 1 + random() * 5000, 0.1 + random()];
      const wild = () => (random() - 0.3) * 9000;
      const [x, y] = [wild(), wild()];
      expect(
        within(toPicture([x, y, x + random() * 9000, y + random() * 9000], { width, height, scale }), width, height),
      ).toBe(true);
    }
  });

  it("are the 17 points of COCO with how sure each is, and a mirrored picture has them mirrored, left and right exchanged", () => {
    // Nose; then eyes, ears, shoulders, elbows, wrists, hips, knees and ankles, left before right.
    const other = (point: number) => (point === 0 ? 0 : point % 2 === 1 ? point + 1 : point - 1);
    expect(plain.keypoints).toHaveLength(17);
    const sure = plain.keypoints.flatMap(([, , score], point) => (score > 0.5 ? [point] : []));
    expect(sure.length).toBeGreaterThanOrEqual(7);
    for (const point of sure) {
      const [x, y, score] = plain.keypoints[point] as Keypoint;
      const [mx, my, mirroredScore] = mirrored.keypoints[other(point)] as Keypoint;
      expect(Math.hypot(WIDTH - mx - x, my - y) / HEIGHT, `point ${point}`).toBeLessThan(0.03);
      expect(score >= 0 && score <= 1 && mirroredScore > 0.2, `point ${point}`).toBe(true);
    }
  });

  it("is a map of ATR's eighteen parts in the picture's shape, of the ids 0 to 17 and no other", async () => {
    expect(ATR_PARTS).toHaveLength(18);
    const { data, info } = await sharp(plain.parts).toColourspace("b-w").raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height, info.channels]).toEqual([Math.round((WIDTH * 512) / HEIGHT), 512, 1]);
    const ids = new Set(data);
    expect([...ids].every((id) => id >= 0 && id <= 17)).toBe(true);
    // Background, hair, upper clothes and face are on this portrait.
    for (const id of [0, 2, 4, 11]) expect(ids.has(id), ATR_PARTS[id]).toBe(true);
    expect(plain.partShares).toHaveLength(18);
    expect(plain.partShares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 4);
  });
});
