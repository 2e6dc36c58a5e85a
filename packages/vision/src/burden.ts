import type { ImageType } from "@anyone/domain/source/candidate";

/** Each scan of a progressive JPEG is a walk over all of its pixels, for a hundred bytes of file; encoders write ten. */
const MOST_SCANS = 64;
/** Segments of a JPEG, and chunks of a PNG beside its rows; each is looked at, or unpacked, by itself. */
const MOST_PARTS = 1_000;
const MOST_TEXTS = 100;

/**
 * What a header does not tell and no decoder should have to find out: a PNG that moves (`unsupported-type`), or parts without end
 * (`too-large`). What is damaged is left to the decoder.
 */
export function burdenOf(bytes: Uint8Array, type: ImageType): "unsupported-type" | "too-large" | undefined {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (type === "image/jpeg") return jpegBurden(view);
  return type === "image/png" ? pngBurden(view) : undefined;
}

function jpegBurden(bytes: Buffer): "too-large" | undefined {
  let [scans, parts] = [0, 0];
  // A marker is a 0xff with neither a stuffed zero, a fill byte nor a restart behind it; those within segments are stepped over.
  for (let at = bytes.indexOf(0xff, 2); at >= 0 && at + 3 < bytes.length; at = bytes.indexOf(0xff, at)) {
    const marker = bytes[at + 1] as number;
    if (marker === 0xd9) return undefined;
    if (marker === 0 || marker === 0xff || (marker >= 0xd0 && marker <= 0xd8)) {
      at += marker === 0xff ? 1 : 2;
      continue;
    }
    if (marker === 0xda) scans++;
    if (scans > MOST_SCANS || ++parts > MOST_PARTS) return "too-large";
    at += 2 + Math.max(2, bytes.readUInt16BE(at + 2));
  }
  return undefined;
}

function pngBurden(bytes: Buffer): "unsupported-type" | "too-large" | undefined {
  let [others, texts] = [0, 0];
  for (let at = 8; at + 12 <= bytes.length; ) {
    const type = bytes.toString("latin1", at + 4, at + 8);
    at += 12 + bytes.readUInt32BE(at);
    if (type === "acTL") return "unsupported-type";
    if (type === "IEND") return undefined;
    if (type === "tEXt" || type === "zTXt" || type === "iTXt") texts++;
    if (type !== "IDAT") others++;
    if (texts > MOST_TEXTS || others > MOST_PARTS) return "too-large";
  }
  return undefined;
}
