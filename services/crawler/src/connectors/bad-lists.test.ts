import { mkdtemp, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Listing } from "@anyone/domain/source/candidate";
import { SourceSettings } from "@anyone/domain/source/source";
import fc from "fast-check";
import { parquetWriteBuffer } from "hyparquet-writer";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Reach, Unlisted } from "./connector.ts";
import { loopingParquet, urlOf, walkList, writeParquet } from "./long-lists.fixture.ts";
import { parquetRows } from "./parquet-rows.ts";
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

describe("a hostile parquet file", () => {
  /** What the first page of these bytes gives within a second of work. */
  async function firstPage(bytes: Uint8Array): Promise<number | string> {
    const file = { byteLength: bytes.length, slice: async (from: number, to?: number) => bytes.slice(from, to).buffer };
    try {
      return (await parquetRows("the list", file, { row: 0, count: 2_000 }, 1_000)).rows.length;
    } catch (error) {
      expect(error).toBeInstanceOf(Unlisted);
      return (error as Unlisted).reason;
    }
  }

  async function sample(): Promise<Uint8Array> {
    const file = join(folder, "sample.parquet");
    await writeParquet(file, 2_000);
    return new Uint8Array(await readFile(file));
  }

  it("whose decoder would never come back is ended, and the next list is read", async () => {
    const sound = await sample();
    const looping = await loopingParquet(folder);
    const from = performance.now();
    expect(await firstPage(looping)).toBe("bad-parquet");
    expect(performance.now() - from).toBeGreaterThan(1_000);
    expect(await firstPage(sound)).toBe(2_000);
  }, 20_000);

  it("with any few bytes changed gives rows or says that it is none, and the crawler stays", async () => {
    const sound = await sample();
    const ends: Record<string, number> = {};
    await fc.assert(
      fc.asyncProperty(
        // Two of three changes fall on the page headers and the footer, where they tell a decoder something.
        fc.array(fc.tuple(fc.oneof(fc.nat(700), fc.nat(8_000), fc.nat(sound.length - 1)), fc.nat(255)), {
          minLength: 1,
          maxLength: 4,
        }),
        async (changes) => {
          const mutant = sound.slice();
          for (const [fromEnd, byte] of changes) mutant[mutant.length - 1 - fromEnd] = byte;
          const end = await firstPage(mutant);
          const kind = typeof end === "number" ? "rows" : end;
          ends[kind] = (ends[kind] ?? 0) + 1;
        },
      ),
      { numRuns: 400 },
    );
    expect(Object.keys(ends).every((end) => ["rows", "bad-parquet", "no-url-column"].includes(end))).toBe(true);
    expect(ends["bad-parquet"]).toBeGreaterThan(30);
  }, 180_000);
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
