import { type ImageType, sniffImage } from "@anyone/domain/source/candidate";
import { PIXEL_LIMIT, readImageHeader } from "@anyone/domain/source/image-header";
import sharp, { type OutputInfo } from "sharp";
import { burdenOf } from "./burden.ts";
import { withReducedName } from "./reduced-jpeg.ts";

/** Width of the one decoded view that every measurement starts from. */
export const VIEW_WIDTH = 768;
/** A view may be this narrow where the decoder gives that for less than {@link VIEW_WIDTH}. */
const LEAST_WIDTH = 640;
/** A view of a picture that is all height is still bounded. */
const VIEW_HEIGHT = 2304;

// Only the three kinds that may enter are ever handed to a decoder, whatever a file claims to be.
sharp.block({ operation: ["VipsForeignLoad"] });
sharp.unblock({ operation: ["VipsForeignLoadJpeg", "VipsForeignLoadPng", "VipsForeignLoadWebp"] });
sharp.concurrency(1);
sharp.cache(false);

export type DecodeFault = "unsupported-type" | "broken-file" | "too-large";

/** What a file's first kilobytes tell. Width and height are those of the upright picture, in pixels. */
export interface Header {
  type: ImageType;
  width: number;
  height: number;
  /** EXIF orientation, 1 to 8; 1 is upright. */
  orientation: number;
  /** An embedded colour profile other than sRGB. */
  foreignColours: boolean;
}

/** 8-bit interleaved RGB pixels. */
export interface Pixels {
  data: Uint8Array;
  width: number;
  height: number;
}

/** A decoded picture: its upright size, and a view of it at most {@link VIEW_WIDTH} wide. `scale` is view pixels per picture pixel. */
export interface Picture {
  width: number;
  height: number;
  view: Pixels;
  scale: number;
}

export type Result<Value> = { ok: true; value: Value } | { ok: false; fault: DecodeFault };

/** Bytes that a picture may have as its decoder hands it over, and those of an interlaced PNG, which is held whole. */
const MOST_BYTES = 2e8;
const MOST_HELD = 4e7;

/** Reads type and size without decoding any pixel. What moves, or would keep a decoder busy for long, is a fault here. */
export async function readHeader(bytes: Uint8Array): Promise<Result<Header>> {
  const type = sniffImage(bytes);
  if (!type) return { ok: false, fault: bytes.length === 0 ? "broken-file" : "unsupported-type" };
  const reading = readImageHeader(bytes);
  if (reading.state !== "read") return { ok: false, fault: "broken-file" };
  if (reading.header.width * reading.header.height > PIXEL_LIMIT) return { ok: false, fault: "too-large" };
  const burden = burdenOf(bytes, type);
  if (burden) return { ok: false, fault: burden };
  try {
    const found = await sharp(bytes, { limitInputPixels: false, failOn: "error" }).metadata();
    if ((found.pages ?? 1) > 1) return { ok: false, fault: "unsupported-type" };
    const pixels = found.width * found.height;
    const size = pixels * found.channels * (found.depth === "ushort" ? 2 : 1);
    const most = type === "image/png" && found.isProgressive ? MOST_HELD : MOST_BYTES;
    if (pixels > PIXEL_LIMIT || size > most) return { ok: false, fault: "too-large" };
    const { width, height } = found.autoOrient;
    const foreignColours = found.icc !== undefined && !found.icc.toString("latin1").includes("sRGB");
    return { ok: true, value: { type, width, height, orientation: found.orientation ?? 1, foreignColours } };
  } catch {
    return { ok: false, fault: "broken-file" };
  }
}

/** Decodes once, upright, in sRGB, without alpha; a truncated or damaged file is a fault, not half a picture. */
export async function decode(bytes: Uint8Array, header: Header): Promise<Result<Picture>> {
  const { type, width, height } = header;
  const by = type === "image/jpeg" ? reductionOf(width) : 1;
  try {
    const reduced = by > 1 ? await withReducedName(bytes, by, viewOf) : undefined;
    const { data, info } = reduced ?? (await viewOf(bytes));
    const view = { data, width: info.width, height: info.height };
    return { ok: true, value: { width, height, view, scale: info.width / width } };
  } catch {
    return { ok: false, fault: "broken-file" };
  }
}

/** What a JPEG decoder may divide a picture's sides by and still give a view: 8, 4, 2 or 1. */
function reductionOf(width: number): number {
  return [8, 4, 2].find((by) => width >= by * LEAST_WIDTH) ?? 1;
}

function viewOf(file: Uint8Array | string): Promise<{ data: Buffer; info: OutputInfo }> {
  return sharp(file, { limitInputPixels: PIXEL_LIMIT, failOn: "error" })
    .autoOrient()
    .resize({ width: VIEW_WIDTH, height: VIEW_HEIGHT, fit: "inside", withoutEnlargement: true })
    .flatten({ background: "#ffffff" })
    .toColourspace("srgb")
    .raw()
    .toBuffer({ resolveWithObject: true });
}
