import { PIXEL_LIMIT } from "@anyone/domain/source/image-header";
import sharp from "sharp";
import type { Header } from "./decode.ts";

/**
 * The picture as it is stored for use: a JPEG without EXIF, GPS, XMP, comments, thumbnails, colour profile or anything after its end.
 * An upright sRGB JPEG keeps its coded pixels bit by bit, and with them what somebody coded as pixels to be read as something else: who
 * serves it says that it is an image and not to be guessed at. Everything else is turned upright, brought to sRGB and coded anew.
 * Expects bytes that decoded without fault.
 */
export async function stripped(bytes: Uint8Array, { type, orientation, foreignColours }: Header): Promise<Uint8Array> {
  const asItIs = type === "image/jpeg" && orientation === 1 && !foreignColours ? withoutMetadata(bytes) : undefined;
  return asItIs ?? recoded(bytes);
}

function recoded(bytes: Uint8Array): Promise<Uint8Array> {
  return sharp(bytes, { limitInputPixels: PIXEL_LIMIT, failOn: "error" })
    .autoOrient()
    .flatten({ background: "#ffffff" })
    .toColourspace("srgb")
    .jpeg({ quality: 95, chromaSubsampling: "4:4:4" })
    .toBuffer();
}

const START_OF_SCAN = 0xda;
const END_OF_IMAGE = 0xd9;
const ADOBE = 0xee;

/**
 * Copies the segments a decoder needs (tables, frame, scans, and Adobe's, which says how colours are coded) and drops all other APPn
 * segments and comments. Undefined where the file is not the plain sequence of segments that this reads.
 */
export function withoutMetadata(jpeg: Uint8Array): Uint8Array | undefined {
  const kept: Uint8Array[] = [jpeg.subarray(0, 2)];
  let at = 2;
  while (at + 1 < jpeg.length) {
    if (jpeg[at] !== 0xff) return undefined;
    const marker = jpeg[at + 1] as number;
    if (marker === 0xff) {
      at++;
      continue;
    }
    if (marker === END_OF_IMAGE) return Buffer.concat([...kept, jpeg.subarray(at, at + 2)]);
    if (at + 3 >= jpeg.length) return undefined;
    const end = at + 2 + (((jpeg[at + 2] as number) << 8) | (jpeg[at + 3] as number));
    if (end > jpeg.length) return undefined;
    const upTo = marker === START_OF_SCAN ? endOfScan(jpeg, end) : end;
    if (isNeeded(marker)) kept.push(jpeg.subarray(at, upTo));
    at = upTo;
  }
  return undefined;
}

/** APP0 to APP15 but Adobe's, the JPEG extensions and comments are not needed to show the picture. */
function isNeeded(marker: number): boolean {
  return marker === ADOBE || marker < 0xe0 || marker > 0xfe;
}

/** Coded pixels run to the next marker that is neither a stuffed zero nor a restart. */
function endOfScan(jpeg: Uint8Array, from: number): number {
  let at = from;
  while (at + 1 < jpeg.length) {
    at = jpeg.indexOf(0xff, at);
    if (at < 0) return jpeg.length;
    const next = jpeg[at + 1] as number;
    if (next !== 0 && (next < 0xd0 || next > 0xd7)) return at;
    at += 2;
  }
  return jpeg.length;
}
