import { fault } from "@anyone/domain/fault";
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from "hyparquet";

/** Rows that are held at once; a row group of ours has as many. */
const ROWS = 50_000;

/** Rows of a Parquet file, a row group at a time. Faults: `bad-input` when it is none, is cut, or is compressed as we can't read. */
export async function* readParquet(path: string): AsyncGenerator<unknown> {
  const file = await asyncBufferFromFile(path);
  const metadata = await parquetMetadataAsync(file).catch((cause: unknown) => {
    throw unreadable(path, cause);
  });
  let start = 0;
  for (const { num_rows } of metadata.row_groups) {
    const groupEnd = start + Number(num_rows);
    for (; start < groupEnd; start = Math.min(groupEnd, start + ROWS)) {
      const rowEnd = Math.min(groupEnd, start + ROWS);
      const rows = await parquetReadObjects({ file, metadata, rowStart: start, rowEnd }).catch((cause: unknown) => {
        throw unreadable(path, cause);
      });
      for (const row of rows) yield plain(row);
    }
  }
}

/** A row as JSON has it. */
function plain(row: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => {
      if (typeof value === "bigint") return [name, Number(value)];
      if (value instanceof Date) return [name, Number.isNaN(value.getTime()) ? null : value.toISOString()];
      return [name, value];
    }),
  );
}

function unreadable(path: string, cause: unknown): Error {
  const why = cause instanceof Error ? cause.message : String(cause);
  return fault("bad-input", `${path} can't be read as Parquet: ${why.replace(/\.$/, "")}.`, {
    cause,
    hint: "A file that was cut short has lost its end, and with it all rows; write it again, compressed by snappy or not at all.",
  });
}
