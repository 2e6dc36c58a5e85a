import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { type Header, readHeader } from "./decode.ts";
import { stripped, withoutMetadata } from "./strip.ts";

const NAME = "Erika Mustermann";
const exif = {
  IFD0: { Artist: NAME, Model: "Pocket 7" },
  IFD3: { GPSLatitudeRef: "N", GPSLatitude: "52/1 31/1 0/1", GPSLongitudeRef: "E", GPSLongitude: "13/1 24/1 0/1" },
};
const raw = () =>
  sharp({
    create: {
      width: 320,
      height: 480,
      channels: 3,
      background: "#808080",
      noise: { type: "gaussian", mean: 128, sigma: 40 },
    },
  });

async function strip(bytes: Uint8Array): Promise<Buffer> {
  const header = await readHeader(bytes);
  if (!header.ok) throw new Error(header.fault);
  return Buffer.from(await stripped(bytes, header.value));
}

async function expectClean(bytes: Buffer): Promise<void> {
  const { exif, xmp, iptc, icc, comments } = await sharp(bytes).metadata();
  expect([exif, xmp, iptc, icc, comments]).toEqual([undefined, undefined, undefined, undefined, undefined]);
  // No shorter words: three letters stand in some coded picture by chance.
  for (const word of [NAME, "Exif\0", "http://ns.adobe.com", "Pocket 7"])
    expect(bytes.includes(word), word).toBe(false);
}

const pixels = (bytes: Uint8Array) => sharp(bytes).raw().toBuffer();

describe("the stored picture", { timeout: 90_000 }, () => {
  it.each([
    ["baseline", {}],
    ["progressive", { progressive: true }],
  ])("of a %s JPEG loses place, name and camera but not one coded pixel", async (_, options) => {
    const original = await raw()
      .withExif(exif)
      .withXmp(`<x:xmpmeta xmlns:x="adobe:ns:meta/">${NAME}</x:xmpmeta>`)
      .jpeg(options)
      .toBuffer();
    expect((await sharp(original).metadata()).exif?.includes(NAME)).toBe(true);
    const stored = await strip(original);
    await expectClean(stored);
    expect(await pixels(stored)).toEqual(await pixels(original));
    expect((await sharp(stored).metadata()).isProgressive).toBe("progressive" in options);
  });

  it("loses comments, thumbnails and whatever follows its end", async () => {
    const plain = await raw().jpeg().toBuffer();
    const comment = Buffer.concat([Buffer.from([0xff, 0xfe, 0, 2 + NAME.length]), Buffer.from(NAME)]);
    const original = Buffer.concat([
      plain.subarray(0, 2),
      comment,
      plain.subarray(2),
      Buffer.from(`PK\x03\x04 ${NAME}`),
    ]);
    const stored = await strip(original);
    await expectClean(stored);
    expect(await pixels(stored)).toEqual(await pixels(plain));
  });

  it("of a JPEG that lies on its side stands upright without the mark", async () => {
    const stored = await strip(await raw().jpeg().withMetadata({ orientation: 6, exif }).toBuffer());
    await expectClean(stored);
    const { width, height, orientation } = await sharp(stored).metadata();
    expect([width, height, orientation]).toEqual([480, 320, undefined]);
  });

  it("of a wide-gamut JPEG is coded anew in sRGB", async () => {
    const stored = await strip(await raw().withIccProfile("p3").jpeg().toBuffer());
    await expectClean(stored);
  });

  it.each(["png", "webp"] as const)("of a %s is a JPEG without its metadata", async (format) => {
    const stored = await strip(await raw().withExif(exif).toFormat(format).toBuffer());
    expect((await sharp(stored).metadata()).format).toBe("jpeg");
    await expectClean(stored);
  });
});

describe("copying a JPEG's needed segments", () => {
  it("gives up, for coding anew, where the file is not a plain sequence of segments", async () => {
    const jpeg = await raw().jpeg().toBuffer();
    expect(withoutMetadata(jpeg.subarray(0, jpeg.length - 2))).toBeUndefined();
    expect(withoutMetadata(Buffer.concat([jpeg.subarray(0, 2), Buffer.from([0]), jpeg.subarray(2)]))).toBeUndefined();
    const header: Header = { type: "image/jpeg", width: 320, height: 480, orientation: 1, foreignColours: false };
    await expectClean(Buffer.from(await stripped(jpeg, header)));
  });
});
