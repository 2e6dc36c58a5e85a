import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { random } from "../random.ts";
import type { Drawer } from "./drawer.ts";

/** Draws coloured swatches instead of people, in milliseconds: for those who test the way of the bytes, not what is in them. */
export async function swatchDrawer(folder: string, size = { width: 640, height: 1280 }): Promise<Drawer> {
  await mkdir(folder, { recursive: true });
  const seeds = new Set<number>();
  const swatch = (seed: number) => {
    seeds.add(seed);
    const r = random(seed, "swatch");
    const background = { r: r.between(0, 255), g: r.between(0, 255), b: r.between(0, 255) };
    return sharp({ create: { ...size, channels: 3, background } });
  };
  return {
    picture: (seed) =>
      swatch(seed)
        .jpeg()
        .withExif({ IFD0: { ImageDescription: `swatch ${seed}` } })
        .toBuffer(),
    async truth(seed) {
      const base = join(folder, String(seed));
      const files = { truth: `${base}.json`, parts: `${base}.parts.png` };
      await write(files.parts, await swatch(seed).greyscale().png().toBuffer());
      await write(files.truth, JSON.stringify({ medium: "drawn", seed, ...size }));
      return files;
    },
    drawn: () => seeds.size,
    stop: async () => {},
  };
}

/** Whole or absent, also when two ask for the same one at once. */
async function write(path: string, content: Uint8Array | string): Promise<void> {
  const draft = `${path}.${Math.random().toString(36).slice(2)}`;
  await writeFile(draft, content);
  await rename(draft, path);
}
