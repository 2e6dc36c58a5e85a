import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import sharp from "sharp";
import type { Pixels } from "./decode.ts";

/** The quality img2dataset codes its views with. */
const QUALITY = 95;
/** Photographs out of an installed package, most of them larger than a view; people are on half of them. */
const PHOTOGRAPHS = [
  "annie-spratt",
  "blog7-1",
  "blog7-3",
  "brooke",
  "card-2",
  "card-3",
  "ivana",
  "ivancik",
  "jordan",
  "kal-visuals",
  "meeting",
  "nastuh",
  "office-dark",
  "toa-heftiba",
];

/** The photographs at one size, as a camera would write them: JPEG of quality 90 with EXIF, place included. */
export function photographsOf(width: number, height: number): Promise<Buffer[]> {
  const folder = dirname(createRequire(import.meta.url).resolve("soft-ui-design-system/package.json"));
  return Promise.all(
    PHOTOGRAPHS.map(async (name) =>
      sharp(await readFile(join(folder, "assets/img", `${name}.jpg`)))
        .resize(width, height, { fit: "cover" })
        .jpeg({ quality: 90 })
        .withExif({ IFD0: { Model: "bench" }, IFD3: { GPSLatitudeRef: "N", GPSLatitude: "52/1 30/1 0/1" } })
        .toBuffer(),
    ),
  );
}

/** What everybody writes first: one view of 640 pixels on its shorter side, as JPEG or, not coded, as pixels. */
export function plainView(bytes: Uint8Array, coded: boolean): Promise<Buffer> {
  const view = sharp(bytes).resize(640, 640, { fit: "outside" });
  return (coded ? view.jpeg({ quality: QUALITY }) : view.raw()).toBuffer();
}

/** A view as a file. Its codes are not fitted to it, which halves the time for a few per cent of bytes, as OpenCV does. */
export function codedView({ data, width, height }: Pixels): Promise<Buffer> {
  return sharp(data, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: QUALITY, optimiseCoding: false })
    .toBuffer();
}
