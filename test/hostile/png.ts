import { crc32, deflateSync } from "node:zlib";

/** Writing and cutting PNG as a sequence of chunks (W3C PNG §5). */
export interface Chunk {
  type: string;
  from: number;
  to: number;
}

export const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

export function chunk(type: string, ...parts: Uint8Array[]): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), ...parts]);
  return Buffer.concat([big32(body.length - 4), body, big32(crc32(body))]);
}

export function chunksOf(png: Uint8Array): Chunk[] {
  const view = Buffer.from(png);
  const found: Chunk[] = [];
  for (let at = 8; at + 12 <= view.length; ) {
    const to = at + 12 + view.readUInt32BE(at);
    found.push({ type: view.toString("latin1", at + 4, at + 8), from: at, to });
    at = to;
  }
  return found;
}

/** Puts chunks behind IHDR. */
export function withChunks(png: Uint8Array, ...added: Uint8Array[]): Buffer {
  return Buffer.concat([png.subarray(0, 33), ...added, png.subarray(33)]);
}

export interface Head {
  width: number;
  height: number;
  depth?: number;
  colours?: number;
  compression?: number;
  filter?: number;
  interlace?: number;
}

export function header({
  width,
  height,
  depth = 8,
  colours = 0,
  compression = 0,
  filter = 0,
  interlace = 0,
}: Head): Buffer {
  return chunk("IHDR", big32(width), big32(height), Buffer.from([depth, colours, compression, filter, interlace]));
}

/** A PNG of this header and these compressed rows. */
export function pngOf(head: Head, rows: Uint8Array, ...between: Uint8Array[]): Buffer {
  return Buffer.concat([SIGNATURE, header(head), ...between, chunk("IDAT", rows), chunk("IEND")]);
}

/**
 * A zlib stream of so many zeros that costs hardly anything to make: one block of 1 MB, repeated. Every kilobyte of it inflates to a megabyte.
 * @param bytes a multiple of a megabyte
 */
export function zeros(bytes: number): Buffer {
  const block = deflateSync(Buffer.alloc(MEGABYTE), { finishFlush: FULL_FLUSH }).subarray(2);
  const end = Buffer.from([0x03, 0x00]);
  const count = Math.ceil(bytes / MEGABYTE);
  // Adler-32 of zeros: the first sum stays 1, the second counts them.
  const sum = Buffer.concat([big16((count * MEGABYTE) % 65_521), big16(1)]);
  return Buffer.concat([Buffer.from([0x78, 0x9c]), ...new Array<Buffer>(count).fill(block), end, sum]);
}

const MEGABYTE = 1024 * 1024;
/** Ends on a whole byte and forgets what came before, so that blocks may follow each other in any number. */
const FULL_FLUSH = 3;

export function big32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
}

function big16(value: number): Buffer {
  return Buffer.from([(value >> 8) & 255, value & 255]);
}
