import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from "node:zlib";
import { type AsyncBuffer, type Compressors, parquetMetadataAsync, parquetReadObjects } from "hyparquet";
import { Unlisted } from "./connector.ts";
import { columnsOf, type Row } from "./list-rows.ts";

/** Pages of other codecs than snappy; each is told how long its output must be, so none can grow without bound. */
const compressors: Compressors = {
  GZIP: (input, length) => gunzipSync(input, { maxOutputLength: length }),
  BROTLI: (input, length) => brotliDecompressSync(input, { maxOutputLength: length }),
  ZSTD: (input, length) => zstdDecompressSync(input, { maxOutputLength: length }),
};

/**
 * Rows of a parquet file, of those columns only that mean something to us.
 * @param name of the file, for sentences
 * @throws Unlisted `no-url-column`, `bad-parquet`
 */
export async function parquetRows(
  name: string,
  file: AsyncBuffer,
  at: { row: number; count: number },
): Promise<{ rows: Row[]; next: number | undefined }> {
  try {
    const metadata = await parquetMetadataAsync(file);
    const columns = columnsOf(metadata.schema.map((element) => element.name));
    if (columns.url === undefined)
      throw noUrlColumn(
        name,
        metadata.schema.slice(1).map((element) => element.name),
      );
    const total = Number(metadata.num_rows);
    const rowEnd = Math.min(at.row + at.count, total);
    if (at.row >= rowEnd) return { rows: [], next: undefined };
    const raw = await parquetReadObjects({
      file,
      metadata,
      columns: Object.values(columns),
      rowStart: at.row,
      rowEnd,
      compressors,
      useOffsetIndex: true,
    });
    const pairs = Object.entries(columns);
    const rows = raw.map((row) => Object.fromEntries(pairs.map(([meaning, column]) => [meaning, row[column]])) as Row);
    return { rows, next: rowEnd < total ? rowEnd : undefined };
  } catch (error) {
    if (error instanceof Unlisted) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new Unlisted("bad-parquet", `The list ${name} is not a parquet file: ${why}`);
  }
}

/** What is missing, and what was there instead. */
export function noUrlColumn(name: string, columns: readonly string[]): Unlisted {
  const there = columns.slice(0, 20).map((column) => `"${column.slice(0, 60)}"`);
  return new Unlisted(
    "no-url-column",
    `The list ${name} has no column named url. It has ${there.join(", ") || "none"}.`,
  );
}
