import { mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Listing } from "@anyone/domain/source/candidate";
import { SourceSettings } from "@anyone/domain/source/source";
import fc from "fast-check";
import { parquetWriteBuffer } from "hyparquet-writer";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Reach, Unlisted } from "./connector.ts";
import { urlOf, walkList, writeParquet } from "./long-lists.fixture.ts";
import { allPages, reachOf } from "./sources.fixture.ts";

let folder: string;
let reach: Reach;
let close: () => Promise<void>;
beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "bad-lists-")));
  ({ reach, close } = reachOf("127.0.0.1:9", "no-key", [folder]));
});
afterAll(async () => {
  await close();
  await rm(folder, { recursive: true });
});

const settingsOf = (file: string, more: object = {}) =>
  SourceSettings.parse({ kind: "url-list", files: [file], minShort: 0, minLong: 0, ...more });

/** What a list of these bytes lists, or the reason why it lists nothing; nothing else may come of it. */
async function outcome(ending: string, bytes: Uint8Array | string): Promise<Listing[] | string> {
  const file = join(folder, `list.${ending}`);
  await writeFile(file, bytes);
  try {
    const listings = (await allPages(settingsOf(file), reach)).flatMap((page) => page.listings);
    for (const listing of listings) expect(Listing.safeParse(listing).error).toBeUndefined();
    return listings;
  } catch (error) {
    expect(error).toBeInstanceOf(Unlisted);
    return (error as Unlisted).reason;
  }
}

type Column = Parameters<typeof parquetWriteBuffer>[0]["columnData"][number];
const url: Column = { name: "url", data: [urlOf(1), urlOf(2), urlOf(3)], type: "STRING" };
const parquet = (...columnData: Column[]) => new Uint8Array(parquetWriteBuffer({ columnData }));

describe("a bad list", () => {
  it.each<[string, Column]>([
    ["sizes as words", { name: "width", data: ["wide", "", "800"], type: "STRING" }],
    ["sizes as halves", { name: "height", data: [0.5, -1, Number.NaN], type: "DOUBLE" }],
    ["sizes as truths", { name: "width", data: [true, false, true], type: "BOOLEAN" }],
    ["sizes as large integers", { name: "width", data: [2n ** 62n, -1n, 800n], type: "INT64" }],
    ["captions as numbers", { name: "caption", data: [1, 2, 3], type: "INT32" }],
    ["captions as JSON", { name: "caption", data: [{ a: 1 }, [2], null], type: "JSON" }],
    [
      "captions as bytes",
      { name: "caption", data: [Uint8Array.of(0xff, 0), Uint8Array.of(), Uint8Array.of(1)], type: "BYTE_ARRAY" },
    ],
    ["probabilities as words", { name: "punsafe", data: ["very", "none", ""], type: "STRING" }],
    ["licences as times", { name: "license", data: [new Date(0), new Date(1), new Date(2)], type: "TIMESTAMP" }],
  ])("with %s still lists its URLs, and claims nothing by what it can't read", async (_, column) => {
    const listings = await outcome("parquet", parquet(url, column));
    expect(Array.isArray(listings) && listings.map((listing) => listing.url)).toEqual(url.data);
    for (const { width, height } of listings as Listing[]) {
      for (const side of [width, height]) expect(side === undefined || (Number.isInteger(side) && side > 0)).toBe(true);
    }
  });

  it.each<[string, Column[], unknown]>([
    ["no column of URLs", [{ name: "link", data: [urlOf(1)], type: "STRING" }], "no-url-column"],
    ["URLs that are numbers", [{ name: "url", data: [1, 2], type: "INT32" }], []],
    ["URLs that are JSON", [{ name: "url", data: [{ href: urlOf(1) }], type: "JSON" }], []],
    ["no rows", [{ name: "url", data: [], type: "STRING" }], []],
    [
      "URLs of other kinds",
      [{ name: "url", data: ["javascript:1", "file:///etc/passwd", "//x", "", "\0"], type: "STRING" }],
      [],
    ],
  ])("of %s lists nothing, and says so where that is wrong", async (_, columns, expected) => {
    expect(await outcome("parquet", parquet(...columns))).toEqual(expected);
  });

  it.each([
    ["csv", "url,caption,width\n", "url"],
    ["jsonl", "", "url"],
    ["txt", "", ""],
  ])("of any bytes at all as %s lists what is sound, or says why not", async (ending, head) => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), async (bytes) => {
        await outcome(ending, Buffer.concat([Buffer.from(head), bytes, Buffer.from(`\n${urlOf(7)}`)]));
      }),
      { numRuns: 150 },
    );
  });

  it("of parquet that is cut off anywhere says that it is none", async () => {
    const whole = parquet(url, { name: "caption", data: ["a", "b", "c"], type: "STRING" });
    for (let length = 0; length < whole.length; length += 7)
      expect(await outcome("parquet", whole.slice(0, length)), `${length}`).toBe("bad-parquet");
  });
});

it("a long list of parquet takes the memory of one page, however many rows there are", async () => {
  const peaks: number[] = [];
  for (const rows of [10_000, 60_000]) {
    const file = join(folder, `${rows}.parquet`);
    await writeParquet(file, rows);
    const walked = await walkList(settingsOf(file, { rowsPerPage: 5_000 }), reach);
    expect(walked.rows).toBe(rows);
    peaks.push(walked.peak);
  }
  expect(peaks[1]).toBeLessThan((peaks[0] ?? 0) + 16 * 1024 * 1024);
}, 120_000);
