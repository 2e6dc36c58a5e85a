/** Writing and cutting WebP as a RIFF of chunks (RFC 9649). */
export interface RiffChunk {
  type: string;
  from: number;
  to: number;
}

export function riffChunk(type: string, ...parts: Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from(type, "latin1"), little32(body.length), body, Buffer.alloc(body.length % 2)]);
}

export function webpOf(...chunks: Uint8Array[]): Buffer {
  const body = Buffer.concat([Buffer.from("WEBP"), ...chunks]);
  return Buffer.concat([Buffer.from("RIFF"), little32(body.length), body]);
}

export function riffChunksOf(webp: Uint8Array): RiffChunk[] {
  const view = Buffer.from(webp);
  const found: RiffChunk[] = [];
  for (let at = 12; at + 8 <= view.length; ) {
    const length = view.readUInt32LE(at + 4);
    const to = at + 8 + length + (length % 2);
    found.push({ type: view.toString("latin1", at, at + 4), from: at, to });
    at = to;
  }
  return found;
}

/** What a canvas says of itself: bits of the flags as in RFC 9649 §2.7. */
export const HAS = { animation: 0x02, xmp: 0x04, exif: 0x08, alpha: 0x10, icc: 0x20 } as const;

export function canvas(width: number, height: number, flags = 0): Buffer {
  return riffChunk("VP8X", Buffer.from([flags, 0, 0, 0]), little24(width - 1), little24(height - 1));
}

/** The coded picture of a simple WebP, its header included. */
export function codedPart(webp: Uint8Array): Buffer {
  const found = riffChunksOf(webp).find(({ type }) => type === "VP8 " || type === "VP8L");
  if (!found) throw new Error("no picture in this WebP");
  return Buffer.from(webp.subarray(found.from, found.to));
}

export function little32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return bytes;
}

function little24(value: number): Buffer {
  return little32(value).subarray(0, 3);
}
