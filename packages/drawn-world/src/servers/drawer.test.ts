import { mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { planPicture } from "../plan-picture.ts";
import { planSample } from "../plan-sample.ts";
import { type Drawer, startDrawer } from "./drawer.ts";

let cacheDir: string;
let drawer: Drawer;

beforeAll(async () => {
  cacheDir = await mkdtemp(join(tmpdir(), "drawer-"));
  drawer = await startDrawer({ cacheDir, workers: 1, defectShare: 0 });
});
afterAll(async () => {
  await drawer.stop();
  await rm(cacheDir, { recursive: true });
});

/** Headshots are the quickest to draw. */
const headshots = Array.from({ length: 400 }, (_, i) => i + 1).filter(
  (seed) => planPicture(seed, planSample(seed, { defectShare: 0 })).framing === "headshot",
);

describe("the drawer", () => {
  it("draws picture, part map and truth in a process of its own, once however many ask", async () => {
    const [seed = 0] = headshots;
    const [jpeg, files] = await Promise.all([drawer.picture(seed), drawer.truth(seed), drawer.picture(seed)]);
    const truth = JSON.parse(await readFile(files.truth, "utf8"));
    const { width, height } = await sharp(jpeg).metadata();
    expect(truth).toMatchObject({ medium: "drawn", seed, defect: null, width, height, framing: "headshot" });
    const parts = await sharp(files.parts).metadata();
    expect(parts).toMatchObject({
      format: "png",
      channels: 1,
      width: truth.partMap.width,
      height: truth.partMap.height,
    });
    expect(drawer.drawn()).toBe(1);
    expect(await drawer.truth(seed)).toEqual(files);
    expect(drawer.drawn()).toBe(1);
  });

  it("keeps no picture that it has handed out: asked for again, it draws the same bytes again", async () => {
    const [seed = 0] = headshots;
    const jpeg = await drawer.picture(seed);
    const folder = dirname((await drawer.truth(seed)).truth);
    expect(await readdir(folder)).not.toContain(`${seed}.jpg`);
    const before = drawer.drawn();
    expect(Buffer.compare(await drawer.picture(seed), jpeg)).toBe(0);
    expect(drawer.drawn()).toBe(before + 1);
  });

  it("says so when a picture can't be drawn, and goes on with the next", async () => {
    const [first = 0, , third = 0, fourth = 0] = headshots;
    const folder = dirname((await drawer.truth(first)).truth);
    await mkdir(join(folder, `${fourth}.json.new`));
    await expect(drawer.picture(fourth)).rejects.toThrow("EISDIR");
    await expect(drawer.picture(third)).resolves.toBeDefined();
  });

  it("draws nothing any more once it has stopped", async () => {
    const other = await startDrawer({ cacheDir, workers: 1, defectShare: 0 });
    await other.stop();
    await expect(other.picture(1)).rejects.toThrow("stopped");
  });
});
