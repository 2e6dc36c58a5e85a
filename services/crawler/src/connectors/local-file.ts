import { constants } from "node:fs";
import { type FileHandle, open, realpath } from "node:fs/promises";
import { relative, sep } from "node:path";
import type { AsyncBuffer } from "hyparquet";
import { type Reach, Unlisted } from "./connector.ts";

/** A file of the crawler's machine, read in ranges, as long as it lies in a folder that the operator allowed. Links lead nowhere. */
export async function withLocalFile<Result>(
  path: string,
  { importRoots }: Pick<Reach, "importRoots">,
  work: (file: AsyncBuffer) => Promise<Result>,
): Promise<Result> {
  const real = await realpath(path).catch(() => undefined);
  if (real === undefined) throw new Unlisted("no-file", `There is no file ${path} on the crawler's machine.`);
  if (!importRoots.some((root) => isInside(root, real))) {
    throw new Unlisted("outside-import-roots", `${path} is in none of the folders that IMPORT_ROOTS allows.`);
  }
  const file = await openFile(real);
  try {
    return await work(await inRanges(path, file));
  } finally {
    await file.close();
  }
}

/** Whether a path is a folder itself or lies below it; both are real paths. */
export function isInside(root: string, path: string): boolean {
  const way = relative(root, path);
  return way === "" || (way !== ".." && !way.startsWith(`..${sep}`));
}

async function openFile(path: string): Promise<FileHandle> {
  try {
    return await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    throw new Unlisted(
      "closed-file",
      `${path} can't be read: ${error instanceof Error ? error.message : String(error)}.`,
    );
  }
}

async function inRanges(path: string, file: FileHandle): Promise<AsyncBuffer> {
  const facts = await file.stat();
  if (!facts.isFile()) throw new Unlisted("no-file", `${path} is not a file.`);
  return {
    byteLength: facts.size,
    async slice(from, to = facts.size) {
      const begin = from < 0 ? facts.size + from : from;
      const length = Math.max(0, (to < 0 ? facts.size + to : to) - begin);
      const bytes = new Uint8Array(length);
      let read = 0;
      while (read < length) {
        const { bytesRead } = await file.read(bytes, read, length - read, begin + read);
        if (bytesRead === 0)
          throw new Unlisted("bad-list", `${path} became shorter while it was read.`, { passing: true });
        read += bytesRead;
      }
      return bytes.buffer;
    },
  };
}
