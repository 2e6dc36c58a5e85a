/** Writing and cutting JPEG as a sequence of segments (ITU-T T.81, annex B). */

/** Of a segment: its marker, and where it begins and ends; a scan's coded pixels belong to it. */
export interface Segment {
  marker: number;
  from: number;
  to: number;
}

export const SOI = Buffer.from([0xff, 0xd8]);
export const EOI = Buffer.from([0xff, 0xd9]);

export function segment(marker: number, ...parts: Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([0xff, marker]), big16(body.length + 2), body]);
}

export function segmentsOf(jpeg: Uint8Array): Segment[] {
  const found: Segment[] = [];
  for (let at = 2; at + 3 < jpeg.length && jpeg[at] === 0xff && jpeg[at + 1] !== 0xd9; ) {
    const marker = jpeg[at + 1] as number;
    let to = at + 2 + (((jpeg[at + 2] as number) << 8) | (jpeg[at + 3] as number));
    if (marker === 0xda) while (to < jpeg.length && !(jpeg[to] === 0xff && endsScan(jpeg[to + 1] as number))) to++;
    found.push({ marker, from: at, to });
    at = to;
  }
  return found;
}

/** Puts segments before the first one that is not the JFIF header. */
export function withSegments(jpeg: Uint8Array, ...added: Uint8Array[]): Buffer {
  const [first] = segmentsOf(jpeg);
  const at = first?.marker === 0xe0 ? first.to : 2;
  return Buffer.concat([jpeg.subarray(0, at), ...added, jpeg.subarray(at)]);
}

/** Changes a copy of the first segment with that marker; `body` is what follows its length. */
export function withChanged(jpeg: Uint8Array, marker: number, change: (body: Buffer) => void): Buffer {
  const copy = Buffer.from(jpeg);
  const found = segmentsOf(copy).find((one) => one.marker === marker);
  if (!found) throw new Error(`no segment ${marker.toString(16)}`);
  change(copy.subarray(found.from + 4, found.to));
  return copy;
}

/** The marker of a JPEG's frame: baseline or progressive. */
export function frameOf(jpeg: Uint8Array): number {
  return segmentsOf(jpeg).find(({ marker }) => marker === 0xc0 || marker === 0xc2)?.marker ?? 0;
}

/**
 * A grey progressive JPEG of side × side in which every scan after the first says nothing about every block: a hundred bytes of file
 * for a walk over all of the picture.
 */
export function scanBomb(side: number, scans: number): Buffer {
  const blocks = Math.ceil(side / 8) ** 2;
  const one = (kind: number, symbol: number) =>
    segment(0xc4, Buffer.from([kind, 1, ...new Array<number>(15).fill(0), symbol]));
  const empty = Buffer.concat([segment(0xda, Buffer.from([1, 1, 0, 1, 63, 0])), endOfBand(blocks)]);
  return Buffer.concat([
    SOI,
    segment(0xdb, Buffer.from([0]), Buffer.alloc(64, 1)),
    segment(0xc2, Buffer.from([8]), big16(side), big16(side), Buffer.from([1, 1, 0x11, 0])),
    one(0x00, 0),
    one(0x10, 0xe0),
    segment(0xda, Buffer.from([1, 1, 0, 0, 0, 0])),
    Buffer.alloc(Math.ceil(blocks / 8)),
    ...new Array<Buffer>(scans).fill(empty),
    EOI,
  ]);
}

/** A flat grey baseline JPEG with a restart marker after every row of blocks; `marks` says which of the eight follows which row. */
export function restarting(width: number, height: number, marks = (row: number) => row % 8): Buffer {
  const [across, down] = [Math.ceil(width / 8), Math.ceil(height / 8)];
  const one = (kind: number) => segment(0xc4, Buffer.from([kind, 1, ...new Array<number>(15).fill(0), 0]));
  // Two bits a block: no difference of level, end of block.
  const row = Buffer.concat([
    Buffer.alloc((across * 2) >> 3),
    Buffer.from((across * 2) % 8 ? [0xff >> ((across * 2) % 8)] : []),
  ]);
  const rows = Array.from({ length: down }, (_, i) =>
    i < down - 1 ? Buffer.concat([row, Buffer.from([0xff, 0xd0 + marks(i)])]) : row,
  );
  return Buffer.concat([
    SOI,
    segment(0xdb, Buffer.from([0]), Buffer.alloc(64, 1)),
    segment(0xc0, Buffer.from([8]), big16(height), big16(width), Buffer.from([1, 1, 0x11, 0])),
    one(0x00),
    one(0x10),
    segment(0xdd, big16(across)),
    segment(0xda, Buffer.from([1, 1, 0, 0, 63, 0])),
    ...rows,
    EOI,
  ]);
}

/** Runs of EOB14 (a code of one bit and 14 bits of length) over so many blocks. */
function endOfBand(blocks: number): Buffer {
  let bits = "";
  for (let left = blocks; left > 0; ) {
    const run = Math.max(16_384, Math.min(left, 32_767));
    bits += `0${(run - 16_384).toString(2).padStart(14, "0")}`;
    left -= run;
  }
  const bytes: number[] = [];
  for (let i = 0; i < bits.length; i += 8) {
    const byte = Number.parseInt(bits.slice(i, i + 8).padEnd(8, "1"), 2);
    bytes.push(byte, ...(byte === 0xff ? [0] : []));
  }
  return Buffer.from(bytes);
}

export function big16(value: number): Buffer {
  return Buffer.from([(value >> 8) & 255, value & 255]);
}

function endsScan(next: number): boolean {
  return next !== 0 && (next < 0xd0 || next > 0xd7);
}
