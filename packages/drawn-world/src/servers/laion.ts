import type { FastifyInstance } from "fastify";
import { parquetWriteBuffer } from "hyparquet-writer";
import { random } from "../random.ts";
import type { CatalogueEntry } from "./catalogue.ts";
import { sendRange } from "./send-range.ts";

export interface LaionOptions {
  entries: readonly CatalogueEntry[];
  imageUrl: (entry: CatalogueEntry) => string;
  /** Where rows point that no reader of the columns would ever ask for. */
  decoyUrl: (index: number) => string;
}

export const ROWS_PER_FILE = 1_000;
/** One row in so many is too small, unsafe or watermarked by its own columns. */
const DECOY_EVERY = 5;

/** Paths of the parquet files. */
export function laionFiles(entries: number): string[] {
  const rows = entries + Math.floor(entries / (DECOY_EVERY - 1));
  return Array.from(
    { length: Math.ceil(rows / ROWS_PER_FILE) },
    (_, part) => `/laion/part-${String(part).padStart(5, "0")}.snappy.parquet`,
  );
}

/** Parquet files of URLs with the columns of LAION's metadata, served with ranges. */
export function serveLaion(app: FastifyInstance, options: LaionOptions): void {
  let rows: Row[] | undefined;
  for (const [part, path] of laionFiles(options.entries.length).entries()) {
    let file: Buffer | undefined;
    app.get(path, (request, reply) => {
      rows ??= toRows(options);
      file ??= Buffer.from(toParquet(rows.slice(part * ROWS_PER_FILE, (part + 1) * ROWS_PER_FILE)));
      return sendRange(request, reply, file);
    });
  }
}

interface Row {
  URL: string;
  TEXT: string;
  WIDTH: number;
  HEIGHT: number;
  hash: bigint;
  similarity: number;
  punsafe: number;
  pwatermark: number;
}

function toRows({ entries, imageUrl, decoyUrl }: LaionOptions): Row[] {
  const rows: Row[] = [];
  for (const entry of entries) {
    rows.push(toRow(entry.seed, imageUrl(entry), entry.title));
    if (rows.length % DECOY_EVERY === DECOY_EVERY - 1) rows.push(toDecoy(rows.length, decoyUrl(rows.length)));
  }
  return rows;
}

/** The claimed size is a floor, not a measurement: web lists are often wrong about it, and nothing is drawn to find out. */
function toRow(seed: number, url: string, text: string): Row {
  const r = random(seed, "laion");
  return {
    URL: url,
    TEXT: text,
    WIDTH: 768,
    HEIGHT: 1536,
    hash: BigInt(seed) * 2654435761n,
    similarity: r.between(0.28, 0.42),
    punsafe: r.between(0, 0.1),
    pwatermark: r.between(0, 0.3),
  };
}

function toDecoy(index: number, url: string): Row {
  const row = toRow(-index, url, "something else");
  const kinds: Partial<Row>[] = [
    { WIDTH: 320, HEIGHT: 240 },
    { punsafe: 0.97 },
    { pwatermark: 0.99 },
    { WIDTH: 1280, HEIGHT: 600 },
  ];
  return { ...row, ...kinds[index % kinds.length] };
}

function toParquet(rows: readonly Row[]): ArrayBuffer {
  const column = <Name extends keyof Row>(name: Name) => rows.map((row) => row[name]);
  return parquetWriteBuffer({
    columnData: [
      { name: "URL", data: column("URL"), type: "STRING" },
      { name: "TEXT", data: column("TEXT"), type: "STRING" },
      { name: "WIDTH", data: column("WIDTH"), type: "INT32" },
      { name: "HEIGHT", data: column("HEIGHT"), type: "INT32" },
      { name: "hash", data: column("hash"), type: "INT64" },
      { name: "similarity", data: column("similarity"), type: "DOUBLE" },
      { name: "punsafe", data: column("punsafe"), type: "DOUBLE" },
      { name: "pwatermark", data: column("pwatermark"), type: "DOUBLE" },
    ],
    rowGroupSize: 250,
  });
}
