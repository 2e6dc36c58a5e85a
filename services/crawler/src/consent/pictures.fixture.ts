import { deflateSync } from "node:zlib";
import { encode } from "cborg";

const ascii = (text: string) => Buffer.from(text, "latin1");

/** A packet of XMP as cameras and editors write it. */
export function xmpPacket(attributes: string, elements = ""): string {
  return `<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:plus="http://ns.useplus.org/ldf/xmp/1.0/" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" ${attributes}>${elements}</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>`;
}

export const PROHIBITED = 'plus:DataMining="http://ns.useplus.org/ldf/vocab/DMI-PROHIBITED-GENAIMLTRAINING"';

function box(type: string, ...content: Uint8Array[]): Buffer {
  const body = Buffer.concat(content);
  const head = Buffer.alloc(8);
  head.writeUInt32BE(body.length + 8);
  head.write(type, 4, "latin1");
  return Buffer.concat([head, body]);
}

/** A superbox: its description with a label, and what it holds. */
export function superbox(label: string, ...content: Buffer[]): Buffer {
  return box("jumb", box("jumd", Buffer.alloc(16), Buffer.from([0b11]), ascii(`${label}\0`)), ...content);
}

/** A manifest store with one manifest of the given assertions. */
export function manifestStore(assertions: Readonly<Record<string, unknown>>): Buffer {
  const boxes = Object.entries(assertions).map(([label, value]) => superbox(label, box("cbor", encode(value))));
  return superbox("c2pa", superbox("urn:uuid:1", superbox("c2pa.assertions", ...boxes)));
}

export interface Inside {
  xmp?: string;
  jumbf?: Uint8Array;
}

/** A JPEG's segments around no picture at all. JUMBF is cut into parts of `part` bytes, each with the box's head again. */
export function jpegWith({ xmp, jumbf }: Inside, part = 60_000): Buffer {
  const segment = (marker: number, body: Uint8Array) => {
    const head = Buffer.from([0xff, marker, 0, 0]);
    head.writeUInt16BE(body.length + 2, 2);
    return Buffer.concat([head, body]);
  };
  const parts: Buffer[] = [Buffer.from([0xff, 0xd8]), segment(0xe0, ascii("JFIF\0\x01\x01\0\0\x01\0\x01\0\0"))];
  if (xmp !== undefined)
    parts.push(segment(0xe1, Buffer.concat([ascii("http://ns.adobe.com/xap/1.0/\0"), Buffer.from(xmp)])));
  if (jumbf) {
    const content = jumbf.subarray(8);
    for (let at = 0, number = 1; at < content.length; at += part, number++) {
      const head = Buffer.concat([ascii("JP"), Buffer.from([0, 1, 0, 0, 0, number]), jumbf.subarray(0, 8)]);
      parts.push(segment(0xeb, Buffer.concat([head, content.subarray(at, at + part)])));
    }
  }
  return Buffer.concat([...parts, Buffer.from([0xff, 0xda, 0, 2, 0xff, 0xd9])]);
}

export function pngWith({ xmp, jumbf }: Inside, compressed = false): Buffer {
  const chunk = (type: string, body: Uint8Array) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(body.length);
    return Buffer.concat([length, ascii(type), body, Buffer.alloc(4)]);
  };
  const parts = [ascii("\x89PNG\r\n\x1a\n"), chunk("IHDR", Buffer.alloc(13))];
  if (xmp !== undefined) {
    const text = compressed ? deflateSync(xmp) : Buffer.from(xmp);
    parts.push(
      chunk("iTXt", Buffer.concat([ascii("XML:com.adobe.xmp\0"), Buffer.from([Number(compressed), 0, 0, 0]), text])),
    );
  }
  if (jumbf) parts.push(chunk("caBX", jumbf));
  return Buffer.concat([...parts, chunk("IEND", new Uint8Array())]);
}

export function webpWith({ xmp, jumbf }: Inside): Buffer {
  const chunk = (type: string, body: Uint8Array) => {
    const length = Buffer.alloc(4);
    length.writeUInt32LE(body.length);
    return Buffer.concat([ascii(type), length, body, Buffer.alloc(body.length % 2)]);
  };
  const parts = [ascii("WEBP"), chunk("VP8X", Buffer.alloc(10))];
  if (xmp !== undefined) parts.push(chunk("XMP ", Buffer.from(xmp)));
  if (jumbf) parts.push(chunk("C2PA", jumbf));
  return chunk("RIFF", Buffer.concat(parts));
}

/** A JPEG that says in its frame that it has 640×1280 pixels, with `inside`, and a comment that makes its bytes its own. */
export function largeJpeg(inside: Inside = {}, name = ""): Buffer {
  const jpeg = jpegWith(inside);
  const frame = Buffer.from("ffc00011080500028003012200021101031101", "hex");
  const comment = Buffer.concat([Buffer.from([0xff, 0xfe, 0, name.length + 2]), ascii(name)]);
  return Buffer.concat([jpeg.subarray(0, 2), frame, comment, jpeg.subarray(2)]);
}
