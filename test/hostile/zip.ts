import { crc32, deflateRawSync } from "node:zlib";
import { little32 } from "./webp.ts";

/** A zip of these names, whatever they are, and contents. */
export function zipOf(members: readonly (readonly [name: string, content: Uint8Array])[]): Buffer {
  const packedOnce = new Map<Uint8Array, Buffer>();
  const locals: Buffer[] = [];
  const central: Buffer[] = [];
  let at = 0;
  for (const [name, content] of members) {
    const packed = packedOnce.get(content) ?? deflateRawSync(content);
    packedOnce.set(content, packed);
    const common = Buffer.concat([
      Buffer.from([20, 0, 0, 0, 8, 0, 0, 0, 0, 0]),
      little32(crc32(content)),
      little32(packed.length),
      little32(content.length),
      little16(Buffer.byteLength(name)),
      little16(0),
    ]);
    const local = Buffer.concat([Buffer.from("PK\x03\x04"), common, Buffer.from(name), packed]);
    central.push(
      Buffer.concat([Buffer.from("PK\x01\x02\x14\0"), common, Buffer.alloc(10), little32(at), Buffer.from(name)]),
    );
    locals.push(local);
    at += local.length;
  }
  const directory = Buffer.concat(central);
  const count = little16(Math.min(0xffff, members.length));
  const end = [Buffer.from("PK\x05\x06\0\0\0\0"), count, count, little32(directory.length), little32(at), little16(0)];
  return Buffer.concat([...locals, directory, ...end]);
}

/** The idea of 42.zip: zips in zips, each level `breadth` times the one below, and zeros at the bottom. */
export function nestedZip(depth: number, breadth: number): Buffer {
  let content: Uint8Array = Buffer.alloc(8 * 1024 * 1024);
  for (let level = 0; level < depth; level++) {
    const within = content;
    content = zipOf(Array.from({ length: breadth }, (_, i) => [level === 0 ? `${i}.dll` : `lib ${i}.zip`, within]));
  }
  return Buffer.from(content);
}

function little16(value: number): Buffer {
  return Buffer.from([value & 255, (value >> 8) & 255]);
}
