import type { AsyncBuffer } from "hyparquet";
import { Unlisted } from "./connector.ts";
import type { Row } from "./list-rows.ts";
import { ParquetReader, type Place } from "./parquet-reader.ts";

/** Milliseconds of reading a page of rows; waiting for bytes does not count. A page of 10,000 rows takes a fifth of a second. */
const LIMIT_MS = 20_000;
/** Readers with nothing to do, each good for the next page. */
const idle: ParquetReader[] = [];

/**
 * Rows of a parquet file, of those columns only that mean something to us. The file is read in a process that is ended when it takes longer
 * than `limitMs` or more memory than a page can need.
 * @param name of the file, for sentences
 * @throws Unlisted `no-url-column`, `bad-parquet`, and whatever reading the file's bytes throws
 */
export async function parquetRows(
  name: string,
  file: AsyncBuffer,
  at: Place,
  limitMs = LIMIT_MS,
): Promise<{ rows: Row[]; next: number | undefined }> {
  const reader = takeIdle() ?? new ParquetReader();
  const answer = await reader.page(file, at, limitMs);
  if (reader.alive) {
    idle.push(reader);
    reader.endWhenIdle();
  }
  if (answer.kind === "rows") return answer;
  if (answer.kind === "no-url-column") throw noUrlColumn(name, answer.columns);
  if (answer.kind === "no-bytes") throw answer.error;
  const what = answer.kind === "ended" ? "can't be read" : "is not a parquet file";
  throw new Unlisted("bad-parquet", `The list ${name} ${what}: ${answer.message}`);
}

function takeIdle(): ParquetReader | undefined {
  for (let reader = idle.pop(); reader; reader = idle.pop()) if (reader.alive) return reader;
  return undefined;
}

/** What is missing, and what was there instead. */
export function noUrlColumn(name: string, columns: readonly string[]): Unlisted {
  const there = columns.slice(0, 20).map((column) => `"${column.slice(0, 60)}"`);
  return new Unlisted(
    "no-url-column",
    `The list ${name} has no column named url. It has ${there.join(", ") || "none"}.`,
  );
}
