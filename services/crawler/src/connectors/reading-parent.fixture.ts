import { readFile } from "node:fs/promises";
import { parquetRows } from "./parquet-rows.ts";

/** A process that reads the first page of a parquet file, for longer than any test takes: `node reading-parent.fixture.ts <file>`. */
const { buffer } = new Uint8Array(await readFile(process.argv[2] as string));
const file = { byteLength: buffer.byteLength, slice: (start: number, end?: number) => buffer.slice(start, end) };
await parquetRows("list.parquet", file, { row: 0, count: 100 }, 3_600_000);
