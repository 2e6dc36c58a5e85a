import { type ImageType, sniffImage } from "./candidate.ts";

/** What the first bytes of an image tell. Pixels as coded: an EXIF orientation may swap them. */
export interface ImageHeader {
  type: ImageType;
  width: number;
  height: number;
}

/** More pixels than this are refused by the header alone: 50 megapixels are 150 MB of memory. */
export const PIXEL_LIMIT = 5e7;

export type HeaderReading =
  | { state: "read"; header: ImageHeader }
  /** Undecided before so many bytes of the file are there. */
  | { state: "more"; bytes: number }
  /** Not one of the kinds that may enter, or one whose header contradicts itself. */
  | { state: "bad"; reason: "not-an-image" | "broken-header"; detail: string };

/** Enough to tell the three kinds apart. */
const SNIFFED = 12;
/** Segments, marks and fill bytes before a JPEG's frame: cameras write tens, and a file of nothing else would be walked for minutes. */
const MOST_SEGMENTS = 1_000;

/**
 * Reads type and size from the beginning of a file, decoding nothing: JPEG's first frame header (ITU-T T.81 §B.2.2), PNG's IHDR
 * (§11.2.1), WebP's VP8, VP8L or VP8X (RFC 9649 §2). Asks for more bytes rather than guess.
 */
export function readImageHeader(head: Uint8Array): HeaderReading {
  if (head.length < SNIFFED) return { state: "more", bytes: SNIFFED };
  switch (sniffImage(head)) {
    case "image/jpeg":
      return readJpeg(head);
    case "image/png":
      return readPng(head);
    case "image/webp":
      return readWebp(head);
    default:
      return bad("not-an-image", "the first bytes are not those of a JPEG, PNG or WebP");
  }
}

const START_OF_SCAN = 0xda;
const END_OF_IMAGE = 0xd9;

/** Walks from segment to segment: an embedded thumbnail's own frame lies inside an APPn segment and is stepped over. */
function readJpeg(head: Uint8Array): HeaderReading {
  let at = 2;
  for (let segments = 0; segments < MOST_SEGMENTS; segments++) {
    if (at + 4 > head.length) return more(at + 4);
    if (head[at] !== 0xff) return bad("broken-header", `no marker at byte ${at}`);
    const marker = head[at + 1] as number;
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    if (marker === START_OF_SCAN || marker === END_OF_IMAGE || marker === 0)
      return bad("broken-header", "pixels begin before their size is said");
    if (standsAlone(marker)) {
      at += 2;
      continue;
    }
    const length = big16(head, at + 2);
    if (length < 2) return bad("broken-header", `a segment of ${length} bytes at byte ${at}`);
    if (isFrame(marker)) {
      if (at + 9 > head.length) return more(at + 9);
      if (length < 11) return bad("broken-header", "a frame header without components");
      return sized("image/jpeg", big16(head, at + 7), big16(head, at + 5));
    }
    at += 2 + length;
  }
  return bad("broken-header", `no frame among the first ${MOST_SEGMENTS} segments`);
}

/** TEM and the restart markers carry no length. */
function standsAlone(marker: number): boolean {
  return marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8);
}

/** SOF0 to SOF15 without DHT, JPG and DAC, which share their range. */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

function readPng(head: Uint8Array): HeaderReading {
  if (head.length < 24) return more(24);
  if (big32(head, 8) !== 13 || text(head, 12, 4) !== "IHDR")
    return bad("broken-header", "a PNG that does not begin with IHDR");
  return sized("image/png", big32(head, 16), big32(head, 20));
}

function readWebp(head: Uint8Array): HeaderReading {
  if (head.length < 30) return more(30);
  switch (text(head, 12, 4)) {
    case "VP8 ":
      if (head[23] !== 0x9d || head[24] !== 0x01 || head[25] !== 0x2a)
        return bad("broken-header", "a WebP without a key frame");
      return sized("image/webp", little16(head, 26) & 0x3fff, little16(head, 28) & 0x3fff);
    case "VP8L": {
      if (head[20] !== 0x2f) return bad("broken-header", "a lossless WebP without its signature");
      const bits = little16(head, 21) | (little16(head, 23) << 16);
      return sized("image/webp", (bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1);
    }
    case "VP8X":
      return sized("image/webp", little24(head, 24) + 1, little24(head, 27) + 1);
    default:
      return bad("broken-header", "a WebP that begins with an unknown chunk");
  }
}

function sized(type: ImageType, width: number, height: number): HeaderReading {
  if (width === 0 || height === 0) return bad("broken-header", `${width}×${height} pixels`);
  return { state: "read", header: { type, width, height } };
}

function more(bytes: number): HeaderReading {
  return { state: "more", bytes };
}

function bad(reason: "not-an-image" | "broken-header", detail: string): HeaderReading {
  return { state: "bad", reason, detail };
}

function big16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
}

function big32(bytes: Uint8Array, at: number): number {
  return big16(bytes, at) * 0x10000 + big16(bytes, at + 2);
}

function little16(bytes: Uint8Array, at: number): number {
  return (bytes[at] as number) | ((bytes[at + 1] as number) << 8);
}

function little24(bytes: Uint8Array, at: number): number {
  return little16(bytes, at) | ((bytes[at + 2] as number) << 16);
}

function text(bytes: Uint8Array, at: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + length));
}
