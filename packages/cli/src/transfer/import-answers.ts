import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { basename } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type AnswerImport, answersTransferApi, CHUNK_ROWS } from "@anyone/contracts/answers-transfer";
import { ApiError, type Client } from "@anyone/contracts/client";
import type { TransferFormat } from "@anyone/domain/review/exported-answer";
import { readCsv } from "./read-csv.ts";
import { readJsonl } from "./read-jsonl.ts";
import { readLabelStudio } from "./read-label-studio.ts";
import { readParquet } from "./read-parquet.ts";
import { openRejected } from "./rejected-file.ts";

const READERS: Readonly<Record<TransferFormat, (path: string) => AsyncGenerator<unknown>>> = {
  csv: readCsv,
  jsonl: readJsonl,
  parquet: readParquet,
  "label-studio": readLabelStudio,
};
/** Bytes of a chunk: a request of the API may have a megabyte. */
const CHUNK_BYTES = 700_000;
const TRIES = 5;

export interface ImportRequest {
  client: Client;
  path: string;
  format: TransferFormat;
  reviewer?: string | undefined;
  /** Told after each chunk. */
  follow?: (position: number, rejected: number) => void;
}

export interface Imported extends AnswerImport {
  /** Where the refused rows are; null when there are none. */
  rejectedFile: string | null;
}

/**
 * Imports a file of answers chunk by chunk; the next chunk is read while one is decided. The same file again goes on where
 * the import was interrupted: after the last chunk that was committed, which is sent once more to hear what was refused.
 *
 * @throws Fault `bad-input` when the file as a whole can't be read; ApiError when the platform can't be reached for long
 */
export async function importAnswers({ client, path, format, reviewer, follow }: ImportRequest): Promise<Imported> {
  const begun = await client.call(answersTransferApi.startImport, {
    body: { name: basename(path), sha256: await hashOf(path), ...(reviewer ? { reviewer } : {}) },
  });
  const rejected = await openRejected(`${path}.rejected.jsonl`, begun.chunkStart);
  try {
    let deciding: Promise<void> = Promise.resolve();
    let rows = 0;
    for await (const chunk of chunks(READERS[format](path))) {
      rows = chunk.position + chunk.rows.length;
      if (rows <= begun.chunkStart) continue;
      await deciding;
      deciding = decide(client, begun.id, chunk).then(async ({ position, rejected: refused }) => {
        await rejected.add(refused.map((one) => ({ ...one, value: chunk.rows[one.row - 1 - chunk.position] })));
        follow?.(position, rejected.count());
      });
      deciding.catch(() => {}); // thrown where it is awaited
    }
    await deciding;
    const done = await client.call(answersTransferApi.finishImport, { params: { id: begun.id }, body: { rows } });
    return { ...done, rejectedFile: await rejected.close() };
  } catch (error) {
    await rejected.close();
    throw error;
  }
}

interface Chunk {
  position: number;
  rows: unknown[];
}

/** Rows in chunks that the API takes; a row that no chunk could hold becomes a sentence. */
async function* chunks(rows: AsyncIterable<unknown>): AsyncGenerator<Chunk> {
  let chunk: Chunk = { position: 0, rows: [] };
  let bytes = 0;
  for await (const row of rows) {
    const size = Buffer.byteLength(JSON.stringify(row) ?? "");
    if (chunk.rows.length === CHUNK_ROWS || bytes + size > CHUNK_BYTES) {
      if (chunk.rows.length > 0) yield chunk;
      chunk = { position: chunk.position + chunk.rows.length, rows: [] };
      bytes = 0;
    }
    const fits = size <= CHUNK_BYTES;
    chunk.rows.push(fits ? row : `The row is longer than a row can be: it has ${size} bytes.`);
    bytes += fits ? size : 200;
  }
  if (chunk.rows.length > 0) yield chunk;
}

/** Sends a chunk; what was not answered is sent again, for the same rows add nothing twice. */
async function decide(client: Client, id: number, chunk: Chunk) {
  for (let attempt = 1; ; attempt++) {
    try {
      return await client.call(answersTransferApi.addRows, { params: { id }, body: chunk });
    } catch (error) {
      const passes = error instanceof ApiError && [0, 429, 500, 503, 504].includes(error.status);
      if (!passes || attempt === TRIES) throw error;
      await sleep(250 * 2 ** attempt);
    }
  }
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const piece of createReadStream(path, { highWaterMark: 1024 * 1024 })) hash.update(piece as Buffer);
  return hash.digest("hex");
}
