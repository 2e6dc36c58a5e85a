import { deflateSync } from "node:zlib";
import { either, type HostileFile, refused } from "./hostile-file.ts";
import { big16, EOI, frameOf, restarting, SOI, segment, segmentsOf, withChanged, withSegments } from "./jpeg.ts";
import { big32, chunk, chunksOf, type Head, header, pngOf, SIGNATURE, withChunks } from "./png.ts";
import { HEIGHT, type Seeds, WIDTH } from "./seeds.ts";
import { canvas, codedPart, HAS, little32, riffChunk, webpOf } from "./webp.ts";

/** Files of the right kind that are built wrong: tables, counts and orders that contradict each other. */
export function structures({ jpeg, png, webp }: Seeds): HostileFile[] {
  return [
    ...jpegFrames(jpeg.jpeg),
    ...jpegFrames(jpeg.progressive).map((file) => ({ ...file, name: `${file.name}, progressive` })),
    ...jpegOrders(jpeg.jpeg, jpeg.progressive),
    ...restarts(jpeg.jpeg),
    ...pngHeads(),
    ...pngOrders(png.png, png.palette),
    ...webpParts(webp.lossy, webp.lossless, webp.webpClear),
  ];
}

/** One wrong value in each table of a JPEG. */
function jpegFrames(jpeg: Uint8Array): HostileFile[] {
  const changed = (marker: number, at: number, values: readonly number[], what: string) =>
    values.map((value) =>
      either(
        `a JPEG whose ${what} is ${value}`,
        withChanged(jpeg, marker, (body) => body.writeUInt8(value, at)),
      ),
    );
  const frame = frameOf(jpeg);
  return [
    ...changed(frame, 0, [0, 1, 7, 9, 12, 16, 255], "precision"),
    ...changed(frame, 5, [0, 1, 2, 4, 5, 255], "count of components"),
    ...changed(frame, 6, [0, 2, 255], "first component's name"),
    ...changed(frame, 7, [0x00, 0x01, 0x10, 0x12, 0x21, 0x33, 0x44, 0x55, 0xff], "first component's sampling"),
    ...changed(frame, 8, [1, 3, 4, 255], "first component's table"),
    ...changed(0xdb, 0, [0x02, 0x04, 0x10, 0x1f, 0xff], "first quantisation table"),
    ...changed(0xdb, 1, [0, 255], "first quantisation value"),
    ...changed(0xc4, 0, [0x02, 0x04, 0x14, 0x20, 0xff], "first Huffman table"),
    ...changed(0xc4, 1, [2, 3, 255], "count of codes of one bit"),
    ...changed(0xc4, 16, [200, 255], "count of codes of sixteen bits"),
    ...changed(0xc4, 17, [16, 255], "first code's value"),
    ...changed(0xda, 0, [0, 2, 4, 5, 255], "scan's count of components"),
    ...changed(0xda, 1, [0, 9, 255], "scan's first component"),
    ...changed(0xda, 2, [0x22, 0x44, 0xff], "scan's first tables"),
    ...changed(0xda, 7, [1, 63, 64, 255], "scan's first frequency"),
    ...changed(0xda, 8, [1, 62, 64, 255], "scan's last frequency"),
    ...changed(0xda, 9, [0x10, 0x01, 0x1f, 0xff], "scan's precision"),
  ];
}

function jpegOrders(jpeg: Uint8Array, progressive: Uint8Array): HostileFile[] {
  const parts = segmentsOf(jpeg);
  const without = (marker: number) =>
    Buffer.concat([
      SOI,
      ...parts.filter((one) => one.marker !== marker).map(({ from, to }) => jpeg.subarray(from, to)),
      EOI,
    ]);
  const frame = parts.find(({ marker }) => marker === 0xc0);
  const frameBytes = frame ? jpeg.subarray(frame.from, frame.to) : Buffer.alloc(0);
  const lengths = [0, 1, 2, 3, 8, 0xffff].map((length) =>
    refused(`a JPEG whose frame is ${length} bytes long`, lengthOf(jpeg, frame?.from ?? 0, length)),
  );
  const kinds = [0xc1, 0xc3, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf].map((kind) =>
    either(`a JPEG whose frame is of kind ${kind.toString(16)}`, remarked(jpeg, 0xc0, kind)),
  );
  return [
    ...lengths,
    ...kinds,
    refused("a JPEG without quantisation", without(0xdb)),
    either("a JPEG without Huffman tables", without(0xc4)),
    refused("a JPEG without a frame", without(0xc0)),
    refused("a JPEG without a scan", without(0xda)),
    refused(
      "a JPEG that ends before its scan",
      Buffer.concat([
        SOI,
        ...parts.filter(({ marker }) => marker !== 0xda).map(({ from, to }) => jpeg.subarray(from, to)),
        EOI,
      ]),
    ),
    refused("a JPEG of two frames", withSegments(jpeg, frameBytes)),
    either("a JPEG within a JPEG", Buffer.concat([SOI, jpeg])),
    either("a JPEG of two pictures", Buffer.concat([jpeg, jpeg])),
    either("a JPEG and a progressive one", Buffer.concat([jpeg.subarray(0, -2), progressive.subarray(2)])),
    either("a JPEG of two scans of the same", twice(jpeg)),
    either("a JPEG of scans in the wrong order", scansReversed(progressive)),
    either("a JPEG whose pixels are all ones", filled(jpeg, 0xfe)),
    either("a JPEG whose pixels are fill bytes", filled(jpeg, 0xff)),
    either("a JPEG whose pixels are zeros", filled(jpeg, 0)),
    refused("a JPEG of unknown height, said later", said(jpeg)),
    either("a JPEG with arithmetic tables", withSegments(jpeg, segment(0xcc, Buffer.from([0, 0xff])))),
    either(
      "a JPEG of a hierarchy",
      withSegments(jpeg, segment(0xde, Buffer.from([8]), big16(HEIGHT), big16(WIDTH), Buffer.from([1, 1, 0x11, 0]))),
    ),
    either("a JPEG with an extension 0", withSegments(jpeg, segment(0xf0, Buffer.alloc(100)))),
    refused("a JPEG with a marker of its own before its frame", withSegments(jpeg, Buffer.from([0xff, 0xd9]))),
    either(
      "a JPEG with fill bytes before each segment",
      Buffer.concat([SOI, ...parts.flatMap(({ from, to }) => [Buffer.alloc(3, 0xff), jpeg.subarray(from, to)]), EOI]),
    ),
    refused("a JPEG with rubbish before its frame", withSegments(jpeg, Buffer.from("rubbish"))),
  ];
}

/** Marks for going on after damage that are missing, doubled, or of another row. */
function restarts(jpeg: Uint8Array): HostileFile[] {
  return [
    either("a JPEG that restarts in order", restarting(WIDTH, HEIGHT)),
    either(
      "a JPEG that restarts with the same mark",
      restarting(WIDTH, HEIGHT, () => 3),
    ),
    either(
      "a JPEG that restarts backwards",
      restarting(WIDTH, HEIGHT, (row) => 7 - (row % 8)),
    ),
    either(
      "a JPEG whose marks skip",
      restarting(WIDTH, HEIGHT, (row) => (row * 3) % 8),
    ),
    either("a JPEG that announces marks and has none", withSegments(jpeg, segment(0xdd, big16(1)))),
    either("a JPEG that announces marks after 65,535 blocks", withSegments(jpeg, segment(0xdd, big16(65_535)))),
    refused("a JPEG whose announcement of marks is cut", withSegments(jpeg, segment(0xdd, Buffer.from([1])))),
  ];
}

/** Combinations of a PNG's header that are not, or hardly, defined. */
function pngHeads(): HostileFile[] {
  const one = { width: WIDTH, height: HEIGHT };
  const rows = (head: Head) => {
    const samples = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 }[head.colours ?? 0] ?? 1;
    return deflateSync(Buffer.alloc((Math.ceil((WIDTH * samples * (head.depth ?? 8)) / 8) + 1) * HEIGHT));
  };
  const allowed: Readonly<Record<number, readonly number[]>> = {
    0: [1, 2, 4, 8, 16],
    2: [8, 16],
    3: [1, 2, 4, 8],
    4: [8, 16],
    6: [8, 16],
  };
  const kinds = [0, 1, 2, 3, 4, 5, 6, 7, 255].flatMap((colours) =>
    [0, 1, 2, 3, 4, 8, 16, 32].map((depth) => ({ ...one, colours, depth })),
  );
  return [
    ...kinds.map((head) => {
      const fine = allowed[head.colours]?.includes(head.depth) && head.colours !== 3;
      return (fine ? either : refused)(
        `a PNG of colours ${head.colours} in ${head.depth} bits`,
        pngOf(head, rows(head)),
      );
    }),
    ...[1, 8, 255].map((compression) =>
      refused(`a PNG packed by method ${compression}`, pngOf({ ...one, compression }, rows(one))),
    ),
    ...[1, 64, 255].map((filter) =>
      refused(`a PNG filtered by method ${filter}`, pngOf({ ...one, filter }, rows(one))),
    ),
    ...[2, 255].map((interlace) =>
      refused(`a PNG interlaced by method ${interlace}`, pngOf({ ...one, interlace }, rows(one))),
    ),
    ...[5, 255].map((filter) =>
      refused(
        `a PNG whose rows are filtered as ${filter}`,
        pngOf(one, deflateSync(Buffer.alloc((WIDTH + 1) * HEIGHT, filter))),
      ),
    ),
    refused("a PNG with too few rows", pngOf(one, deflateSync(Buffer.alloc((WIDTH + 1) * (HEIGHT - 1))))),
    either("a PNG with too many rows", pngOf(one, deflateSync(Buffer.alloc((WIDTH + 1) * (HEIGHT + 100))))),
    refused("a PNG whose rows are not packed", pngOf(one, Buffer.alloc(10_000))),
    refused("a PNG with no rows", pngOf(one, Buffer.alloc(0))),
    refused("a PNG whose rows need a dictionary", pngOf(one, Buffer.from("78bb00000001636001000000ffff", "hex"))),
  ];
}

function pngOrders(png: Uint8Array, palette: Uint8Array): HostileFile[] {
  const chunks = chunksOf(png);
  const bytes = (type: string) =>
    Buffer.concat(chunks.filter((one) => one.type === type).map(({ from, to }) => png.subarray(from, to)));
  const end = chunk("IEND");
  const lying = (length: number) => {
    const copy = Buffer.from(png);
    copy.writeUInt32BE(length, chunks.find(({ type }) => type === "IDAT")?.from ?? 0);
    return copy;
  };
  const plte = chunksOf(palette).find(({ type }) => type === "PLTE");
  const noPalette = Buffer.concat([palette.subarray(0, plte?.from), palette.subarray(plte?.to)]);
  const extra: Readonly<Record<string, Buffer>> = {
    "a critical chunk nobody knows": chunk("ABCD", Buffer.from("x")),
    "gamma of nothing": chunk("gAMA", big32(0)),
    "gamma of four thousand million": chunk("gAMA", big32(0xffffffff)),
    "primaries of nothing": chunk("cHRM", Buffer.alloc(32)),
    "an intent of 255": chunk("sRGB", Buffer.from([255])),
    "a palette it does not need": chunk("PLTE", Buffer.alloc(768)),
    "a palette of 257 colours": chunk("PLTE", Buffer.alloc(771)),
    "a palette of seven bytes": chunk("PLTE", Buffer.alloc(7)),
    "transparency of a byte": chunk("tRNS", Buffer.from([1])),
    "a background of no bytes": chunk("bKGD"),
    "a density of no bytes": chunk("pHYs"),
    "a time of month 99": chunk("tIME", Buffer.from([7, 208, 99, 99, 99, 99, 99])),
    "a text without a key": chunk("tEXt", Buffer.from("\0")),
    "a text without an end": chunk("iTXt", Buffer.from("XML:com.adobe.xmp")),
    "a packed text that is not packed": chunk("zTXt", Buffer.from("a\0\0rubbish")),
    "a chunk whose sum is wrong": Buffer.concat([chunk("tEXt", Buffer.from("a\0b")).subarray(0, -4), Buffer.alloc(4)]),
    "a chunk whose name is no name": chunk("\x01\x02\x03\x04"),
  };
  return [
    ...Object.entries(extra).map(([name, part]) => either(`a PNG with ${name}`, withChunks(png, part))),
    ...[0, 1, 0x7fffffff, 0x80000000, 0xffffffff].map((length) =>
      refused(`a PNG whose rows claim ${length} bytes`, lying(length)),
    ),
    refused("a PNG with its rows before its header", Buffer.concat([SIGNATURE, bytes("IDAT"), bytes("IHDR"), end])),
    refused("a PNG of its header and end", Buffer.concat([SIGNATURE, bytes("IHDR"), end])),
    refused("a PNG of its end", Buffer.concat([SIGNATURE, end])),
    refused("a PNG of two headers", withChunks(png, header({ width: 10, height: 10 }))),
    either("a PNG of two ends", Buffer.concat([png, end])),
    either(
      "a PNG with a text between its rows",
      Buffer.concat([png.subarray(0, -12), chunk("tEXt", Buffer.from("a\0b")), bytes("IDAT"), end]),
    ),
    refused("a PNG with a palette it lacks", noPalette),
    refused("a PNG of Apple's own kind", Buffer.concat([SIGNATURE, chunk("CgBI", Buffer.alloc(4)), png.subarray(8)])),
  ];
}

function webpParts(lossy: Uint8Array, lossless: Uint8Array, clear: Uint8Array): HostileFile[] {
  const riff = (size: number) => Buffer.concat([Buffer.from("RIFF"), little32(size), lossy.subarray(8)]);
  const sized = (bytes: Uint8Array, size: number) =>
    Buffer.concat([bytes.subarray(0, 16), little32(size), bytes.subarray(20)]);
  const poked = (bytes: Uint8Array, at: number, value: number) => {
    const copy = Buffer.from(bytes);
    copy[at] = value;
    return copy;
  };
  const flags = [0, HAS.animation, HAS.xmp, HAS.exif, HAS.alpha, HAS.icc, 0xff];
  const whole = canvas(WIDTH, HEIGHT);
  return [
    ...[0, 4, 12, 0x7ffffffe, 0xfffffffe, 0xffffffff].map((size) =>
      either(`a WebP that claims ${size} bytes`, riff(size)),
    ),
    ...[0, 1, 0x7fffffff, 0xfffffff0].flatMap((size) => [
      refused(`a lossy WebP whose picture claims ${size} bytes`, sized(lossy, size)),
      refused(`a lossless WebP whose picture claims ${size} bytes`, sized(lossless, size)),
    ]),
    ...flags.map((flag) =>
      either(`a WebP whose canvas has flags ${flag}`, webpOf(canvas(WIDTH, HEIGHT, flag), codedPart(lossy))),
    ),
    ...[20, 21, 22, 23, 24, 25].flatMap((at) =>
      [0x00, 0xff].map((value) => either(`a lossy WebP with ${value} at byte ${at}`, poked(lossy, at, value))),
    ),
    ...[30, 31, 32, 33, 40, 60].flatMap((at) =>
      [0x00, 0xff, 0x55].map((value) => either(`a lossy WebP with ${value} at byte ${at}`, poked(lossy, at, value))),
    ),
    ...[20, 24, 25, 26, 27, 30, 40].flatMap((at) =>
      [0x00, 0xff, 0x55].map((value) =>
        either(`a lossless WebP with ${value} at byte ${at}`, poked(lossless, at, value)),
      ),
    ),
    ...[0, 1, 2, 3, 0xff].map((method) =>
      either(
        `a WebP whose transparency is packed by ${method}`,
        webpOf(canvas(WIDTH, HEIGHT, HAS.alpha), riffChunk("ALPH", Buffer.from([method, 0, 1, 2])), codedPart(clear)),
      ),
    ),
    refused("a WebP of a canvas alone", webpOf(whole)),
    either("a WebP of two pictures", webpOf(whole, codedPart(lossy), codedPart(lossless))),
    either("a WebP of two canvases", webpOf(whole, whole, codedPart(lossy))),
    refused("a WebP of a larger canvas", webpOf(canvas(WIDTH + 8, HEIGHT + 8), codedPart(lossy))),
    refused("a WebP of a canvas of 2^24 by 2^24", webpOf(canvas(1 << 24, 1 << 24), codedPart(lossy))),
    either("a WebP of parts in the wrong order", webpOf(codedPart(lossy), whole)),
    refused(
      "a WebP of a frame within its canvas",
      webpOf(whole, riffChunk("ANMF", Buffer.alloc(16), codedPart(lossy))),
    ),
  ];
}

function lengthOf(jpeg: Uint8Array, at: number, length: number): Buffer {
  const copy = Buffer.from(jpeg);
  copy.writeUInt16BE(length, at + 2);
  return copy;
}

function remarked(jpeg: Uint8Array, from: number, to: number): Buffer {
  const copy = Buffer.from(jpeg);
  const found = segmentsOf(copy).find(({ marker }) => marker === from);
  if (found) copy[found.from + 1] = to;
  return copy;
}

function twice(jpeg: Uint8Array): Buffer {
  const scan = segmentsOf(jpeg).find(({ marker }) => marker === 0xda);
  return Buffer.concat([jpeg.subarray(0, -2), jpeg.subarray(scan?.from, scan?.to), EOI]);
}

function scansReversed(jpeg: Uint8Array): Buffer {
  const parts = segmentsOf(jpeg);
  const isScan = ({ marker }: { marker: number }) => marker === 0xda;
  const bytes = ({ from, to }: { from: number; to: number }) => jpeg.subarray(from, to);
  return Buffer.concat([
    SOI,
    ...parts.filter((one) => !isScan(one)).map(bytes),
    ...parts.filter(isScan).reverse().map(bytes),
    EOI,
  ]);
}

/** Coded pixels replaced by one byte. */
function filled(jpeg: Uint8Array, byte: number): Buffer {
  const scan = segmentsOf(jpeg).find(({ marker }) => marker === 0xda);
  const copy = Buffer.from(jpeg);
  copy.fill(byte, (scan?.from ?? 0) + 14, scan?.to);
  return copy;
}

/** Height 0 in the frame, and the true one in a DNL segment behind the scan. */
function said(jpeg: Uint8Array): Buffer {
  const unknown = withChanged(jpeg, 0xc0, (body) => body.writeUInt16BE(0, 1));
  return Buffer.concat([unknown.subarray(0, -2), segment(0xdc, big16(HEIGHT)), EOI]);
}
