import { deflateSync } from "node:zlib";
import { either, type HostileFile } from "./hostile-file.ts";
import { segment, withSegments } from "./jpeg.ts";
import { big32, chunk, withChunks } from "./png.ts";
import { HEIGHT, type Seeds, WIDTH } from "./seeds.ts";
import { canvas, codedPart, HAS, riffChunk, webpOf } from "./webp.ts";

/** Pictures whose pixels are in order, and what they say of themselves is not. */
export function metadata(seeds: Seeds): HostileFile[] {
  return [
    ...inEach(seeds, "EXIF", EXIFS, { jpeg: [exifSegment], png: "eXIf", webp: "EXIF", flag: HAS.exif }),
    ...inEach(seeds, "XMP", XMPS, { jpeg: [xmpSegment], png: "iTXt", webp: "XMP ", flag: HAS.xmp }),
    ...inEach(seeds, "C2PA", MANIFESTS, { jpeg: [jumbfSegment], png: "caBX", webp: "C2PA", flag: 0 }),
    ...inEach(seeds, "a profile", PROFILES, { jpeg: [iccSegment], png: "iCCP", webp: "ICCP", flag: HAS.icc }),
    ...Object.entries(SEGMENTS).map(([name, parts]) =>
      either(`a JPEG with ${name}`, withSegments(seeds.jpeg.jpeg, ...parts)),
    ),
  ];
}

interface Places {
  jpeg: ((body: Uint8Array) => Uint8Array)[];
  png: string;
  webp: string;
  flag: number;
}

function inEach(
  { jpeg, png, webp }: Seeds,
  what: string,
  bodies: Readonly<Record<string, Uint8Array>>,
  places: Places,
): HostileFile[] {
  return Object.entries(bodies).flatMap(([name, body]) => [
    either(
      `a JPEG with ${what} ${name}`,
      withSegments(jpeg.jpeg, ...places.jpeg.map((write) => write(body.subarray(0, 65_000)))),
    ),
    either(`a PNG with ${what} ${name}`, withChunks(png.palette, chunk(places.png, inPng(places.png, body)))),
    either(
      `a WebP with ${what} ${name}`,
      webpOf(
        canvas(WIDTH, HEIGHT, places.flag),
        riffChunk(places.webp, body),
        codedPart(webp.lossy),
        riffChunk(places.webp, body),
      ),
    ),
  ]);
}

function inPng(type: string, body: Uint8Array): Uint8Array {
  if (type === "iTXt") return Buffer.concat([latin("XML:com.adobe.xmp\0\0\0\0\0"), body]);
  return type === "iCCP" ? Buffer.concat([latin("p\0\0"), deflateSync(body)]) : body;
}

const latin = (text: string) => Buffer.from(text, "latin1");
const hex = (text: string) => Buffer.from(text.replaceAll(" ", ""), "hex");
const exifSegment = (body: Uint8Array) => segment(0xe1, latin("Exif\0\0"), body);
const xmpSegment = (body: Uint8Array) => segment(0xe1, latin("http://ns.adobe.com/xap/1.0/\0"), body);
const jumbfSegment = (body: Uint8Array) => segment(0xeb, latin("JP\0\x01\0\0\0\x01"), body);
const iccSegment = (body: Uint8Array) => segment(0xe2, latin("ICC_PROFILE\0\x01\x01"), body);

/** One directory of EXIF with one entry. */
const entry = (tag: string, type: string, count: string, value: string) =>
  hex(`4d4d002a 00000008 0001 ${tag} ${type} ${count} ${value} 00000000`);

const EXIFS: Readonly<Record<string, Uint8Array>> = {
  ...Object.fromEntries(
    [0, 2, 3, 4, 5, 6, 7, 8, 9, 255, 65_535].map((turn) => [
      `turned by ${turn}`,
      entry("0112", "0003", "00000001", `${turn.toString(16).padStart(4, "0")} 0000`),
    ]),
  ),
  "of a directory that leads to itself": hex("4d4d002a 00000008 0001 0112 0003 00000001 00010000 00000008"),
  "of directories within themselves": hex(
    "4d4d002a 00000008 0002 8769 0004 00000001 00000008 8825 0004 00000001 00000008 00000000",
  ),
  "of four thousand million values": entry("0112", "0005", "ffffffff", "00000008"),
  "whose values lie outside": entry("010e", "0002", "0000ffff", "fffffff0"),
  "of an unknown kind of value": entry("0112", "00ff", "00000001", "00010000"),
  "of 65,535 entries and none": hex("4d4d002a 00000008 ffff"),
  "whose first directory lies outside": hex("4d4d002a ffffffff 0000"),
  "whose first directory lies before it": hex("4d4d002a 00000000 0000"),
  "in two orders of bytes": hex("49494d4d 2a000000 08000000"),
  "that is cut off": hex("4d4d00"),
  "with a place divided by nothing": hex(
    "4d4d002a 00000008 0001 8825 0004 00000001 0000001a 00000000 0002 0001 0002 00000002 4e000000 0002 0005 00000003 00000038 00000000 00000001 00000000 00000000 00000000 ffffffff 00000000",
  ),
  "with a thumbnail outside": hex(
    "4d4d002a 00000008 0000 0000000e 0002 0201 0004 00000001 7fffffff 0202 0004 00000001 7fffffff 00000000",
  ),
  "of nothing but noise": Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * 7919 + (i >> 2)) & 255)),
};

const XMPS: Readonly<Record<string, Uint8Array>> = {
  "of a billion laughs": latin(
    `<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha">${Array.from({ length: 9 }, (_, i) => `<!ENTITY ${"bcdefghij"[i]} "${`&${"abcdefghi"[i]};`.repeat(10)}">`).join("")}]><x>&j;</x>`,
  ),
  "that asks for a file of ours": latin(
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><x>&f;</x>',
  ),
  "60,000 deep": latin("<a>".repeat(20_000)),
  "deep and closed": latin(`${"<a>".repeat(9000)}${"</a>".repeat(9000)}`),
  "that never closes": latin('<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF'),
  "of 9,000 attributes": latin(`<a ${Array.from({ length: 9000 }, (_, i) => `b${i}=""`).join(" ")}/>`),
  "of one long attribute": latin(`<a b="${"x".repeat(60_000)}"/>`),
  "without a name space": latin('<rdf:Description plus:DataMining="no"/>'),
  "of broken UTF-8": hex("3c61 20 62 3d 22 c3 28 a0 a1 f0 28 8c bc 22 2f 3e"),
  "in UTF-16": Buffer.from('<a xmlns:plus="http://ns.useplus.org/ldf/xmp/1.0/" plus:DataMining="x"/>', "utf16le"),
  "of NULs": Buffer.alloc(20_000),
  "that is empty": Buffer.alloc(0),
};

function superbox(label: string, ...content: Uint8Array[]): Buffer {
  return box("jumb", box("jumd", Buffer.alloc(16), Buffer.from([3]), latin(`${label}\0`)), ...content);
}
function box(type: string, ...content: Uint8Array[]): Buffer {
  const body = Buffer.concat(content);
  return Buffer.concat([big32(body.length + 8), latin(type), body]);
}
const mining = (content: Uint8Array) => superbox("c2pa", superbox("c2pa.training-mining", content));
const nested = (depth: number) => {
  let within = superbox("innermost");
  for (let i = 0; i < depth; i++) within = superbox("c2pa", within);
  return within;
};

const MANIFESTS: Readonly<Record<string, Uint8Array>> = {
  "1,500 boxes deep": nested(1500),
  "of a box of no length": Buffer.concat([big32(0), latin("jumb"), big32(0), latin("jumb")]),
  "of a box shorter than its head": Buffer.concat([big32(4), latin("jumb"), Buffer.alloc(40)]),
  "of a box of 2^63 bytes": Buffer.concat([big32(1), latin("jumb"), Buffer.alloc(8, 0xff), Buffer.alloc(40)]),
  "of a box longer than the file": Buffer.concat([big32(0x7fffffff), latin("jumb"), Buffer.alloc(40)]),
  "of 7,000 empty boxes": Buffer.concat(new Array<Buffer>(7000).fill(box("cbor"))),
  "of an array of 2^64 values": mining(box("cbor", hex("9bffffffffffffffff"))),
  "of a text of 2^63 bytes": mining(box("cbor", hex("7b7fffffffffffffff 6161"))),
  "of arrays 50,000 deep": mining(box("cbor", Buffer.alloc(50_000, 0x81))),
  "of tags 50,000 deep": mining(box("cbor", Buffer.alloc(50_000, 0xc0))),
  "of an array that never ends": mining(box("cbor", Buffer.alloc(10, 0x9f))),
  "of JSON 30,000 deep": mining(box("json", latin("[".repeat(30_000)))),
  "of JSON with a prototype": mining(
    box("json", latin('{"entries":{"__proto__":{"use":"allowed"},"constructor":{"use":"allowed"}}}')),
  ),
  "of entries that are none": mining(
    box("json", latin('{"entries":{"c2pa.ai_training":{"use":7},"c2pa.data_mining":null}}')),
  ),
  "without labels": box("jumb", box("jumd", Buffer.alloc(17)), box("cbor", hex("a0"))),
};

const profile = (size: number, tags: number, length = 200) =>
  Buffer.concat([
    big32(size),
    latin("lcms\x04\0\0\0mntrRGB XYZ "),
    Buffer.alloc(16),
    latin("acsp"),
    Buffer.alloc(88),
    big32(tags),
    Buffer.alloc(length),
  ]);

const PROFILES: Readonly<Record<string, Uint8Array>> = {
  "of no bytes": Buffer.alloc(0),
  "of 10 bytes": Buffer.alloc(10, 1),
  "that claims 4 GB": profile(0xffffffff, 1),
  "that claims less than its head": profile(4, 1),
  "of 2^32 tags": profile(332, 0xffffffff),
  "of 2^28 tags": profile(332, 0x10000000),
  "whose tags lie outside": Buffer.concat([
    profile(332, 2, 0),
    latin("rXYZ"),
    big32(0xfffffff0),
    big32(0xff),
    latin("rTRC"),
    big32(4),
    big32(0xffffffff),
  ]),
  "of noise": Buffer.from(Array.from({ length: 3000 }, (_, i) => (i * 31 + (i >> 4)) & 255)),
  "for printers": Buffer.concat([
    big32(332),
    latin("lcms\x04\0\0\0prtrCMYKLab "),
    Buffer.alloc(16),
    latin("acsp"),
    Buffer.alloc(292),
  ]),
};

const icc = (part: number, of: number, body: Uint8Array) =>
  segment(0xe2, latin("ICC_PROFILE\0"), Buffer.from([part, of]), body);
const extended = (length: number, offset: number) =>
  segment(
    0xe1,
    latin(`http://ns.adobe.com/xmp/extension/\0${"A".repeat(32)}`),
    big32(length),
    big32(offset),
    latin("<a/>"),
  );
const pictures = (count: number, offset: number) =>
  segment(
    0xe2,
    latin("MPF\0"),
    hex(
      `4d4d002a 00000008 0002 b001 0004 00000001 ${count.toString(16).padStart(8, "0")} b002 0007 ${((count * 16) >>> 0).toString(16).padStart(8, "0")} ${offset.toString(16).padStart(8, "0")} 00000000`,
    ),
  );

/** What only JPEG has: segments in parts, several pictures, and editors' notes. */
const SEGMENTS: Readonly<Record<string, Uint8Array[]>> = {
  "a profile whose parts are missing": [icc(2, 5, Buffer.alloc(100))],
  "a profile in part 0 of 0": [icc(0, 0, Buffer.alloc(100))],
  "a profile in 255 parts of the same number": new Array<Buffer>(255).fill(icc(1, 255, Buffer.alloc(100))),
  "a profile in parts that run backwards": [3, 2, 1].map((part) => icc(part, 3, Buffer.alloc(60_000, part))),
  "a profile of 16 MB": Array.from({ length: 255 }, (_, i) => icc(i + 1, 255, Buffer.alloc(65_000, i))),
  "extended XMP that claims 4 GB": [extended(0xffffffff, 0)],
  "extended XMP that begins beyond its end": [extended(10, 0xfffffff0)],
  "extended XMP in a thousand parts": new Array<Buffer>(1000).fill(extended(4000, 0)),
  "65,535 pictures in it": [pictures(65_535, 0x32)],
  "two pictures, the second one outside": [pictures(2, 0xffffff00)],
  "pictures of pictures": [pictures(0xffffffff, 8)],
  "wild resources of an editor": [segment(0xed, latin("Photoshop 3.0\x008BIM\x04\x04\0\0"), big32(0xffffffff))],
  "two EXIFs": [exifSegment(EXIFS["turned by 6"] as Uint8Array), exifSegment(EXIFS["turned by 3"] as Uint8Array)],
  "C2PA in parts that repeat": new Array<Buffer>(500).fill(jumbfSegment(box("jumb", Buffer.alloc(40)))),
  "C2PA in 60,000 boxes": Array.from({ length: 900 }, (_, i) =>
    segment(0xeb, latin("JP"), Buffer.from([i >> 8, i & 255, 0, 0, 0, 1]), Buffer.alloc(40)),
  ),
  ...Object.fromEntries(
    [0, 1, 2, 3, 255].map((transform) => [
      `Adobe's colours ${transform}`,
      [segment(0xee, latin("Adobe\0\x64\0\0\0\0"), Buffer.from([transform]))],
    ]),
  ),
  "JFIF of a thumbnail of 255×255": [segment(0xe0, latin("JFIF\0\x01\x02\0\0\x01\0\x01\xff\xff"))],
};
