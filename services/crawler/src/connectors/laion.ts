import { createHash } from "node:crypto";
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from "node:zlib";
import { Listing } from "@anyone/domain/source/candidate";
import type { SettingsOf } from "@anyone/domain/source/source";
import { type Compressors, type FileMetaData, parquetMetadataAsync, parquetReadObjects } from "hyparquet";
import { type Connector, Unlisted } from "./connector.ts";
import { readImage } from "./read-image.ts";
import { remoteFile } from "./remote-file.ts";

/** What a column means to us, by the names that LAION's releases and their kin gave it. */
const COLUMNS: Readonly<Record<string, readonly string[]>> = {
  url: ["url"],
  caption: ["text", "caption", "top_caption"],
  width: ["width", "original_width"],
  height: ["height", "original_height"],
  licence: ["license", "licence"],
  unsafe: ["punsafe"],
  watermark: ["pwatermark"],
  similarity: ["similarity"],
  hash: ["hash"],
  md5: ["md5"],
};

/** Pages of other codecs than snappy; each is told how long its output must be, so none can grow without bound. */
const compressors: Compressors = {
  GZIP: (input, length) => gunzipSync(input, { maxOutputLength: length }),
  BROTLI: (input, length) => brotliDecompressSync(input, { maxOutputLength: length }),
  ZSTD: (input, length) => zstdDecompressSync(input, { maxOutputLength: length }),
};

/** Rows of parquet files on the web, file after file; the cursor is `file:row`. Rows are judged by their columns before any of their URLs is asked. */
export const laion: Connector<"laion"> = {
  kind: "laion",

  async list(settings, cursor, { fetch }, signal) {
    const [fileIndex, rowStart] = position(cursor);
    const url = settings.files[fileIndex];
    if (url === undefined) return { listings: [], cursor: null, done: true };
    const file = await remoteFile(url, fetch, settings.politeness, signal);
    const { rows, total } = await readRows(url, file, rowStart, settings.rowsPerPage);
    const following =
      rowStart + settings.rowsPerPage < total
        ? `${fileIndex}:${rowStart + settings.rowsPerPage}`
        : `${fileIndex + 1}:0`;
    const done = following === `${settings.files.length}:0`;
    return { listings: rows.flatMap((row) => toListing(row, settings)), cursor: done ? null : following, done };
  },

  read: (settings, url, { fetch }, signal) => readImage(fetch, url, settings.politeness, signal),
};

function position(cursor: string | null): [file: number, row: number] {
  const [, file, row] = /^(\d+):(\d+)$/.exec(cursor ?? "0:0") ?? [];
  if (file === undefined || row === undefined) throw new Unlisted("bad-cursor", `"${cursor}" is no place in a list.`);
  return [Number(file), Number(row)];
}

async function readRows(
  url: string,
  file: Awaited<ReturnType<typeof remoteFile>>,
  rowStart: number,
  count: number,
): Promise<{ rows: Row[]; total: number }> {
  try {
    const metadata = await parquetMetadataAsync(file);
    const names = columnNames(metadata);
    if (names.url === undefined) throw new Unlisted("no-url-column", `The list ${url} has no column of URLs.`);
    const total = Number(metadata.num_rows);
    const rowEnd = Math.min(rowStart + count, total);
    if (rowStart >= rowEnd) return { rows: [], total };
    const raw = await parquetReadObjects({
      file,
      metadata,
      columns: Object.values(names),
      rowStart,
      rowEnd,
      compressors,
      useOffsetIndex: true,
    });
    const pairs = Object.entries(names);
    return { rows: raw.map((row) => Object.fromEntries(pairs.map(([meaning, name]) => [meaning, row[name]]))), total };
  } catch (error) {
    if (error instanceof Unlisted) throw error;
    throw new Unlisted(
      "bad-parquet",
      `The list ${url} is not a parquet file: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

type Row = Record<string, unknown>;

function columnNames({ schema }: FileMetaData): Record<string, string> {
  const present = new Map(schema.map((element) => [element.name.toLowerCase(), element.name]));
  const found = Object.entries(COLUMNS).flatMap(([meaning, names]) => {
    const name = names.map((alias) => present.get(alias)).find((known) => known !== undefined);
    return name === undefined ? [] : [[meaning, name] as const];
  });
  return Object.fromEntries(found);
}

/** A row as a listing, unless its columns already say that it would be dropped, or its URL is none. */
function toListing(row: Row, settings: SettingsOf<"laion">): Listing[] {
  const width = positive(row.width);
  const height = positive(row.height);
  if (width !== undefined && width < settings.minWidth) return [];
  if (height !== undefined && height < settings.minHeight) return [];
  if (typeof row.unsafe === "number" && row.unsafe > settings.maxUnsafe) return [];
  if (typeof row.watermark === "number" && row.watermark > settings.maxWatermark) return [];
  const listing = Listing.safeParse({
    externalId: createHash("sha256").update(String(row.url)).digest("hex").slice(0, 32),
    url: row.url,
    licence: text(row.licence)?.slice(0, 200),
    caption: text(row.caption)?.slice(0, 4000),
    width,
    height,
    claims: claims(row, ["unsafe", "watermark", "similarity", "hash", "md5"]),
  });
  return listing.success && /^https?:/.test(listing.data.url) ? [listing.data] : [];
}

function positive(value: unknown): number | undefined {
  const number = Number(value ?? Number.NaN);
  return Number.isInteger(number) && number > 0 ? number : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value.trim() !== "" ? value.trim() : undefined;
}

function claims(row: Row, names: readonly string[]): Record<string, string | number> {
  const present = names.flatMap((name) => {
    const value = row[name];
    if (typeof value === "bigint") return [[name, value.toString()] as const];
    return typeof value === "number" || typeof value === "string" ? [[name, value] as const] : [];
  });
  return Object.fromEntries(present);
}
