import sharp from "sharp";
import { either, type HostileFile, refused } from "./hostile-file.ts";
import { EOI, SOI, scanBomb, segment, withSegments } from "./jpeg.ts";
import { chunk, pngOf, withChunks, zeros } from "./png.ts";
import { HEIGHT, type Seeds, WIDTH } from "./seeds.ts";
import { canvas, codedPart, riffChunk, webpOf } from "./webp.ts";

const MB = 1024 * 1024;
const flat = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: "#808080" } });

/** Small files that ask for much: memory for pixels or for what is packed, time for walks over them. */
export async function bombs({ jpeg, png, webp }: Seeds): Promise<HostileFile[]> {
  return [
    ...pixels(),
    ...(await atTheLimit()),
    ...packed(png.png),
    ...scans(),
    ...walks(jpeg.jpeg, png.png, webp.lossy),
  ];
}

/** More pixels than may be decoded, and really there. */
function pixels(): HostileFile[] {
  const black = (side: number, depth: number, colours: number, interlace = 0) => {
    const rowBytes = Math.ceil((side * depth * (colours === 6 ? 4 : colours === 2 ? 3 : 1)) / 8) + 1;
    return pngOf(
      { width: side, height: side, depth, colours, interlace },
      zeros(Math.ceil((rowBytes * side) / MB) * MB),
    );
  };
  return [
    refused("a PNG of 256 megapixels of one bit", black(16_000, 1, 0)),
    refused("a PNG of 256 megapixels of 64 bits", black(16_000, 16, 6)),
    refused("a PNG of 900 megapixels", black(30_000, 8, 2)),
    refused("an interlaced PNG of 400 megapixels", black(20_000, 8, 0, 1)),
    refused("a progressive JPEG of 4 gigapixels", scanBomb(65_535 - 7, 1)),
  ];
}

/** As many pixels as may be decoded: they are, and take no more than memory for them. */
async function atTheLimit(): Promise<HostileFile[]> {
  const rows = (width: number, height: number, bytes: number) =>
    zeros(Math.ceil(((width * bytes + 1) * height) / MB) * MB);
  return [
    either("a JPEG of 49 megapixels", await flat(7000, 7000).jpeg().toBuffer()),
    either("a lossless WebP of 49 megapixels", await flat(7000, 7000).webp({ lossless: true, effort: 0 }).toBuffer()),
    either("a PNG of 49 megapixels", pngOf({ width: 7000, height: 7000, colours: 2 }, rows(7000, 7000, 3))),
    refused(
      "an interlaced PNG of 9 megapixels of 64 bits",
      pngOf({ width: 3000, height: 3000, depth: 16, colours: 6, interlace: 1 }, zeros(74 * MB)),
    ),
    refused(
      "an interlaced PNG of 36 megapixels of 64 bits",
      pngOf({ width: 6000, height: 6000, depth: 16, colours: 6, interlace: 1 }, zeros(300 * MB)),
    ),
    either("a PNG of 640×78,000", pngOf({ width: WIDTH, height: 78_000 }, rows(WIDTH, 78_000, 1))),
    either("a PNG of 78,000×640", pngOf({ width: 78_000, height: WIDTH }, rows(78_000, WIDTH, 1))),
    either("a JPEG of 65,500×640", await flat(65_500, WIDTH).jpeg().toBuffer()),
    either("a JPEG of 640×65,500", await flat(WIDTH, 65_500).jpeg().toBuffer()),
  ];
}

/** Texts, profiles and rows that unpack to a gigabyte. */
function packed(png: Uint8Array): HostileFile[] {
  const gigabyte = zeros(1024 * MB);
  const few = zeros(4 * MB);
  const xmp = (data: Uint8Array) => chunk("iTXt", Buffer.from("XML:com.adobe.xmp\0\x01\0\0\0"), data);
  const one = { width: WIDTH, height: HEIGHT };
  return [
    either("a PNG with a profile of a gigabyte", withChunks(png, chunk("iCCP", Buffer.from("p\0\0"), gigabyte))),
    either("a PNG with a text of a gigabyte", withChunks(png, chunk("zTXt", Buffer.from("Comment\0\0"), gigabyte))),
    either("a PNG with XMP of a gigabyte", withChunks(png, xmp(gigabyte))),
    either("a PNG with a thousand XMPs of 4 MB", withChunks(png, ...new Array<Buffer>(1000).fill(xmp(few)))),
    either(
      "a PNG with 2,000 texts of 4 MB",
      withChunks(png, ...new Array<Buffer>(2000).fill(chunk("zTXt", Buffer.from("a\0\0"), few))),
    ),
    either("a PNG whose rows go on for a gigabyte", pngOf(one, gigabyte)),
    refused("a PNG of a gigabyte of rows of another kind", pngOf({ ...one, depth: 16, colours: 3 }, gigabyte)),
  ];
}

/** Progressive JPEGs that walk over the picture again and again. */
function scans(): HostileFile[] {
  const counts = [101, 500, 5000, 20_000];
  return [
    ...counts.flatMap((count) =>
      [1280, 7000].map((side) => refused(`a JPEG of ${side}×${side} in ${count} scans`, scanBomb(side, count))),
    ),
    either("a JPEG of 1280×1280 in 50 scans", scanBomb(1280, 50)),
    either("a JPEG of 7000×7000 in 20 scans", scanBomb(7000, 20)),
  ];
}

/** Millions of parts to step over before anything is said. */
function walks(jpeg: Uint8Array, png: Uint8Array, webp: Uint8Array): HostileFile[] {
  const empties = (count: number) => Buffer.alloc(4 * count, Buffer.from([0xff, 0xe5, 0x00, 0x02]));
  const many = (type: string, count: number) => Buffer.alloc(12 * count, chunk(type));
  return [
    refused("a JPEG of four million empty segments, and no frame", Buffer.concat([SOI, empties(4e6), EOI])),
    refused("a JPEG of sixteen million fill bytes", Buffer.concat([SOI, Buffer.alloc(16e6, 0xff), jpeg.subarray(2)])),
    refused(
      "a JPEG of eight million restart markers",
      Buffer.concat([SOI, Buffer.alloc(16e6, Buffer.from([0xff, 0xd0])), jpeg.subarray(2)]),
    ),
    refused(
      "a JPEG with four million empty segments before its frame",
      Buffer.concat([SOI, empties(4e6), jpeg.subarray(2)]),
    ),
    either(
      "a JPEG with a megabyte of comments",
      withSegments(jpeg, ...new Array<Buffer>(16).fill(segment(0xfe, Buffer.alloc(65_000, 0x20)))),
    ),
    either("a PNG with 300,000 empty texts", withChunks(png, many("tEXt", 300_000))),
    either(
      "a PNG with 300,000 empty parts of its rows",
      Buffer.concat([png.subarray(0, 33), many("IDAT", 300_000), png.subarray(33)]),
    ),
    either("a PNG with 300,000 chunks nobody knows", withChunks(png, many("abCd", 300_000))),
    either(
      "a WebP with 300,000 chunks nobody knows",
      webpOf(canvas(WIDTH, HEIGHT), codedPart(webp), Buffer.alloc(8 * 300_000, riffChunk("abcd"))),
    ),
  ];
}
