import { randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, link, mkdir, open, opendir, rename, rm, stat, unlink } from "node:fs/promises";
import { dirname, join, resolve, sep } from "node:path";
import { Readable } from "node:stream";
import { type Fault, fault } from "@anyone/domain/fault";
import { assertKey } from "./keys.ts";
import type { Store } from "./store.ts";

/**
 * Objects as files below one folder. A file is written beside its place, synced, and moved there in one step, then
 * its folder is synced: after a power cut an object is whole or absent. Unfinished files lie in `.incoming`.
 */
export function filesystemStore(folder: string): Store {
  const root = resolve(folder);
  const folders = new Folders(root);

  return {
    async put(key, bytes) {
      const place = pathOf(root, key);
      await writeBeside(folders, bytes, place, (draft) => rename(draft, place));
    },

    async putIfAbsent(key, bytes) {
      const place = pathOf(root, key);
      if (await isFile(place)) return false;
      // A hard link fails when the name is taken, so of many writers exactly one wins.
      return writeBeside(folders, bytes, place, (draft) => link(draft, place)).then(
        () => true,
        (error) => {
          if (codeOf(error) === "EEXIST") return false;
          throw error;
        },
      );
    },

    async get(key) {
      return withFile(root, key, (file) => file.readFile());
    },

    async open(key, range = {}) {
      const file = await openFile(root, key);
      const start = range.start ?? 0;
      if (range.end !== undefined && range.end <= start) {
        await file.close();
        return new Blob([]).stream();
      }
      const last = range.end === undefined ? {} : { end: range.end - 1 };
      return Readable.toWeb(file.createReadStream({ start, ...last })) as ReadableStream<Uint8Array>;
    },

    async has(key) {
      return isFile(pathOf(root, key));
    },

    async size(key) {
      return withFile(root, key, async (file) => (await file.stat()).size);
    },

    async delete(key) {
      const place = pathOf(root, key);
      await rm(place, { force: true }).catch((error) => {
        if (codeOf(error) !== "ENOTDIR") throw storeFault("delete", key, error);
      });
    },

    list: (prefix) => listFiles(root, prefix),
  };
}

function pathOf(root: string, key: string): string {
  assertKey(key);
  if (key.startsWith(".incoming/")) throw fault("bad-input", `"${key}" is a name the object store keeps for itself.`);
  const place = join(root, ...key.split("/"));
  if (!place.startsWith(root + sep)) throw fault("bad-input", `"${key}" would leave the object store.`);
  return place;
}

async function writeBeside(
  folders: Folders,
  bytes: Uint8Array,
  place: string,
  publish: (draft: string) => Promise<void>,
): Promise<void> {
  const folder = dirname(place);
  const write = async () => {
    await folders.make(folders.incoming);
    await folders.make(folder);
    const draft = join(folders.incoming, randomUUID());
    try {
      const file = await open(draft, "wx", 0o644);
      try {
        await file.writeFile(bytes);
        await file.sync();
      } finally {
        await file.close();
      }
      await publish(draft);
      await syncFolder(folder);
    } finally {
      // What keeps it from being removed kept it from being written, and that is said already.
      await unlink(draft).catch(() => {});
    }
  };
  try {
    await write().catch((error) => {
      if (codeOf(error) !== "ENOENT") throw error;
      folders.forget(); // somebody removed one
      return write();
    });
  } catch (error) {
    throw codeOf(error) === "EEXIST" ? error : storeFault("write", place, error);
  }
}

/** The folders below the root that this process has made, or found and made durable: a name is durable once the folder that holds it is synced. */
class Folders {
  readonly incoming: string;
  readonly #root: string;
  readonly #known = new Set<string>();

  constructor(root: string) {
    this.#root = root;
    this.incoming = join(root, ".incoming");
  }

  /** Makes the folder and those above it, if need be. */
  async make(folder: string): Promise<void> {
    if (this.#known.has(folder)) return;
    const firstMade = await mkdir(folder, { recursive: true });
    const madeRoot = firstMade !== undefined && !firstMade.startsWith(this.#root + sep);
    const highest = madeRoot ? dirname(firstMade) : this.#root;
    for (let above = dirname(folder); ; above = dirname(above)) {
      await syncFolder(above);
      if (above === highest) break;
    }
    this.#known.add(folder);
  }

  /** Lets all be made again. */
  forget(): void {
    this.#known.clear();
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, constants.O_RDONLY);
  await handle.sync().finally(() => handle.close());
}

async function withFile<Result>(
  root: string,
  key: string,
  read: (file: FileHandle) => Promise<Result>,
): Promise<Result> {
  const file = await openFile(root, key);
  try {
    return await read(file);
  } catch (error) {
    throw storeFault("read", key, error);
  } finally {
    await file.close();
  }
}

async function openFile(root: string, key: string): Promise<FileHandle> {
  const place = pathOf(root, key);
  let file: FileHandle;
  try {
    // A link below the root could lead out of it.
    file = await open(place, constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch (error) {
    throw storeFault("read", key, error);
  }
  if ((await file.stat()).isFile()) return file;
  await file.close();
  throw missing(key);
}

async function isFile(place: string): Promise<boolean> {
  return stat(place).then(
    (found) => found.isFile(),
    (error) => {
      if (["ENOENT", "ENOTDIR"].includes(codeOf(error) ?? "")) return false;
      throw storeFault("read", place, error);
    },
  );
}

async function* listFiles(root: string, prefix: string): AsyncGenerator<string> {
  const folder = prefix.includes("/") ? prefix.slice(0, prefix.lastIndexOf("/") + 1) : "";
  if (folder !== "") assertKey(folder.slice(0, -1));
  yield* walk(root, folder, prefix);
}

async function* walk(root: string, folder: string, prefix: string): AsyncGenerator<string> {
  const names: string[] = [];
  try {
    for await (const entry of await opendir(join(root, folder))) {
      if (folder === "" && entry.name === ".incoming") continue;
      if (entry.isDirectory()) names.push(`${entry.name}/`);
      else if (entry.isFile()) names.push(entry.name);
    }
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes(codeOf(error) ?? "")) return;
    throw storeFault("list", folder, error);
  }
  for (const name of names.sort((a, b) => (a < b ? -1 : 1))) {
    const key = folder + name;
    if (!key.startsWith(prefix) && !prefix.startsWith(key)) continue;
    if (name.endsWith("/")) yield* walk(root, key, prefix);
    else if (key.startsWith(prefix)) yield key;
  }
}

function storeFault(verb: string, key: string, error: unknown): Fault {
  const code = codeOf(error);
  if (code === "ENOENT" || code === "ENOTDIR" || code === "EISDIR") return missing(key, error);
  if (code === "ENOSPC" || code === "EDQUOT") {
    return fault("unavailable", `The disk is full: the object store can't ${verb} ${key}.`, {
      cause: error,
      hint: "Free some space; the work goes on by itself.",
    });
  }
  if (code === "EACCES" || code === "EPERM" || code === "EROFS") {
    return fault("bad-environment", `The object store may not ${verb} ${key}: ${code}.`, {
      cause: error,
      hint: "Give this user the right to write below the folder in OBJECTS_URL.",
    });
  }
  return fault("unavailable", `The object store can't ${verb} ${key}: ${code ?? String(error)}.`, { cause: error });
}

function missing(key: string, cause?: unknown): Fault {
  return fault("not-found", `There is no object ${key}.`, { cause });
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error ? String(error.code) : undefined;
}
