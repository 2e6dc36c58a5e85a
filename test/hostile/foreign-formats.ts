import { deflateSync, gzipSync } from "node:zlib";
import sharp from "sharp";
import { type HostileFile, refused } from "./hostile-file.ts";
import { big32, chunk, chunksOf } from "./png.ts";
import { type Seeds, squares } from "./seeds.ts";
import { canvas, HAS, riffChunk, webpOf } from "./webp.ts";
import { nestedZip, zipOf } from "./zip.ts";

const latin = (text: string) => Buffer.from(text, "latin1");
const box = (brand: string) =>
  Buffer.concat([Buffer.from([0, 0, 0, 24]), latin(`ftyp${brand}`), Buffer.alloc(4), latin(`mif1${brand}`)]);

/** What a file that is none of ours begins with: everything a decoder somewhere would be glad to open. */
const BEGINNINGS: Readonly<Record<string, Uint8Array>> = {
  ...Object.fromEntries(
    [
      "avif",
      "avis",
      "heic",
      "heix",
      "hevc",
      "heim",
      "mif1",
      "msf1",
      "crx ",
      "isom",
      "mp42",
      "qt  ",
      "3gp5",
      "M4A ",
    ].map((brand) => [`ISO media of brand ${brand}`, box(brand)]),
  ),
  "TIFF, little end first": latin("II*\0\b\0\0\0"),
  "TIFF, big end first": latin("MM\0*\0\0\0\b"),
  BigTIFF: latin("II+\0\b\0\0\0\x10\0\0\0\0\0\0\0"),
  "raw of a Canon": latin("II*\0\x10\0\0\0CR\x02\0"),
  "raw of a Panasonic": latin("IIU\0\x18\0\0\0"),
  BMP: latin("BM\x36\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0"),
  ICO: latin("\0\0\x01\0\x01\0\x10\x10\0\0\x01\0\x20\0"),
  CUR: latin("\0\0\x02\0\x01\0\x10\x10\0\0"),
  PSD: latin("8BPS\0\x01\0\0\0\0\0\0\0\x03"),
  PSB: latin("8BPS\0\x02\0\0\0\0\0\0\0\x03"),
  GIF87a: latin("GIF87a\xff\xff\xff\xff\x80\0\0"),
  GIF89a: latin("GIF89a\xff\xff\xff\xff\x80\0\0"),
  "JPEG 2000": latin("\0\0\0\fjP  \r\n\x87\n"),
  "JPEG 2000 without a box": latin("\xff\x4f\xff\x51\0\x2f\0\0"),
  "JPEG XL": latin("\xff\x0a\xfa\x1f\x01"),
  "JPEG XL in a box": latin("\0\0\0\fJXL \r\n\x87\n"),
  "JPEG XR": latin("II\xbc\x01\b\0\0\0"),
  "JPEG-LS without its first marker": latin("\xff\xf7\0\x0b\x08"),
  SVG: latin('<svg xmlns="http://www.w3.org/2000/svg" width="640" height="1280"><rect width="9" height="9"/></svg>'),
  "SVG behind a prolog": latin(
    '<?xml version="1.0"?><!DOCTYPE s [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg>&x;</svg>',
  ),
  "SVG of a billion laughs": latin(
    `<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha">${Array.from({ length: 9 }, (_, i) => `<!ENTITY ${"bcdefghij"[i]} "${`&${"abcdefghi"[i]};`.repeat(10)}">`).join("")}]><svg>&j;</svg>`,
  ),
  "SVG in gzip": gzipSync("<svg/>"),
  PDF: latin("%PDF-1.7\n1 0 obj\n<</Type/Catalog>>\n"),
  PostScript: latin("%!PS-Adobe-3.0 EPSF-3.0\n"),
  "EPS for DOS": latin("\xc5\xd0\xd3\xc6\x20\0\0\0"),
  WMF: latin("\xd7\xcd\xc6\x9a\0\0"),
  EMF: latin("\x01\0\0\0\x6c\0\0\0"),
  PCX: latin("\x0a\x05\x01\x08"),
  TGA: latin("\0\0\x02\0\0\0\0\0\0\0\0\0\x80\x02\0\x05\x18\0"),
  ...Object.fromEntries(
    ["P1", "P2", "P3", "P4", "P5", "P6", "P7", "Pf"].map((kind) => [
      `netpbm ${kind}`,
      latin(`${kind}\n640 1280\n255\n`),
    ]),
  ),
  XBM: latin("#define a_width 640\n#define a_height 1280\nstatic char a_bits[] = {0};"),
  XPM: latin("/* XPM */\nstatic char * a[] = {"),
  DDS: latin("DDS \x7c\0\0\0"),
  KTX: latin("\xabKTX 11\xbb\r\n\x1a\n"),
  OpenEXR: latin("\x76\x2f\x31\x01\x02\0\0\0"),
  "Radiance HDR": latin("#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n"),
  FITS: latin("SIMPLE  =                    T"),
  DICOM: Buffer.concat([Buffer.alloc(128), latin("DICM")]),
  VIPS: latin("\x08\xf2\xa6\xb6\0\0\x02\x80"),
  MNG: latin("\x8aMNG\r\n\x1a\n"),
  JNG: latin("\x8bJNG\r\n\x1a\n"),
  BPG: latin("BPG\xfb"),
  FLIF: latin("FLIF31"),
  QOI: latin("qoif\0\0\x02\x80\0\0\x05\0\x03\0"),
  AVI: latin("RIFF\xff\xff\0\0AVI LIST"),
  WAV: latin("RIFF\xff\xff\0\0WAVEfmt "),
  Matroska: latin("\x1a\x45\xdf\xa3"),
  MP3: latin("ID3\x04\0\0"),
  Ogg: latin("OggS\0\x02"),
  FLAC: latin("fLaC\0\0\0\x22"),
  Flash: latin("CWS\x0a"),
  "7z": latin("7z\xbc\xaf\x27\x1c"),
  RAR: latin("Rar!\x1a\x07\x01\0"),
  gzip: gzipSync("a"),
  bzip2: latin("BZh91AY&SY"),
  xz: latin("\xfd7zXZ\0"),
  Zstandard: latin("\x28\xb5\x2f\xfd"),
  compress: latin("\x1f\x9d\x90"),
  zlib: deflateSync("a"),
  "tar with a way out": Buffer.concat([latin("../../../../etc/cron.d/job".padEnd(100, "\0")), latin("0000644\0")]),
  cpio: latin("070701"),
  ELF: latin("\x7fELF\x02\x01\x01\0"),
  "a Windows program": latin("MZ\x90\0\x03\0\0\0"),
  "Mach-O": latin("\xcf\xfa\xed\xfe"),
  "a Java class": latin("\xca\xfe\xba\xbe\0\0\0\x41"),
  WebAssembly: latin("\0asm\x01\0\0\0"),
  HTML: latin("<!doctype html><html><script>alert(1)</script></html>"),
  "HTML behind spaces": latin(`${" ".repeat(600)}<html>`),
  XML: latin('<?xml version="1.0"?><a/>'),
  JSON: latin('{"image": "none"}'),
  script: latin("#!/bin/sh\nrm -rf /\n"),
  PHP: latin("<?php system($_GET[0]); ?>"),
  pickle: latin("\x80\x04\x95\x10\0\0\0\0\0\0\0\x8c\x02os"),
  SQLite: latin("SQLite format 3\0"),
  font: latin("\0\x01\0\0\0\x0f\x80"),
  WOFF: latin("wOFF\0\x01\0\0"),
  "a data URL": latin("data:image/png;base64,iVBORw0KGgo="),
  "a redirect in text": latin("http://169.254.169.254/latest/meta-data/"),
  "UTF-16": latin("\xff\xfe<\0h\0"),
  "a mark of byte order before a JPEG": latin("\xef\xbb\xbf\xff\xd8\xff\xe0"),
  "a line's end before a PNG": latin("\n\x89PNG\r\n\x1a\n"),
  "a PNG that went through a text transfer": latin("\x89PNG\n\x1a\n\0\0\0\rIHDR"),
};

/** Every format that may not enter: its beginning alone, before noise, and before a picture that is one of ours. */
export async function foreignFormats({ jpeg, png, webp }: Seeds): Promise<HostileFile[]> {
  const noise = Buffer.from(Array.from({ length: 4096 }, (_, i) => (i * 7919 + (i >> 3)) & 255));
  const beginnings = Object.entries(BEGINNINGS).flatMap(([name, begin]) => [
    refused(name, Buffer.from(begin)),
    refused(`${name}, and noise`, Buffer.concat([begin, noise])),
    refused(`${name} before a JPEG`, Buffer.concat([begin, jpeg.jpeg])),
  ]);
  return [...beginnings, ...(await written()), ...(await moving({ png, webp })), ...archives(jpeg.jpeg)];
}

/** What the encoder at hand writes whole. */
async function written(): Promise<HostileFile[]> {
  const small = () => squares(640, 1280);
  return [
    refused("a whole GIF", await squares(64, 128).gif().toBuffer()),
    refused("a whole TIFF", await small().tiff().toBuffer()),
    refused("a whole TIFF that holds a JPEG", await small().tiff({ compression: "jpeg" }).toBuffer()),
    refused("a whole pyramid of TIFF", await small().tiff({ tile: true, pyramid: true }).toBuffer()),
    refused("a whole AVIF", await squares(64, 128).avif({ effort: 0 }).toBuffer()),
  ];
}

/** Pictures that move: they are no photographs. */
async function moving({ png, webp }: Pick<Seeds, "png" | "webp">): Promise<HostileFile[]> {
  const still = (background: string) =>
    sharp({ create: { width: 640, height: 1280, channels: 3, background } })
      .png()
      .toBuffer();
  const joined = [await still("#f00"), await still("#00f")];
  const frames = (count: number) => chunk("acTL", big32(count), big32(0));
  const control = chunk(
    "fcTL",
    big32(0),
    big32(640),
    big32(1280),
    big32(0),
    big32(0),
    Buffer.from([0, 1, 0, 10, 0, 0]),
  );
  const [first] = chunksOf(png.png).filter(({ type }) => type === "IDAT");
  const data = first ? png.png.subarray(first.from + 8, first.to - 4) : Buffer.alloc(0);
  const second = [
    chunk("fcTL", big32(1), big32(640), big32(1280), big32(0), big32(0), Buffer.from([0, 1, 0, 10, 0, 0])),
    chunk("fdAT", big32(2), data),
  ];
  const animated = (count: number) =>
    Buffer.concat([
      png.png.subarray(0, 33),
      frames(count),
      control,
      png.png.subarray(33, -12),
      ...second,
      png.png.subarray(-12),
    ]);
  const frame = (picture: Uint8Array) =>
    riffChunk("ANMF", Buffer.alloc(6), Buffer.from([0x7f, 2, 0, 0xff, 4, 0, 100, 0, 0, 0]), picture);
  const loop = riffChunk("ANIM", Buffer.alloc(6));
  const coded = webp.lossy.subarray(12);
  return [
    refused(
      "a moving WebP",
      await sharp(joined, { join: { animated: true } })
        .webp({ delay: [50, 50] })
        .toBuffer(),
    ),
    refused("a moving WebP by hand", webpOf(canvas(640, 1280, HAS.animation), loop, frame(coded), frame(coded))),
    refused(
      "a moving WebP of 3,000 frames",
      webpOf(canvas(640, 1280, HAS.animation), loop, ...new Array<Buffer>(3000).fill(frame(coded.subarray(0, 200)))),
    ),
    refused("a moving PNG", animated(2)),
    refused("a moving PNG that counts four thousand million frames", animated(0xffffffff)),
    refused(
      "a moving PNG whose count comes late",
      Buffer.concat([png.png.subarray(0, 33), chunk("tEXt", Buffer.from("a\0b")), frames(2), png.png.subarray(33)]),
    ),
  ];
}

/** Archives, among them one that unpacks to what no disk holds; nothing here ever unpacks one. */
function archives(jpeg: Uint8Array): HostileFile[] {
  const nothing = new Uint8Array();
  const names = [
    "../../etc/passwd",
    "/etc/passwd",
    "C:\\windows\\win.ini",
    "..\\..\\a.jpg",
    "a\0.jpg",
    "a/../../b.jpg",
    "CON",
    "\u202egpj.exe",
  ];
  return [
    refused("a zip of a JPEG", zipOf([["a.jpg", jpeg]])),
    refused("a zip with ways out", zipOf(names.map((name) => [name, jpeg.subarray(0, 200)]))),
    refused("a zip of 20,000 names", zipOf(Array.from({ length: 20_000 }, (_, i) => [`${i}.jpg`, nothing]))),
    ...[1, 2, 3, 4, 5, 6].map((depth) =>
      refused(`zips in zips, sixteen in each, ${depth} deep, of 8 MB of nothing each`, nestedZip(depth, 16)),
    ),
  ];
}
