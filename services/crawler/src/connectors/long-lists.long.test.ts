import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SourceSettings } from "@anyone/domain/source/source";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Reach } from "./connector.ts";
import { walkList, writeCsv, writeParquet } from "./long-lists.fixture.ts";
import { reachOf } from "./sources.fixture.ts";

const ROWS = 10_000_000;
const MB = 1024 * 1024;

let folder: string;
let reach: Reach;
let close: () => Promise<void>;
beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "long-lists-")));
  ({ reach, close } = reachOf("127.0.0.1:9", "no-key", [folder]));
});
afterAll(async () => {
  await close();
  await rm(folder, { recursive: true });
});

it.each([
  ["csv", writeCsv],
  ["parquet", writeParquet],
] as const)("a list of ten million rows as %s takes the memory of one of a hundredth of them", async (kind, write) => {
  const peaks: number[] = [];
  for (const rows of [ROWS / 100, ROWS]) {
    const file = join(folder, `${rows}.${kind}`);
    await write(file, rows);
    const walked = await walkList(
      SourceSettings.parse({ kind: "url-list", files: [file], rowsPerPage: 10_000 }),
      reach,
    );
    expect(walked.rows).toBe(rows);
    peaks.push(walked.peak);
    process.stdout.write(`${rows} rows of ${kind}: at most ${Math.round(walked.peak / MB)} MB\n`);
    await rm(file);
  }
  expect(peaks[1]).toBeLessThan((peaks[0] ?? 0) + 32 * MB);
});
