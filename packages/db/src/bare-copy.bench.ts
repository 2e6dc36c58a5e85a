import { createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { to as copyTo } from "pg-copy-streams";
import type { OpenDatabase } from "./client.ts";

/** Seconds that PostgreSQL and a pipe alone take to lay these rows on the disk: the floor of any export. */
export async function bareCopySeconds(db: OpenDatabase, rows: string, path: string): Promise<number> {
  const client = await db.pool.connect();
  try {
    const startedAt = performance.now();
    await pipeline(client.query(copyTo(`COPY (${rows}) TO STDOUT (FORMAT csv)`)), createWriteStream(path));
    return (performance.now() - startedAt) / 1000;
  } finally {
    client.release();
  }
}
