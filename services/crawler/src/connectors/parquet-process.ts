import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from "node:zlib";
import { sentence } from "@anyone/domain/fault";
import { endWithParent } from "@anyone/runtime/end-with-parent";
import {
  type AsyncBuffer,
  type Compressors,
  parquetMetadataAsync,
  parquetReadObjects,
  snappyUncompress,
} from "hyparquet";
import { columnsOf, type Row } from "./list-rows.ts";

/**
 * A process of its own that reads strangers' parquet files: what makes their decoder loop or swell takes only this process with it. It opens
 * nothing: it asks its parent (parquet-rows.ts) for ranges of the file, one page of rows at a time, and ends with it, also in the middle of a decode
 * that never ends.
 */
export type Request =
  | { kind: "page"; byteLength: number; row: number; count: number }
  | { kind: "range"; id: number; bytes: ArrayBuffer };

export type Reply =
  | { kind: "range"; id: number; from: number; to: number }
  | { kind: "rows"; rows: Row[]; next: number | undefined }
  | { kind: "no-url-column"; columns: string[] }
  | { kind: "failed"; message: string };

/** Bytes of a page of values, unpacked; writers make pages of about 1 MB. */
const MOST_PAGE = 128 * 2 ** 20;

/** Each codec is told how long its output must be, so that none can grow without bound. */
const compressors: Compressors = {
  SNAPPY: (input, length) => {
    const page = new Uint8Array(bounded(length));
    snappyUncompress(input, page);
    return page;
  },
  GZIP: (input, length) => gunzipSync(input, { maxOutputLength: bounded(length) }),
  BROTLI: (input, length) => brotliDecompressSync(input, { maxOutputLength: bounded(length) }),
  ZSTD: (input, length) => zstdDecompressSync(input, { maxOutputLength: bounded(length) }),
};

const waiting = new Map<number, (bytes: ArrayBuffer) => void>();
let asked = 0;

process.on("message", (request: Request) => {
  if (request.kind === "range") {
    waiting.get(request.id)?.(request.bytes);
    waiting.delete(request.id);
    return;
  }
  const end = (answer: Reply) =>
    // By then, what the page still did with the bytes it had is done, on its own time; it gets no more.
    setImmediate(() => {
      waiting.clear();
      reply(answer);
    });
  readPage(request).then(end, (error: unknown) => end({ kind: "failed", message: sentence(error) }));
});
process.on("disconnect", () => process.exit(0));
endWithParent();

async function readPage({ byteLength, row, count }: Request & { kind: "page" }): Promise<Reply> {
  const file = fromParent(byteLength);
  const metadata = await parquetMetadataAsync(file);
  const columns = columnsOf(metadata.schema.map((element) => element.name));
  if (columns.url === undefined)
    return { kind: "no-url-column", columns: metadata.schema.slice(1, 21).map((element) => element.name) };
  const total = Number(metadata.num_rows);
  const rowEnd = Math.min(row + count, total);
  if (row >= rowEnd) return { kind: "rows", rows: [], next: undefined };
  const names = Object.values(columns);
  const raw = await parquetReadObjects({
    file,
    metadata,
    columns: names,
    rowStart: row,
    rowEnd,
    compressors,
    useOffsetIndex: true,
  });
  const pairs = Object.entries(columns);
  const rows = raw.map((one) => Object.fromEntries(pairs.map(([meaning, column]) => [meaning, one[column]])) as Row);
  return { kind: "rows", rows, next: rowEnd < total ? rowEnd : undefined };
}

function fromParent(byteLength: number): AsyncBuffer {
  return {
    byteLength,
    slice: (start, end = byteLength) =>
      new Promise((resolve) => {
        const id = ++asked;
        waiting.set(id, resolve);
        const from = start < 0 ? byteLength + start : start;
        reply({ kind: "range", id, from, to: end < 0 ? byteLength + end : end });
      }),
  };
}

function bounded(length: number): number {
  if (length <= MOST_PAGE) return length;
  throw new Error(`one of its pages claims ${length} bytes`);
}

function reply(message: Reply): void {
  process.send?.(message);
}
