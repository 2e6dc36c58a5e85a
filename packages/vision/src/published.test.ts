import { describe, expect, it } from "vitest";
import { ofLengthOne } from "./aesthetic/laion.ts";
import { CLIP, clipSquare } from "./clip/prepare-image.ts";
import { openTokenizer } from "./clip/tokenizer.ts";
import type { Pixels } from "./decode.ts";
import { decodeRetina } from "./face/retinaface.ts";
import { decodeScrfd } from "./face/scrfd.ts";
import { decodeYunet } from "./face/yunet.ts";
import { cutOut, decodeSimcc } from "./keypoints/dwpose.ts";
import { letterbox } from "./letterbox.ts";
import { lessTheMean } from "./nsfw/open-nsfw.ts";
import { partAt, wholeView } from "./parsing/schp.ts";
import { decodeRfDetr } from "./person/rf-detr.ts";
import { decodeYolov7 } from "./person/yolov7.ts";
import { IMAGENET, toPlanes } from "./planes.ts";
import { cosine } from "./preference/hpsv2.ts";
import { scoreOfMap } from "./quality/ifqa.ts";
import { expectedQuality, patchCorners } from "./quality/liqe.ts";
import { stretched } from "./resized.ts";
import { resizeGrid, sampleLinear } from "./sample-linear.ts";
import { chanceOfFirst } from "./watermark/laion.ts";

// Values worked out by hand from the published code's arithmetic, or taken from Pillow and OpenAI's tokenizer.
const output = (data: readonly number[] | Float32Array, dims: readonly number[]) => ({
  data: Float32Array.from(data),
  dims,
});
const close = (found: readonly number[], expected: readonly number[], digits = 3) => {
  expect(found).toHaveLength(expected.length);
  for (const [i, value] of expected.entries()) expect(found[i]).toBeCloseTo(value, digits);
};
/** Brightness rising to the right in red and downwards in green, and a chessboard of 30 pixels in blue. */
const chart: Pixels = {
  width: 450,
  height: 600,
  data: Uint8Array.from({ length: 450 * 600 * 3 }, (_, i) => {
    const [c, x, y] = [i % 3, Math.floor(i / 3) % 450, Math.floor(i / 1350)];
    if (c === 0) return Math.floor((x * 255) / 450);
    return c === 1 ? Math.floor((y * 255) / 600) : ((Math.floor(x / 30) + Math.floor(y / 30)) % 2) * 200 + 20;
  }),
};

describe("pictures are made ready as", () => {
  it("OpenCV resizes: bilinear between pixel centres, the border repeated, nothing averaged", () => {
    const row: Pixels = { width: 4, height: 1, data: Uint8Array.from([0, 100, 200, 40].flatMap((v) => [v, v, v])) };
    const reds = (width: number) =>
      [...sampleLinear(row, resizeGrid(row, width, 1), "edge")].filter((_, i) => i % 3 === 0);
    // Twice as wide: centres at −.25, .25, .75, … ; half as wide: between the first two and the last two.
    expect(reds(8)).toEqual([0, 25, 75, 125, 175, 160, 80, 40]);
    expect(reds(2)).toEqual([50, 120]);
  });

  it("OpenCV warps: outside of the picture is the border's level", () => {
    const row: Pixels = { width: 2, height: 1, data: Uint8Array.from([100, 100, 100, 200, 200, 200]) };
    const warped = sampleLinear(row, { width: 4, height: 1, step: [1, 1], start: [-1.5, 0] }, 0);
    expect([...warped].filter((_, i) => i % 3 === 0)).toEqual([0, 50, 150, 100]);
  });

  it("YOLOv7 letterboxes: the smaller margin first, and back again", () => {
    const picture = { width: 900, height: 1200, scale: 0.5, view: chart };
    const boxed = letterbox(picture, { side: 640, fill: 114, centred: true, whole: Math.round });
    // 450×600 becomes 480×640 with 80 pixels of grey on either side.
    expect([...boxed.data.subarray(79 * 3, 79 * 3 + 3)]).toEqual([114, 114, 114]);
    expect(boxed.data[80 * 3]).toBe(0);
    expect(boxed.data[559 * 3]).toBe(254);
    close(boxed.back([80, 0, 560, 640]), [0, 0, 900, 1200]);
  });

  it.each<[[number, number], [number, number, number]]>([
    [
      [0, 0],
      [0, 31, 20],
    ],
    [
      [10, 20],
      [11, 48, 220],
    ],
    [
      [200, 37],
      [227, 63, 120],
    ],
    [
      [223, 223],
      [254, 222, 220],
    ],
  ])("CLIP does with Pillow's bicubic: at %j, within one level", async ([x, y], expected) => {
    const { data } = await clipSquare(chart);
    for (const [c, level] of expected.entries()) {
      const found =
        (data[c * 224 * 224 + y * 224 + x] as number) * (CLIP.deviation[c] as number) + (CLIP.mean[c] as number);
      expect(Math.abs(found - level)).toBeLessThanOrEqual(1.01);
    }
  });

  it.each<[[number, number], [number, number, number]]>([
    [
      [33, 20],
      [32, 20, 30],
    ],
    [
      [128, 128],
      [127, 127, 195],
    ],
    [
      [200, 37],
      [199, 36, 220],
    ],
  ])("Pillow's bilinear averages: at %j, within two levels", async ([x, y], expected) => {
    const data = await stretched(chart, 256, 256, "linear");
    for (const [c, level] of expected.entries()) {
      expect(Math.abs((data[(y * 256 + x) * 3 + c] as number) - level)).toBeLessThanOrEqual(2);
    }
  });

  it("networks take planes: red first or blue first, each channel with its own mean", () => {
    const pixel = Uint8Array.from([200, 100, 50]);
    close([...toPlanes(pixel, IMAGENET)], [76.325 / 58.395, -16.28 / 57.12, -53.53 / 57.375]);
    close([...toPlanes(pixel, { ...IMAGENET, order: "bgr" })], [-53.53 / 57.375, -16.28 / 57.12, 76.325 / 58.395]);
    close([...lessTheMean(pixel)], [50 - 104, 100 - 117, 200 - 123]);
  });
});

describe("boxes are read as published:", () => {
  it("YOLOv7's rows that are people, best first", () => {
    const rows = [0, 1, 2, 3, 4, 0, 0.5, 0, 9, 9, 9, 9, 2, 0.99, 0, 5, 6, 7, 8, 0, 0.75, 0, 0, 0, 1, 1, 0, 0.1];
    expect(decodeYolov7(output(rows, [4, 7]), 0.25)).toEqual([
      { score: 0.75, box: [5, 6, 7, 8] },
      { score: 0.5, box: [1, 2, 3, 4] },
    ]);
  });

  it("RF-DETR's queries: sigmoid of COCO's class 1, centre and size to corners", () => {
    const labels = new Float32Array(2 * 91).fill(-9);
    labels[1] = Math.log(3);
    labels[91 + 2] = 5;
    const [found, ...others] = decodeRfDetr(
      output([0.5, 0.4, 0.2, 0.6, 0.1, 0.1, 0.1, 0.1], [1, 2, 4]),
      output(labels, [1, 2, 91]),
      0.3,
    );
    expect(others).toEqual([]);
    expect(found?.score).toBeCloseTo(0.75);
    close(found?.box ?? [], [0.4, 0.1, 0.6, 0.7]);
  });

  it("RetinaFace's anchors: the first of a cell is the smaller one, variances .1 and .2", () => {
    const [loc, conf] = [new Float32Array(16800 * 4), new Float32Array(16800 * 2)];
    // Stride 16, row 2, column 3, the anchor of 128: 6400 · 2 anchors before it.
    const at = 12_800 + (2 * 40 + 3) * 2 + 1;
    conf.set([0.1, 0.9], at * 2);
    loc.set([1, -0.5, Math.log(2) / 0.2, 0], at * 4);
    const [found] = decodeRetina(output(loc, [1, 16800, 4]), output(conf, [1, 16800, 2]), 0.5);
    // Centre 56 + .1 · 128, 40 − .05 · 128; 256 wide, 128 high.
    close(found?.box ?? [], [68.8 - 128, 33.6 - 64, 68.8 + 128, 33.6 + 64]);
    expect(found?.score).toBeCloseTo(0.9);
  });

  it("SCRFD's distances in strides from a cell's corner, two anchors a cell", () => {
    const count = 2 * 20 * 20;
    const [scores, distances] = [new Float32Array(count), new Float32Array(count * 4)];
    const at = (3 * 20 + 5) * 2 + 1;
    scores[at] = 0.8;
    distances.set([1, 2, 3, 0.5], at * 4);
    const [found] = decodeScrfd(output(scores, [count, 1]), output(distances, [count, 4]), 32, 0.5);
    close(found?.box ?? [], [160 - 32, 96 - 64, 160 + 96, 96 + 16]);
  });

  it("YuNet's geometric mean of two scores, and exponential sizes", () => {
    const cells = 20 * 20;
    const [cls, obj, bbox] = [new Float32Array(cells), new Float32Array(cells), new Float32Array(cells * 4)];
    const at = 7 * 20 + 4;
    cls[at] = 0.81;
    obj[at] = 1.2;
    bbox.set([0.5, 0.25, Math.log(2), Math.log(4)], at * 4);
    const [found] = decodeYunet(
      output(cls, [1, cells, 1]),
      output(obj, [1, cells, 1]),
      output(bbox, [1, cells, 4]),
      32,
      0.6,
    );
    expect(found?.score).toBeCloseTo(0.9);
    close(found?.box ?? [], [144 - 32, 232 - 64, 144 + 32, 232 + 64]);
  });
});

describe("points and parts are read as published:", () => {
  it("DWPose cuts out a quarter more than the box, in the input's shape", () => {
    // 200×200 becomes 250×250, the height of 384 asks for less than the width of 288: 250/288 a pixel.
    const { step, start } = cutOut([100, 100, 300, 300]);
    expect(step).toBeCloseTo(250 / 288);
    close(start, [200 - 125, 200 - (192 * 250) / 288]);
  });

  it("DWPose's likeliest bins, two a pixel, with the lower score of both axes", () => {
    const [x, y] = [new Float32Array(133 * 576), new Float32Array(133 * 768)];
    x[576 + 101] = 0.8;
    y[768 + 300] = 0.6;
    const points = decodeSimcc(output(x, [1, 133, 576]), output(y, [1, 133, 768]));
    expect(points).toHaveLength(17);
    close(points[1] as unknown as number[], [50.5, 150, 0.6]);
    expect(points[0]).toEqual([-0.5, -0.5, 0]);
  });

  it("SCHP puts the outermost pixels' centres of the longer side on those of the square", () => {
    const { step, start } = wholeView(450, 600);
    expect(step).toBeCloseTo(599 / 511);
    expect(start[1]).toBeCloseTo(0);
    expect(start[0]).toBeCloseTo(449 / 2 - 599 / 2);
    expect(start[1] + 511 * step).toBeCloseTo(599);
  });

  it("SCHP's logits are enlarged with aligned corners, and nothing is a part outside", () => {
    const logits = new Float32Array(18 * 4);
    logits.set([5, -5, -5, -5], 0);
    logits.set([-5, 5, -5, -5], 4 * 4);
    logits.set([-9, -9, 3, -9], 11 * 4);
    const found = output(logits, [1, 18, 2, 2]);
    expect(partAt(found, 0, 0)).toBe(0);
    expect(partAt(found, 511, 0)).toBe(4);
    expect(partAt(found, 0, 511)).toBe(11);
    expect(partAt(found, -2, 100)).toBe(0);
    // A third of the way from the corner where part 0 leads to the one where part 4 does.
    expect([partAt(found, 170, 0), partAt(found, 340, 0)]).toEqual([0, 4]);
  });
});

describe("scores are read as published:", () => {
  it("LIQE looks at fifteen different patches, evenly among all, in steps of 48 on large pictures", () => {
    const corners = patchCorners(768, 1024);
    // 12 across and 17 down make 204; every 13th is taken.
    expect(corners.slice(0, 3)).toEqual([
      [0, 0],
      [48, 48],
      [2 * 48, 2 * 48],
    ]);
    expect(new Set(corners.map(String)).size).toBe(15);
    expect(patchCorners(500, 400)[1]).toEqual([3 * 32, 0]);
  });

  it("LIQE's quality is the expectation over qualities, which run slowest among the prompts", () => {
    const logits = new Float32Array(15 * 495);
    expect(expectedQuality(logits)).toBeCloseTo(3);
    for (let patch = 0; patch < 15; patch++) logits.fill(50, patch * 495 + 4 * 99, patch * 495 + 5 * 99);
    expect(expectedQuality(logits)).toBeCloseTo(5);
    logits.fill(0);
    // One prompt of "poor" with the mean ln(494) weighs as much as the 494 others: 93 of them perfect less …
    for (let patch = 0; patch < 15; patch++) logits[patch * 495 + 99] = Math.log(494);
    expect(expectedQuality(logits)).toBeCloseTo(0.5 * 2 + (0.5 * (99 * (1 + 3 + 4 + 5) + 98 * 2)) / 494);
  });

  it("IFQA's map has one channel, so a perfect face is one third", () => {
    expect(scoreOfMap(new Float32Array(256 * 256).fill(1))).toBeCloseTo(1 / 3);
    expect(scoreOfMap(new Float32Array(256 * 256).fill(0.3))).toBeCloseTo(0.1);
  });

  it("features are brought to length one, and HPSv2 is a cosine", () => {
    close([...ofLengthOne(Float32Array.from([3, 4]))], [0.6, 0.8]);
    expect([...ofLengthOne(new Float32Array(2))]).toEqual([0, 0]);
    expect(cosine(Float32Array.from([1, 0]), Float32Array.from([5, 5]))).toBeCloseTo(Math.SQRT1_2);
  });

  it("the first of LAION's two classes is the watermark", () => {
    expect(chanceOfFirst(Float32Array.from([Math.log(9), 0]))).toBeCloseTo(0.9);
    expect(chanceOfFirst(Float32Array.from([0, 4]))).toBeLessThan(0.02);
  });

  it("CLIP's tokenizer merges the best pair first, ends words, and cuts after 77 tokens", () => {
    const tokenize = openTokenizer("#version: 0.2\na n</w>\nr o\nro a\nroa d</w>\n");
    const ids = (text: string) => [...tokenize(text)].map(Number);
    // 256 letters, 256 ends of words, then the pairs in order, then start and end.
    const [an, road, start, end] = [512, 515, 516, 517];
    expect(ids("  An\n ROAD ").slice(0, 5)).toEqual([start, an, road, end, 0]);
    // "!" is the first of the letters; at a word's end it is that letter's end.
    expect(ids("!").slice(0, 3)).toEqual([start, 256, end]);
    const long = ids("an ".repeat(200));
    expect([long.length, long.at(-1), long.at(-2)]).toEqual([77, end, an]);
  });
});
