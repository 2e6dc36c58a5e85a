import { gates } from "@anyone/domain/filter/gate";
import { DropReason } from "@anyone/domain/filter/verdict";
import { FetchFailure, IMAGE_TYPES } from "@anyone/domain/source/candidate";
import { decode, readHeader } from "@anyone/vision/decode";
import { stripped } from "@anyone/vision/strip";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hostileFiles } from "./files.ts";
import type { HostileFile } from "./hostile-file.ts";
import { mutants } from "./mutants.ts";
import { PAYLOADS } from "./polyglots.ts";
import { countEnds, type End, eachOf, MOST_MS, openCrawl, openFilter } from "./put-through.ts";
import { makeSeeds, PERSONAL } from "./seeds.ts";

/** Of the files that may pass as pictures, the filter measures one in so many here; all of them in the long form. */
const EVERY = 12;
const MUTANTS = 300;
/** Mutants are small, so that each byte of them counts: no gate of size before the decoder. */
const anySize = { ...gates, shortSide: 1, longSide: 1 };

let files: HostileFile[];
let crawl: Awaited<ReturnType<typeof openCrawl>>;
let filter: ReturnType<typeof openFilter>;
beforeAll(async () => {
  files = await hostileFiles();
  crawl = await openCrawl();
  filter = openFilter(2);
}, 120_000);
afterAll(async () => {
  await crawl.close();
  await filter.close();
});

const tooLong = (ends: readonly End[]) => ends.filter(({ ms }) => ms > MOST_MS);

describe("a hostile file", { timeout: 300_000 }, () => {
  it("has a name of its own, and there are more than a thousand", () => {
    expect(new Set(files.map(({ name }) => name)).size).toBe(files.length);
    expect(files.length).toBeGreaterThan(1_000);
  });

  it("ends in the crawler with a reason, or as a picture by its header, and holds nobody up", async () => {
    const ends: End[] = [];
    for (const file of [...files, ...(await mutants(1, MUTANTS))]) ends.push(await crawl.fetch(file));
    const known = new Set<string>([...FetchFailure.options, ...IMAGE_TYPES]);
    expect(ends.filter(({ end }) => !known.has(end))).toEqual([]);
    expect(ends.filter(({ end }) => end === "connection" || end === "timeout")).toEqual([]);
    expect(tooLong(ends)).toEqual([]);
    process.stdout.write(`${ends.length} hostile files fetched: ${countEnds(ends)}\n`);
  });

  it("ends in the filter with a reason, and costs no process: what is wrong is refused, what can be seen may pass", async () => {
    const seen = files.filter(({ is }) => is === "either").filter((_, i) => i % EVERY === 0);
    const wrong = files.filter(({ is }) => is === "refused");
    const [refused, others]: [End[], End[]] = [[], []];
    await eachOf(wrong, 2, async (file) => void refused.push(await filter.measure(file, gates)));
    await eachOf(seen, 2, async (file) => void others.push(await filter.measure(file, gates)));
    await eachOf(await mutants(1, MUTANTS), 2, async (file) => void others.push(await filter.measure(file, anySize)));
    const ends = [...refused, ...others];
    expect(ends.length).toBeGreaterThan(1_000);
    const known = new Set<string>([...DropReason.options, "passed"]);
    expect(ends.filter(({ end }) => !known.has(end))).toEqual([]);
    const no = ["broken-file", "unsupported-type", "too-large", "too-small"];
    expect(refused.filter(({ end }) => !no.includes(end))).toEqual([]);
    expect(ends.filter(({ end }) => end === "unmeasurable")).toEqual([]);
    expect(filter.started()).toBe(2);
    const { jpeg } = await makeSeeds();
    expect(await filter.measure({ name: "a good one", bytes: jpeg.jpeg, is: "either" }, gates)).toMatchObject({
      end: "no-person",
    });
    process.stdout.write(`${ends.length} hostile files measured, ${MUTANTS} of them mutants: ${countEnds(ends)}\n`);
  });

  it("that is a picture and something else, or holds a name, is stored as the picture alone", async () => {
    const words = [
      ...Object.values(PAYLOADS).map((payload) => payload.subarray(0, 24)),
      Buffer.from("polyglot"),
      Buffer.from(PERSONAL),
      Buffer.from("Exif\0"),
    ];
    let pictures = 0;
    for (const { name, bytes } of files.filter(
      (file) => file.is === "either" && /(?: and .* (?:behind it|in its|in a))|name in it|tagged/.test(file.name),
    )) {
      const header = await readHeader(bytes);
      if (!header.ok || !(await decode(bytes, header.value)).ok) continue;
      const stored = Buffer.from(await stripped(bytes, header.value));
      expect(words.filter((word) => stored.includes(word)).map(String), name).toEqual([]);
      const { format, exif, xmp, iptc, icc } = await sharp(stored).metadata();
      expect({ format, exif, xmp, iptc, icc }, name).toEqual({ format: "jpeg" });
      pictures++;
    }
    expect(pictures).toBeGreaterThan(100);
  });
});
