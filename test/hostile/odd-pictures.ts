import { either, type HostileFile, refused } from "./hostile-file.ts";
import { PERSONAL, type Seeds, squares } from "./seeds.ts";

/** Pictures that are in order, and unlike most; and files of hardly anything. */
export async function oddPictures(seeds: Seeds): Promise<HostileFile[]> {
  const print = () => squares(640, 1280).toColourspace("cmyk");
  return [
    ...Object.values(seeds).flatMap((of) =>
      Object.entries(of).map(([name, bytes]) => either(`the seed ${name}`, bytes)),
    ),
    either("a JPEG for printers", await print().jpeg().toBuffer()),
    either("a JPEG for printers, inverted", await print().jpeg({ progressive: true }).toBuffer()),
    either("a grey PNG with transparency", await squares(640, 1280, 4).greyscale().png().toBuffer()),
    either("a PNG of 64 bits", await squares(640, 1280, 4).toColourspace("rgb16").png().toBuffer()),
    either("a wide-gamut JPEG", await squares(640, 1280).withIccProfile("p3").jpeg().toBuffer()),
    either(
      "a JPEG of wide chroma",
      await squares(640, 1280).jpeg({ chromaSubsampling: "4:2:0", quality: 1 }).toBuffer(),
    ),
    either("a JPEG without loss, nearly", await squares(640, 1280).jpeg({ quality: 100 }).toBuffer()),
    ...(await turned()),
    ...tiny(seeds),
    refused("a page of spaces", Buffer.alloc(10_000, 0x20)),
    refused("a page of zeros", Buffer.alloc(10_000)),
    refused("a megabyte of noise", Buffer.from(Array.from({ length: 1 << 20 }, (_, i) => (i * 7919 + (i >> 5)) & 255))),
  ];
}

function turned(): Promise<HostileFile[]> {
  return Promise.all(
    [2, 3, 5, 6, 8].map(async (orientation) =>
      either(
        `a JPEG turned by ${orientation} with a name in it`,
        await squares(1280, 640)
          .withExif({ IFD0: { Artist: PERSONAL } })
          .withMetadata({ orientation })
          .jpeg()
          .toBuffer(),
      ),
    ),
  );
}

/** The first bytes of each kind, followed by nothing, zeros, or ones. */
function tiny({ jpeg, png, webp }: Seeds): HostileFile[] {
  const begins = { JPEG: jpeg.jpeg, PNG: png.png, WebP: webp.lossy };
  return [
    refused("no bytes", new Uint8Array()),
    ...Object.entries(begins).flatMap(([name, bytes]) =>
      [1, 2, 3, 4, 7, 8, 12, 16, 24, 30, 33].flatMap((length) => [
        refused(
          `${length} bytes of a ${name}, and zeros`,
          Buffer.concat([bytes.subarray(0, length), Buffer.alloc(2000)]),
        ),
        refused(
          `${length} bytes of a ${name}, and ones`,
          Buffer.concat([bytes.subarray(0, length), Buffer.alloc(2000, 0xff)]),
        ),
      ]),
    ),
  ];
}
