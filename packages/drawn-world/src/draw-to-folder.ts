import { access, mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { drawPerson, drawSample } from "./draw-person.ts";

export interface DrawRequest {
  seeds: readonly number[];
  folder: string;
  /** Width of the pictures; the framing's own when absent. Only with `clean`. */
  width?: number | undefined;
  /** People without defects; otherwise samples as sources serve them. */
  clean: boolean;
  onProgress: (count: number) => void;
}

/** Draws what the folder does not hold yet, truth last, and returns how many were drawn. */
export async function drawToFolder({ seeds, folder, width, clean, onProgress }: DrawRequest): Promise<number> {
  await mkdir(folder, { recursive: true });
  let drawn = 0;
  for (const [index, seed] of seeds.entries()) {
    const truthFile = join(folder, `${seed}.json`);
    if (!(await exists(truthFile))) {
      const { jpeg, truth } = clean ? await drawPerson(seed, { width }) : await drawSample(seed);
      const { ids, ...size } = truth.partMap;
      await writeFile(join(folder, `${seed}.jpg`), jpeg);
      await writeFile(join(folder, `${seed}.parts.png`), await partMapPng(ids, size));
      await writeFile(`${truthFile}.new`, JSON.stringify({ ...truth, partMap: size }));
      await rename(`${truthFile}.new`, truthFile);
      drawn += 1;
    }
    onProgress(index + 1);
  }
  return drawn;
}

/** A part map as the platform keeps it: 8-bit greyscale, a pixel is its ATR-18 id. */
export function partMapPng(ids: Uint8Array, { width, height }: { width: number; height: number }): Promise<Buffer> {
  return sharp(ids, { raw: { width, height, channels: 1 } })
    .toColourspace("b-w")
    .png()
    .toBuffer();
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
