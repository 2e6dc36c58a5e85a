import { createReadStream } from "node:fs";
import { realpath, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import type { Brought, Listing } from "@anyone/domain/source/candidate";
import type { SettingsOf } from "@anyone/domain/source/source";
import { isInside } from "./local-file.ts";

/** A dataset's folder of images, as a source of its own. */
export function imagesOf(dataset: { path: string; images: string; filesPerPage: number }): SettingsOf<"folder"> {
  const { path, images, filesPerPage } = dataset;
  return { kind: "folder", path: join(path, images), filesPerPage };
}

/** Numbers that a dataset's text file gives to images, for those of `names` only: `<image> <number> <number> …`, one image a line. */
export async function readNumbers(
  root: string,
  file: string,
  names: ReadonlySet<string>,
): Promise<Map<string, readonly number[]>> {
  const found = new Map<string, readonly number[]>();
  const path = await within(root, file);
  if (path === undefined) return found;
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY })) {
    const [name = "", ...numbers] = line.trim().split(/\s+/);
    if (names.has(name)) found.set(name, numbers.map(Number));
  }
  return found;
}

/** A file of the dataset as a URL, or undefined when it is not there, no file, or a link that leads out. */
export async function fileIn(root: string, file: string): Promise<string | undefined> {
  const path = await within(root, file);
  return path && pathToFileURL(path).href;
}

/** The name that annotation files call a listed image by. */
export function nameOf(listing: Listing): string {
  return basename(listing.externalId);
}

/** Pairs of x and y with how well each point is seen; undefined unless there are exactly so many. */
export function keypointsOf(
  pairs: readonly number[] | undefined,
  count: number,
  seen: (place: number, x: number, y: number) => 0 | 1 | 2,
): Brought["keypoints"] {
  if (pairs?.length !== 2 * count || !pairs.every(Number.isFinite)) return undefined;
  return Array.from({ length: count }, (_, place) => {
    const [x = 0, y = 0] = pairs.slice(2 * place);
    const visibility = seen(place, x, y);
    return visibility === 0 ? [0, 0, 0] : [x, y, visibility];
  });
}

async function within(root: string, file: string): Promise<string | undefined> {
  const base = await realpath(root).catch(() => undefined);
  const real = await realpath(join(root, file)).catch(() => undefined);
  if (base === undefined || real === undefined || !isInside(base, real)) return undefined;
  return (await stat(real)).isFile() ? real : undefined;
}
