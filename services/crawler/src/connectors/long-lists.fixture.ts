import { open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { SourceSettings } from "@anyone/domain/source/source";
import { ParquetWriter, schemaFromColumnData } from "hyparquet-writer";
import { fileWriter } from "hyparquet-writer/src/node.js";
import type { Reach } from "./connector.ts";
import { connectorOf } from "./connectors.ts";

// Without it, the heap holds whatever nobody has collected yet.
setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

const GROUP = 50_000;

export const urlOf = (row: number) => `https://example.org/${row}.jpg`;

/** A list of so many rows, as csv. */
export async function writeCsv(path: string, rows: number): Promise<void> {
  const file = await open(path, "w");
  await file.write("url,caption,width,height\n");
  for (let from = 0; from < rows; from += GROUP) {
    const line = (_: unknown, i: number) => `${urlOf(from + i)},"a person, no. ${from + i}",800,1600\n`;
    await file.write(Array.from({ length: Math.min(GROUP, rows - from) }, line).join(""));
  }
  await file.close();
}

/** The same list as parquet, in row groups of 50,000 with an index of their pages. */
export async function writeParquet(path: string, rows: number): Promise<void> {
  const columns = (from: number, length: number) => {
    const each = <Value>(value: (row: number) => Value) => Array.from({ length }, (_, i) => value(from + i));
    return [
      { name: "url", data: each(urlOf), type: "STRING" as const, offsetIndex: true },
      { name: "caption", data: each((row) => `a person, no. ${row}`), type: "STRING" as const, offsetIndex: true },
      { name: "width", data: each(() => 800), type: "INT32" as const, offsetIndex: true },
      { name: "height", data: each(() => 1600), type: "INT32" as const, offsetIndex: true },
    ];
  };
  const writer = new ParquetWriter({
    writer: fileWriter(path),
    schema: schemaFromColumnData({ columnData: columns(0, 1) }),
    statistics: false,
  });
  for (let from = 0; from < rows; from += GROUP)
    await writer.write({
      columnData: columns(from, Math.min(GROUP, rows - from)),
      rowGroupSize: GROUP,
      pageSize: 256 * 1024,
    });
  await writer.finish();
}

/** Walks a list page by page. `peak` is the most that its heap and its buffers held after a page, in bytes. */
export async function walkList(settings: SourceSettings, reach: Reach): Promise<{ rows: number; peak: number }> {
  let [rows, peak] = [0, 0];
  for (let cursor: string | null = null, done = false, page = 0; !done; page++) {
    const found = await connectorOf(settings).list(settings, cursor, reach);
    rows += found.listings.length;
    if (page % 20 === 0) {
      collectGarbage();
      const { heapUsed, external } = process.memoryUsage();
      peak = Math.max(peak, heapUsed + external);
    }
    ({ cursor, done } = found);
  }
  return { rows, peak };
}

/** A list that makes its decoder loop for ever: three bytes of a sound one are others. */
export async function loopingParquet(folder: string): Promise<Uint8Array> {
  const file = join(folder, "sound.parquet");
  await writeParquet(file, 2_000);
  const bytes = new Uint8Array(await readFile(file));
  for (const [fromEnd, byte] of [
    [6650, 99],
    [338, 249],
    [585, 149],
  ] as const)
    bytes[bytes.length - fromEnd] = byte;
  return bytes;
}
