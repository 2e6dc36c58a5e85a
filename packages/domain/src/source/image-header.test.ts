import { describe, expect, it } from "vitest";
import { readImageHeader } from "./image-header.ts";

const hex = (...parts: string[]) => Uint8Array.from(Buffer.from(parts.join("").replace(/\s/g, ""), "hex"));
const ascii = (text: string) => Buffer.from(text, "latin1").toString("hex");
const zeros = (count: number) => "00".repeat(count);

const FRAME = "ffc0 0011 08 0514 05d0 03 012200 021101 031101";
const JPEG = hex("ffd8", FRAME, "ffda");
const PNG = hex("89504e470d0a1a0a", "0000000d", ascii("IHDR"), "000005d0", "00000514", "0802000000");
const LOSSY = hex(ascii("RIFF"), "ffff0000", ascii("WEBPVP8 "), "ffff0000", "000000", "9d012a", "d005", "1405");
// 14 bits of width - 1, then 14 of height - 1
const LOSSLESS = hex(ascii("RIFF"), "ffff0000", ascii("WEBPVP8L"), "ffff0000", "2f", "cfc54401", zeros(5));
const EXTENDED = hex(ascii("RIFF"), "ffff0000", ascii("WEBPVP8X"), "0a000000", "00000000", "cf0500", "130500");

const size = (bytes: Uint8Array) => {
  const reading = readImageHeader(bytes);
  return reading.state === "read" ? [reading.header.width, reading.header.height] : reading;
};

describe("an image's header", () => {
  it.each([
    ["JPEG", JPEG],
    ["PNG", PNG],
    ["lossy WebP", LOSSY],
    ["lossless WebP", LOSSLESS],
    ["extended WebP", EXTENDED],
  ])("of a %s is read from its first bytes", (_, bytes) => {
    expect(size(bytes)).toEqual([1488, 1300]);
  });

  it.each([
    ["JPEG", JPEG.subarray(0, 12)],
    ["PNG", PNG.subarray(0, 24)],
    ["WebP", EXTENDED],
  ])("of a %s needs no byte behind it, and every shorter piece asks for more", (_, bytes) => {
    expect(size(bytes)).toEqual([1488, 1300]);
    for (let length = 0; length < bytes.length; length++) {
      const reading = readImageHeader(bytes.subarray(0, length));
      expect(reading.state, `${length} bytes`).toBe("more");
      expect(reading.state === "more" && reading.bytes > length && reading.bytes <= bytes.length).toBe(true);
    }
  });

  it("is the picture's own, not that of the thumbnail in its EXIF", () => {
    const thumbnail = `ffd8 ${FRAME.replace("0514 05d0", "0078 00a0")} ffd9`.replace(/\s/g, "");
    const exif = `ffe1 ${(2 + thumbnail.length / 2).toString(16).padStart(4, "0")} ${thumbnail}`;
    expect(size(hex("ffd8", exif, "ffff", FRAME))).toEqual([1488, 1300]);
  });

  it("of a JPEG with long segments says at once how much must be there", () => {
    expect(readImageHeader(hex("ffd8", "ffe2 ffff", zeros(20)))).toEqual({ state: "more", bytes: 2 + 2 + 0xffff + 4 });
  });

  it.each([
    ["HTML", ascii("<!doctype html><p>"), "not-an-image"],
    ["SVG", ascii("<svg xmlns='http://'"), "not-an-image"],
    ["TIFF", `49492a00 ${zeros(12)}`, "not-an-image"],
    ["GIF", ascii("GIF89a          "), "not-an-image"],
    ["HEIF", `00000018 ${ascii("ftypheic")} ${zeros(8)}`, "not-an-image"],
    ["a RIFF that is a sound", ascii("RIFF____WAVEfmt "), "not-an-image"],
    ["a JPEG without a frame", `ffd8 ffda 0008 ${zeros(8)}`, "broken-header"],
    ["a JPEG that ends", `ffd8 ff d9 ${zeros(10)}`, "broken-header"],
    ["a JPEG of no height", `ffd8 ${FRAME.replace("0514", "0000")}`, "broken-header"],
    ["a JPEG with a segment of length 0", `ffd8 ffe0 0000 ${zeros(8)}`, "broken-header"],
    ["a JPEG with rubbish between segments", `ffd8 ffe0 0002 ${zeros(8)}`, "broken-header"],
    ["a JPEG of nothing but empty segments", `ffd8 ${"ffe5 0002 ".repeat(2000)}`, "broken-header"],
    ["a JPEG of nothing but fill bytes", `ffd8 ${"ffff".repeat(2000)} e000`, "broken-header"],
    ["a PNG that begins with another chunk", `89504e470d0a1a0a 0000000d ${ascii("iCCP")} ${zeros(8)}`, "broken-header"],
    ["a PNG of no width", `89504e470d0a1a0a 0000000d ${ascii("IHDR")} 00000000 00000100`, "broken-header"],
    ["a WebP of an unknown kind", `${ascii("RIFF____WEBPABCD")} ${zeros(14)}`, "broken-header"],
    ["a lossy WebP without a key frame", `${ascii("RIFF____WEBPVP8 ")} ${zeros(14)}`, "broken-header"],
    ["a lossless WebP without its signature", `${ascii("RIFF____WEBPVP8L")} ${zeros(14)}`, "broken-header"],
  ])("that is no header is refused: %s", (_, bytes, reason) => {
    expect(readImageHeader(hex(bytes))).toMatchObject({ state: "bad", reason });
  });
});
