import type { Stats } from "node:fs";
import { constants } from "node:fs";
import { type FileHandle, open, opendir, realpath, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Listing, Validators } from "@anyone/domain/source/candidate";
import type { SettingsOf } from "@anyone/domain/source/source";
import type { FetchRefused } from "../fetch/safe-fetch.ts";
import { type Connector, type Head, type Reach, Unlisted } from "./connector.ts";
import { isInside } from "./local-file.ts";
import { asImage } from "./read-image.ts";

/** Names that may hold an image; what they hold is judged by its bytes when it is read. */
const IMAGE_NAME = /\.(jpe?g|png|webp)$/i;
const MOST_BYTES = 64 * 1024 * 1024;
const DEEPEST = 32;

/**
 * Photographs in a folder, in the order of their paths; the cursor is the last path listed. Only regular files inside the
 * folder count: links are not followed, in listing and in reading, so nothing outside can be named by something inside.
 */
export const folder: Connector<"folder"> = {
  kind: "folder",

  async list(settings, cursor, reach, signal) {
    const root = await rootOf(settings.path, reach);
    if (cursor?.includes("\0")) throw new Unlisted("bad-cursor", "A cursor of a folder is a path in it.");
    const listings: Listing[] = [];
    let last: string | null = null;
    for await (const path of walk(root, "", cursor ?? "", 0)) {
      signal?.throwIfAborted();
      if (listings.length === settings.filesPerPage) return { listings, cursor: last, done: false };
      listings.push({ externalId: path, url: pathToFileURL(join(root, path)).href, licence: settings.licence });
      last = path;
    }
    return { listings, cursor: null, done: true };
  },

  async read(settings, url, reach) {
    const root = await rootOf(settings.path, reach);
    return withFile(root, url, async (file, facts) => {
      if (facts.size > MOST_BYTES) return refuse("too-large", `more than ${MOST_BYTES} bytes`);
      const image = asImage(await file.readFile(), url);
      return image.ok ? { ...image, validators: validatorsOf(facts) } : image;
    });
  },

  head: headOf,
};

/** By what a file of a folder is recognised. */
export async function headOf(settings: SettingsOf<"folder">, url: string, reach: Reach): Promise<Head | FetchRefused> {
  const root = await rootOf(settings.path, reach);
  return withFile(root, url, async (_file, facts) => ({ ok: true, validators: validatorsOf(facts) }));
}

/** As web servers make an ETag of a file: of its size and of when it was written. */
function validatorsOf({ size, mtimeMs }: Stats): Validators {
  return { etag: `"${size.toString(16)}-${Math.floor(mtimeMs * 1000).toString(16)}"` };
}

async function rootOf(path: string, { importRoots }: Reach): Promise<string> {
  const root = await realpath(path).catch((error: unknown) => {
    if (isClosed(error)) throw closed(path);
    throw new Unlisted("no-folder", `There is no folder ${path} on the crawler's machine.`);
  });
  if (!(await stat(root)).isDirectory()) throw new Unlisted("no-folder", `${path} is not a folder.`);
  if (importRoots.some((allowed) => isInside(allowed, root))) return root;
  throw new Unlisted("outside-import-roots", `${path} is in none of the folders that IMPORT_ROOTS allows.`);
}

/** Image files below `root/folder` in the order of their paths, beginning after `after`; folders that end before it are not entered. */
async function* walk(root: string, within: string, after: string, depth: number): AsyncGenerator<string> {
  if (depth > DEEPEST) return;
  const entries: { path: string; folder: boolean }[] = [];
  const folder = await opendir(join(root, within)).catch((error: unknown) => {
    throw isClosed(error) ? closed(join(root, within)) : error;
  });
  for await (const entry of folder) {
    const path = within === "" ? entry.name : `${within}/${entry.name}`;
    if (entry.isDirectory()) entries.push({ path, folder: true });
    else if (entry.isFile() && IMAGE_NAME.test(entry.name)) entries.push({ path, folder: false });
  }
  // A folder sorts as if its path ended in "/": then the order of entries is the order of the paths below them.
  const key = (entry: { path: string; folder: boolean }) => (entry.folder ? `${entry.path}/` : entry.path);
  entries.sort((a, b) => (key(a) < key(b) ? -1 : 1));
  for (const entry of entries) {
    if (entry.folder) {
      if (`${entry.path}/\u{10ffff}` > after) yield* walk(root, entry.path, after, depth + 1);
    } else if (entry.path > after) yield entry.path;
  }
}

/** Left out, its photographs would be missing and nobody would know. */
function closed(folder: string): Unlisted {
  return new Unlisted(
    "closed-folder",
    `The crawler's user may not read ${folder}. Give it the right to, or move that folder away, and import again.`,
  );
}

function isClosed(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "EACCES" || error.code === "EPERM");
}

async function withFile<Result>(
  root: string,
  url: string,
  work: (file: FileHandle, facts: Stats) => Promise<Result>,
): Promise<Result | FetchRefused> {
  const path = url.startsWith("file:") ? resolve(fileURLToPath(url)) : "";
  if (!isInside(root, path)) return refuse("outside-folder", "not inside the source's folder");
  const real = await realpath(path).catch(() => undefined);
  if (real === undefined) return refuse("not-found", "the file is gone");
  if (real !== path) return refuse("outside-folder", "a link is on its way");
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const facts = await file.stat();
      if (!facts.isFile()) return refuse("not-a-file", "not a regular file");
      return await work(file, facts);
    } finally {
      await file.close();
    }
  } catch (error) {
    return refuse("unreadable", error instanceof Error ? error.message : String(error));
  }
}

function refuse(reason: FetchRefused["reason"], detail: string): FetchRefused {
  return { ok: false, reason, detail };
}
