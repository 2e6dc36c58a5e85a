import { either, type HostileFile, refused } from "./hostile-file.ts";
import { frameOf, withChanged } from "./jpeg.ts";
import { chunk } from "./png.ts";
import { HEIGHT, type Seeds, WIDTH } from "./seeds.ts";

/** Width and height as a header may claim them, of a picture that is 640×1280. */
const CLAIMS: readonly (readonly [number, number])[] = [
  [0, 0], [0, HEIGHT], [WIDTH, 0], [1, 1], [1, 65_535], [65_535, 1], [65_535, 65_535], [65_500, 65_500], [30_000, 30_000],
  [7071, 7071], [7072, 7072], [639, HEIGHT], [WIDTH, 1279], [WIDTH, 1281], [WIDTH, 1296], [641, HEIGHT], [656, HEIGHT],
  [HEIGHT, WIDTH], [WIDTH, 65_535], [65_535, WIDTH], [WIDTH, 2560], [1279, 1279], [16_383, 16_383], [16_384, 1280],
]; // biome-ignore format: a list to read as a list

/** Headers that say another size than their picture has: small before large, large before small. */
export function lyingSizes({ jpeg, png, webp }: Seeds): HostileFile[] {
  return CLAIMS.flatMap(([width, height]) => [
    ...Object.entries(jpeg).map(([name, bytes]) => claim(name, width, height, inFrame(bytes, width, height))),
    ...Object.entries(png).map(([name, bytes]) => claim(name, width, height, inHead(bytes, width, height))),
    ...Object.entries(webp).map(([name, bytes]) => claim(name, width, height, inRiff(bytes, width, height))),
  ]);
}

/** What claims to be too small or too large is refused by that alone; the others may be as good as they say. */
function claim(name: string, width: number, height: number, bytes: Uint8Array): HostileFile {
  const fits = Math.min(width, height) >= WIDTH && Math.max(width, height) >= HEIGHT && width * height <= 5e7;
  // 14 bits are all that a lossy WebP has for a side.
  const folded =
    bytes.subarray(8, 12).toString() === Buffer.from("WEBP").toString() && Math.max(width, height) > 16_383;
  return (fits || folded ? either : refused)(`${name} that claims ${width}×${height}`, bytes);
}

function inFrame(bytes: Uint8Array, width: number, height: number): Buffer {
  return withChanged(bytes, frameOf(bytes), (body) => {
    body.writeUInt16BE(height, 1);
    body.writeUInt16BE(width, 3);
  });
}

function inHead(bytes: Uint8Array, width: number, height: number): Buffer {
  const body = Buffer.from(bytes.subarray(16, 29));
  body.writeUInt32BE(width, 0);
  body.writeUInt32BE(height, 4);
  return Buffer.concat([bytes.subarray(0, 8), chunk("IHDR", body), bytes.subarray(33)]);
}

function inRiff(bytes: Uint8Array, width: number, height: number): Buffer {
  const copy = Buffer.from(bytes);
  const kind = copy.toString("latin1", 12, 16);
  if (kind === "VP8 ") {
    copy.writeUInt16LE(width & 0x3fff, 26);
    copy.writeUInt16LE(height & 0x3fff, 28);
  } else if (kind === "VP8L") {
    const size = ((width - 1) & 0x3fff) | (((height - 1) & 0x3fff) << 14);
    copy.writeInt32LE((copy.readInt32LE(21) & ~0x0fffffff) | (size & 0x0fffffff), 21);
  } else {
    copy.writeUIntLE((width - 1) & 0xffffff, 24, 3);
    copy.writeUIntLE((height - 1) & 0xffffff, 27, 3);
  }
  return copy;
}
