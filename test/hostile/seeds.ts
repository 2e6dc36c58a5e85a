import sharp, { type Sharp } from "sharp";
import { seededRandom } from "../chaos/random.ts";
import { restarting } from "./jpeg.ts";
import { canvas, codedPart, HAS, riffChunk, webpOf } from "./webp.ts";

/** Valid pictures that everything hostile is made of. */
export type Seeds = Awaited<ReturnType<typeof makeSeeds>>;

/** As small as the filter's first gate lets through, so that all of them are decoded. */
export const WIDTH = 640;
export const HEIGHT = 1280;
export const PERSONAL = "Erika Mustermann";

/** Coloured squares by chance, the same ones every time. */
export function squares(width: number, height: number, channels: 3 | 4 = 3, square = 16): Sharp {
  const random = seededRandom(width * 31 + height);
  const across = Math.ceil(width / square);
  const colours = Uint8Array.from(
    { length: across * Math.ceil(height / square) * channels },
    () => random.share() * 256,
  );
  const data = Buffer.alloc(width * height * channels);
  for (let y = 0, at = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let c = 0; c < channels; c++)
        data[at++] = colours[(Math.floor(y / square) * across + Math.floor(x / square)) * channels + c] as number;
  return sharp(data, { raw: { width, height, channels } });
}

export async function makeSeeds(width = WIDTH, height = HEIGHT) {
  const plain = () => squares(width, height);
  const clear = () => squares(width, height, 4);
  const personal = {
    IFD0: { Artist: PERSONAL, Copyright: PERSONAL },
    IFD3: { GPSLatitudeRef: "N", GPSLatitude: "52/1 31/1 0/1", GPSLongitudeRef: "E", GPSLongitude: "13/1 24/1 0/1" },
  };
  const [lossy, lossless] = await Promise.all([
    plain().webp({ quality: 60 }).toBuffer(),
    plain().webp({ lossless: true }).toBuffer(),
  ]);
  const [jpeg, progressive, tagged, chroma, grey, png, palette, interlaced, deep, pngClear, webpClear] =
    await Promise.all([
      plain().jpeg({ quality: 60 }).toBuffer(),
      plain().jpeg({ quality: 60, progressive: true }).toBuffer(),
      plain()
        .withExif(personal)
        .withXmp(`<x:xmpmeta xmlns:x="adobe:ns:meta/">${PERSONAL}</x:xmpmeta>`)
        .jpeg()
        .toBuffer(),
      plain().jpeg({ quality: 60, chromaSubsampling: "4:4:4" }).toBuffer(),
      plain().greyscale().jpeg({ quality: 60 }).toBuffer(),
      plain().png().toBuffer(),
      plain().png({ palette: true, colours: 16 }).toBuffer(),
      plain().png({ progressive: true }).toBuffer(),
      plain().toColourspace("rgb16").png().toBuffer(),
      clear().png().toBuffer(),
      clear().webp({ quality: 60 }).toBuffer(),
    ]);
  return {
    jpeg: { jpeg, progressive, tagged, chroma, grey, restarts: restarting(width, height) },
    png: { png, palette, interlaced, deep, pngClear },
    webp: {
      lossy,
      lossless,
      extended: webpOf(
        canvas(width, height, HAS.exif),
        codedPart(lossy),
        riffChunk("EXIF", Buffer.from("II*\0\b\0\0\0\0\0")),
      ),
      webpClear,
    },
  };
}
