import { inflateSync } from "node:zlib";
import { sniffImage } from "@anyone/domain/source/candidate";

/** What a picture carries about itself, cut out of its container and not yet read. */
export interface Embedded {
  /** XMP packets, the extended one of a JPEG after its main one. */
  xmp: string[];
  /** C2PA manifest stores, as JUMBF. */
  jumbf: Uint8Array[];
}

/** Bytes of metadata, unpacked, that are looked at in one picture; real ones have a tenth of it. */
const MOST_BYTES = 4 * 1024 * 1024;
const MOST_PARTS = 1_000;

/** Cuts XMP and C2PA out of a JPEG, PNG or WebP. Never throws: what is damaged gives what stands before the damage. */
export function cutEmbedded(bytes: Uint8Array): Embedded {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (sniffImage(bytes)) {
    case "image/jpeg":
      return cutJpeg(view);
    case "image/png":
      return cutPng(view);
    case "image/webp":
      return cutWebp(view);
    default:
      return { xmp: [], jumbf: [] };
  }
}

const XMP = "http://ns.adobe.com/xap/1.0/\0";
const EXTENDED_XMP = "http://ns.adobe.com/xmp/extension/\0";
/** After its name: a GUID of 32, the whole length and this part's offset, 4 bytes each. */
const EXTENDED_HEAD = EXTENDED_XMP.length + 40;

/** Segments up to the picture's data. XMP is in APP1; JUMBF is in APP11, in parts that are numbered and repeat their box's head. */
function cutJpeg(bytes: Buffer): Embedded {
  const xmp: string[] = [];
  const extended: Buffer[] = [];
  const boxes = new Map<number, Buffer[]>();
  let left = MOST_BYTES;
  let at = 2;
  for (let part = 0; part < MOST_PARTS && at + 4 <= bytes.length && bytes[at] === 0xff; part++) {
    const marker = bytes[at + 1] ?? 0;
    if (marker === 0xda || marker === 0xd9) break;
    if (marker === 0xff) {
      at++;
      continue;
    }
    const body = bytes.subarray(at + 4, at + 2 + bytes.readUInt16BE(at + 2));
    at += 2 + Math.max(2, bytes.readUInt16BE(at + 2));
    left -= body.length;
    if (left < 0) break;
    if (marker === 0xe1 && startsWith(body, XMP)) xmp.push(body.toString("utf8", XMP.length));
    if (marker === 0xe1 && startsWith(body, EXTENDED_XMP)) extended.push(body.subarray(EXTENDED_HEAD));
    if (marker === 0xeb && startsWith(body, "JP") && body.length > 16) {
      const box = body.readUInt16BE(2);
      const parts = boxes.get(box) ?? [];
      boxes.set(box, parts);
      parts.push(body.subarray(parts.length === 0 ? 8 : 16));
    }
  }
  if (extended.length > 0) xmp.push(Buffer.concat(extended).toString("utf8"));
  return { xmp, jumbf: [...boxes.values()].map((parts) => Buffer.concat(parts)) };
}

/** XMP is an iTXt of its own keyword, maybe compressed; C2PA is the chunk `caBX`. */
function cutPng(bytes: Buffer): Embedded {
  const found: Embedded = { xmp: [], jumbf: [] };
  let left = MOST_BYTES;
  let at = 8;
  for (let part = 0; part < MOST_PARTS && at + 12 <= bytes.length; part++) {
    const length = bytes.readUInt32BE(at);
    const type = bytes.toString("latin1", at + 4, at + 8);
    const body = bytes.subarray(at + 8, at + 8 + length);
    at += 12 + length;
    if (type === "caBX") {
      left -= length;
      if (left >= 0) found.jumbf.push(body);
    }
    if (type === "iTXt" && startsWith(body, "XML:com.adobe.xmp\0")) {
      const text = internationalText(body, left);
      left -= text?.length ?? left;
      if (text !== undefined) found.xmp.push(text.toString("utf8"));
    }
    if (left <= 0) break;
  }
  return found;
}

/** Keyword NUL, compressed or not, method, language NUL, translated keyword NUL, text: of at most so many bytes. */
function internationalText(body: Buffer, most: number): Buffer | undefined {
  const keyword = body.indexOf(0);
  const language = body.indexOf(0, keyword + 3);
  const translated = language < 0 ? -1 : body.indexOf(0, language + 1);
  if (translated < 0) return undefined;
  const text = body.subarray(translated + 1);
  if (body[keyword + 1] !== 1) return text.length <= most ? text : undefined;
  try {
    return inflateSync(text, { maxOutputLength: most });
  } catch {
    return undefined;
  }
}

/** Chunks of RIFF: `XMP ` and `C2PA`, each padded to an even length. */
function cutWebp(bytes: Buffer): Embedded {
  const found: Embedded = { xmp: [], jumbf: [] };
  let left = MOST_BYTES;
  let at = 12;
  for (let part = 0; part < MOST_PARTS && at + 8 <= bytes.length; part++) {
    const type = bytes.toString("latin1", at, at + 4);
    const length = bytes.readUInt32LE(at + 4);
    const body = bytes.subarray(at + 8, at + 8 + length);
    at += 8 + length + (length % 2);
    if (type !== "XMP " && type !== "C2PA") continue;
    left -= body.length;
    if (left < 0) break;
    if (type === "XMP ") found.xmp.push(body.toString("utf8"));
    else found.jumbf.push(body);
  }
  return found;
}

function startsWith(body: Buffer, text: string): boolean {
  return body.length >= text.length && body.toString("latin1", 0, text.length) === text;
}
