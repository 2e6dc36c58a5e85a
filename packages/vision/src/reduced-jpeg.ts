import { type FileHandle, open, unlink } from "node:fs/promises";

/** Memory with names, where Linux has it: what lies there touches no disk. */
const MEMORY = "/dev/shm";
let made = 0;

/**
 * Lends a JPEG to a decoder under a name that asks libjpeg for 1/`by` of its size (2, 4 or 8): it then computes only the coefficients that
 * such a picture has. sharp asks for that by itself only from a third of the size on, and has no option for it; libvips reads the option from a file's name. The file
 * has no name of its own by then, so a process that is killed leaves nothing behind. Undefined where the machine has no such memory, or it is full.
 */
export async function withReducedName<Value>(
  jpeg: Uint8Array,
  by: number,
  use: (name: string) => Promise<Value>,
): Promise<Value | undefined> {
  const file = await inMemory(jpeg);
  if (!file) return undefined;
  try {
    return await use(`/proc/self/fd/${file.fd}[shrink=${by}]`);
  } finally {
    await file.close();
  }
}

async function inMemory(bytes: Uint8Array): Promise<FileHandle | undefined> {
  if (process.platform !== "linux") return undefined;
  const path = `${MEMORY}/anyone-${process.pid}-${made++}`;
  let file: FileHandle | undefined;
  try {
    file = await open(path, "wx+", 0o600);
    await unlink(path);
    await file.writeFile(bytes);
    return file;
  } catch {
    await file?.close();
    return undefined;
  }
}
