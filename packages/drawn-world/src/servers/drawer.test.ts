import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
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
  it("draws picture, part map and truth in a process of its own, each once however many ask", async () => {
    const [seed = 0] = headshots;
    const [files] = await Promise.all([drawer.draw(seed), drawer.draw(seed), drawer.draw(seed)]);
    const truth = JSON.parse(await readFile(files.truth, "utf8"));
    const { width, height } = await sharp(files.jpeg).metadata();
    expect(truth).toMatchObject({ medium: "drawn", seed, defect: null, width, height, framing: "headshot" });
    const parts = await sharp(files.parts).metadata();
    expect(parts).toMatchObject({
      format: "png",
      channels: 1,
      width: truth.partMap.width,
      height: truth.partMap.height,
    });
    expect(drawer.drawn()).toBe(1);
    expect(await drawer.draw(seed)).toEqual(files);
    expect(drawer.drawn()).toBe(1);
  });

  it("says so when a picture can't be drawn, and goes on with the next", async () => {
    const [first = 0, , third = 0, fourth = 0] = headshots;
    const folder = dirname((await drawer.draw(first)).jpeg);
    await mkdir(join(folder, `${fourth}.jpg`));
    await expect(drawer.draw(fourth)).rejects.toThrow("EISDIR");
    await expect(drawer.draw(third)).resolves.toBeDefined();
  });

  it("draws nothing any more once it has stopped", async () => {
    const other = await startDrawer({ cacheDir, workers: 1, defectShare: 0 });
    await other.stop();
    await expect(other.draw(1)).rejects.toThrow("stopped");
  });
});
