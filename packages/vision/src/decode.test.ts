import { deflateSync } from "node:zlib";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { decode, readHeader, VIEW_WIDTH } from "./decode.ts";

const picture = (width: number, height: number) =>
  sharp({
    create: { width, height, channels: 3, background: "#a06040", noise: { type: "gaussian", mean: 128, sigma: 30 } },
  });

/** What a file ends as: a fault's name, or its size. */
async function read(bytes: Uint8Array): Promise<string> {
  const header = await readHeader(bytes);
  if (!header.ok) return header.fault;
  const decoded = await decode(bytes, header.value);
  return decoded.ok ? `${decoded.value.width}×${decoded.value.height}` : decoded.fault;
}

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE(crc(body), body.length + 4);
  return out;
}

function crc(bytes: Uint8Array): number {
  let value = 0xffffffff;
  for (const byte of bytes) {
    value ^= byte;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  }
  return (value ^ 0xffffffff) >>> 0;
}

/** A PNG of a few kilobytes that claims, and holds, side × side black pixels. */
function bomb(side: number): Buffer {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(side, 0);
  head.writeUInt32BE(side, 4);
  head[8] = 1;
  const row = Buffer.alloc(Math.ceil(side / 8) + 1);
  const rows = deflateSync(Buffer.concat(Array.from({ length: side }, () => row)));
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([signature, chunk("IHDR", head), chunk("IDAT", rows), chunk("IEND", Buffer.alloc(0))]);
}

describe("reading strangers' files", { timeout: 90_000 }, () => {
  it.each(["jpeg", "png", "webp"] as const)("takes a %s", async (format) => {
    expect(await read(await picture(700, 900).toFormat(format).toBuffer())).toBe("700×900");
  });

  it.each([
    [
      "an SVG",
      Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>'),
    ],
    [
      "an SVG that asks for a file of ours",
      Buffer.from(
        '<?xml version="1.0"?><!DOCTYPE s [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg xmlns="http://www.w3.org/2000/svg"><text>&x;</text></svg>',
      ),
    ],
    ["HTML named .jpg", Buffer.from("<!doctype html><html><body>404</body></html>")],
    ["a PDF", Buffer.from("%PDF-1.7\n1 0 obj\n")],
    ["a GIF", Buffer.from("GIF89a\x01\x00\x01\x00\x00\x00\x00;", "latin1")],
    ["a TIFF", Buffer.from("II*\x00\x08\x00\x00\x00", "latin1")],
  ])("refuses %s by its first bytes", async (_, bytes) => {
    expect(await read(bytes)).toBe("unsupported-type");
  });

  it("refuses an animated WebP: it is no photograph", async () => {
    const frame = (background: string) =>
      sharp({ create: { width: 8, height: 8, channels: 3, background } })
        .png()
        .toBuffer();
    const two = [await frame("#f00"), await frame("#00f")];
    const frames = await sharp(two, { join: { animated: true } })
      .webp({ delay: [50, 50] })
      .toBuffer();
    expect(await read(frames)).toBe("unsupported-type");
  });

  it("calls an empty file broken", async () => {
    expect(await read(new Uint8Array())).toBe("broken-file");
  });

  it("calls a JPEG cut off anywhere broken", async () => {
    const jpeg = await picture(700, 900).jpeg().toBuffer();
    for (const share of [0.001, 0.01, 0.3, 0.9, 0.995]) {
      expect(await read(jpeg.subarray(0, Math.round(jpeg.length * share))), `${share}`).toBe("broken-file");
    }
  });

  it("calls a PNG with a damaged middle broken", async () => {
    const png = await picture(700, 900).png().toBuffer();
    png.fill(0x55, png.length >> 1, (png.length >> 1) + 2000);
    expect(await read(png)).toBe("broken-file");
  });

  it("refuses a pixel bomb by its header, without decoding it", async () => {
    const bytes = bomb(16_000);
    expect(bytes.length).toBeLessThan(100_000);
    const before = process.memoryUsage().rss;
    expect(await read(bytes)).toBe("too-large");
    expect(process.memoryUsage().rss - before).toBeLessThan(300e6);
  });

  it("refuses a JPEG whose header lies about its size", async () => {
    const jpeg = await picture(64, 64).jpeg().toBuffer();
    const frame = jpeg.indexOf(Buffer.from([0xff, 0xc0]));
    jpeg.writeUInt16BE(30_000, frame + 5);
    jpeg.writeUInt16BE(30_000, frame + 7);
    expect(await read(jpeg)).toBe("too-large");
  });

  it("takes the picture of a file that is a picture and something else behind it", async () => {
    const jpeg = await picture(700, 900).jpeg().toBuffer();
    expect(await read(Buffer.concat([jpeg, Buffer.from("PK\x03\x04<script>alert(1)</script>")]))).toBe("700×900");
  });

  it("turns a picture upright and tells its upright size", async () => {
    const lying = await picture(900, 700).jpeg().withMetadata({ orientation: 6 }).toBuffer();
    expect(await read(lying)).toBe("700×900");
  });

  it("brings grey, transparent and CMYK pictures to three channels at most 768 wide", async () => {
    const grey = await picture(800, 820).greyscale().jpeg().toBuffer();
    const clear = await sharp({ create: { width: 800, height: 820, channels: 4, background: "#ff000080" } })
      .png()
      .toBuffer();
    const print = await picture(800, 820).toColourspace("cmyk").jpeg().toBuffer();
    for (const bytes of [grey, clear, print]) {
      const header = await readHeader(bytes);
      const decoded = header.ok ? await decode(bytes, header.value) : header;
      if (!decoded.ok || !("view" in decoded.value)) throw new Error("not decoded");
      const { view } = decoded.value;
      expect(view.width).toBe(VIEW_WIDTH);
      expect(view.data.length).toBe(view.width * view.height * 3);
    }
  });
});
