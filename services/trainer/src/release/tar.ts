import { buffer } from "node:stream/consumers";
import { pack } from "tar-stream";

export interface TarMember {
  name: string;
  bytes: Uint8Array;
}

/** A tar whose bytes depend on its members alone: no clock, no user, one mode. */
export async function tarOf(members: readonly TarMember[]): Promise<Buffer> {
  const tar = pack();
  const whole = buffer(tar);
  for (const { name, bytes } of members) {
    tar.entry({ name, size: bytes.byteLength, mtime: new Date(0), mode: 0o644, uid: 0, gid: 0 }, Buffer.from(bytes));
  }
  tar.finalize();
  return whole;
}
