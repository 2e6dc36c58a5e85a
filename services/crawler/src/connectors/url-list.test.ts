import { mkdtemp, open, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { SourceSettings } from "@anyone/domain/source/source";
import { parquetWriteBuffer } from "hyparquet-writer";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Reach } from "./connector.ts";
import { connectorOf } from "./connectors.ts";
import { allPages, reachOf } from "./sources.fixture.ts";

// Without it, the heap holds whatever nobody has collected yet.
setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

let folder: string;
let reach: Reach;
let close: () => Promise<void>;
beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "lists-")));
  ({ reach, close } = reachOf("127.0.0.1:9", "no-key", [folder]));
});
afterAll(async () => {
  await close();
  await rm(folder, { recursive: true });
});

const settingsOf = (file: string, more: object = {}) =>
  SourceSettings.parse({ kind: "url-list", files: [file], ...more });

async function listed(name: string, content: string | Uint8Array, more: object = {}) {
  const file = join(folder, name);
  await writeFile(file, content);
  return (await allPages(settingsOf(file, more), reach)).flatMap((page) => page.listings);
}

const at = (n: number) => `https://example.org/${n}.jpg`;

describe("a list of URLs", () => {
  it("is a line each, a JSON object each, or csv by its header's names", async () => {
    const plain = await listed(
      "a.txt",
      `\ufeff${at(1)}\n# a remark\n\n  ${at(2)}\r\nnot a url\nftp://example.org/3.jpg\n${at(4)}`,
    );
    expect(plain.map(({ url }) => url)).toEqual([at(1), at(2), at(4)]);

    const lines = [
      { url: at(1), caption: "one", license: "CC BY 4.0", author: "A" },
      "no object",
      { url: 7 },
      { URL: at(2) },
    ];
    const json = await listed(
      "a.jsonl",
      `${lines.map((line) => JSON.stringify(line)).join("\n")}\n{"url": "https://half`,
    );
    expect(json).toMatchObject([{ url: at(1), caption: "one", licence: "CC BY 4.0", author: "A" }, { url: at(2) }]);

    const csv = `\ufeffTEXT;WIDTH;HEIGHT;URL\r\n"a coat;\na ""hat""";1000;2000;${at(1)}\r\n;;;${at(2)}\r\ntoo few\r\n`;
    const [first, second, ...none] = await listed("a.csv", csv);
    expect(first).toMatchObject({ url: at(1), caption: 'a coat;\na "hat"', width: 1000, height: 2000 });
    expect(second).toMatchObject({ url: at(2) });
    expect(none).toEqual([]);
  });

  it("drops rows by their own columns, as short and long side, and keeps the alt text beside every claim", async () => {
    const rows = [
      ["a", 640, 1280, 0.1, 0.1],
      ["landscape", 1280, 640, 0.1, 0.1],
      ["too small", 639, 1280, 0.1, 0.1],
      ["too short", 700, 1279, 0.1, 0.1],
      ["unsafe", 700, 1300, 0.9, 0.1],
      ["marked", 700, 1300, 0.1, 0.9],
      ["unknown size", null, null, null, null],
    ] as const;
    const column = (place: number) => rows.map((row) => row[place] ?? null);
    const file = parquetWriteBuffer({
      columnData: [
        { name: "url", data: rows.map((_, n) => at(n)), type: "STRING" },
        { name: "caption", data: column(0), type: "STRING" },
        { name: "width", data: column(1), type: "DOUBLE" },
        { name: "height", data: column(2), type: "DOUBLE" },
        { name: "punsafe", data: column(3), type: "DOUBLE" },
        { name: "pwatermark", data: column(4), type: "DOUBLE" },
        { name: "key", data: rows.map((_, n) => n), type: "INT32" },
      ],
    });
    const kept = await listed("sizes.parquet", new Uint8Array(file));
    expect(kept.map(({ caption }) => caption)).toEqual(["a", "landscape", "unknown size"]);
    expect(kept[0]?.claims).toEqual({ unsafe: 0.1, watermark: 0.1 });
    const all = await listed("sizes.parquet", new Uint8Array(file), {
      minShort: 0,
      minLong: 0,
      maxUnsafe: 1,
      maxWatermark: 1,
    });
    expect(all).toHaveLength(rows.length);
  });

  it("lists a URL once a page, however often it stands there", async () => {
    expect(await listed("twice.txt", `${at(1)}\n${at(1)}\n`)).toHaveLength(1);
  });

  it("goes on from any byte that it gave, in the middle of quoted lines, too", async () => {
    const rows = Array.from({ length: 500 }, (_, n) => `${at(n)},"line ${n}\nand ""another"", é"`);
    const found = await listed("paged.csv", `url,caption\n${rows.join("\n")}`, { rowsPerPage: 7 });
    expect(found.map(({ url }) => url)).toEqual(rows.map((_, n) => at(n)));
    expect(found[499]?.caption).toBe('line 499\nand "another", é');
  });

  it("cuts a caption of 10 MB, and says where a quote is never closed", async () => {
    const long = await listed("long.csv", `url,caption\n${at(1)},"${"x".repeat(10 * 1024 * 1024)}"\n${at(2)},b\n`);
    expect(long.map(({ url, caption }) => [url, caption?.length])).toEqual([
      [at(1), 4000],
      [at(2), 1],
    ]);
    const open = listed("open.csv", `url,caption\n${at(1)},"${"x".repeat(17 * 1024 * 1024)}`);
    await expect(open).rejects.toMatchObject({ reason: "bad-list", message: expect.stringContaining("byte 12") });
  });

  it("says what is missing or wrong, and how to mend it", async () => {
    const wrong = (name: string, content: string | Uint8Array) =>
      listed(name, content).catch((error: unknown) => error);
    expect(await wrong("b.csv", "link,caption\nx,y\n")).toMatchObject({
      reason: "no-url-column",
      message: expect.stringContaining('It has "link", "caption"'),
    });
    expect(await wrong("b.parquet", "PAR1 but no more")).toMatchObject({ reason: "bad-parquet" });
    expect(await wrong("b.doc", "x")).toMatchObject({
      reason: "unknown-format",
      message: expect.stringContaining("format"),
    });
    const whole = new Uint8Array(parquetWriteBuffer({ columnData: [{ name: "url", data: [at(1)], type: "STRING" }] }));
    expect(await wrong("half.parquet", whole.slice(0, whole.length / 2))).toMatchObject({ reason: "bad-parquet" });
    const outside = settingsOf("/etc/hosts", { format: "txt" });
    await expect(connectorOf(outside).list(outside, null, reach)).rejects.toMatchObject({
      reason: "outside-import-roots",
    });
    const gone = settingsOf(join(folder, "gone.txt"));
    await expect(connectorOf(gone).list(gone, null, reach)).rejects.toMatchObject({ reason: "no-file" });
    expect(await listed("empty.txt", "")).toEqual([]);
  });

  it("holds one page in memory, of csv as of a list that is ten times as long", async () => {
    const peaks: number[] = [];
    for (const rows of [50_000, 500_000]) {
      const path = join(folder, `${rows}.csv`);
      const file = await open(path, "w");
      await file.write("url,caption,width,height\n");
      for (let n = 0; n < rows; n += 10_000) {
        await file.write(
          Array.from({ length: 10_000 }, (_, i) => `${at(n + i)},"a person, no. ${n + i}",800,1600\n`).join(""),
        );
      }
      await file.close();
      const settings = settingsOf(path, { rowsPerPage: 10_000 });
      let [count, peak] = [0, 0];
      for (let cursor: string | null = null, done = false; !done; ) {
        const page = await connectorOf(settings).list(settings, cursor, reach);
        count += page.listings.length;
        collectGarbage();
        peak = Math.max(peak, process.memoryUsage().heapUsed);
        ({ cursor, done } = page);
      }
      expect(count).toBe(rows);
      peaks.push(peak);
    }
    expect(peaks[1]).toBeLessThan((peaks[0] ?? 0) + 16 * 1024 * 1024);
  }, 60_000);
});
