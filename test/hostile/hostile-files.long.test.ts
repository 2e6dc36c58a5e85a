import { gates } from "@anyone/domain/filter/gate";
import { DropReason } from "@anyone/domain/filter/verdict";
import { FetchFailure, IMAGE_TYPES } from "@anyone/domain/source/candidate";
import { afterAll, beforeAll, expect, it } from "vitest";
import { hostileFiles } from "./files.ts";
import type { HostileFile } from "./hostile-file.ts";
import { mutants } from "./mutants.ts";
import { countEnds, type End, eachOf, MOST_MS, openCrawl, openFilter } from "./put-through.ts";

const MUTANTS = 10_000;
/** Pictures that are no attack and so large that one may need the whole memory of a process that has measured nothing yet: each may cost one. */
const RENEWED = 4;
const anySize = { ...gates, shortSide: 1, longSide: 1 };

let crawl: Awaited<ReturnType<typeof openCrawl>>;
let filter: ReturnType<typeof openFilter>;
beforeAll(async () => {
  crawl = await openCrawl();
  filter = openFilter(2);
});
afterAll(async () => {
  await crawl.close();
  await filter.close();
});

async function expectAllEnd(files: readonly HostileFile[], rules = gates, renewed = 0): Promise<void> {
  const before = filter.started();
  const [fetched, measured]: [End[], End[]] = [[], []];
  for (const file of files) fetched.push(await crawl.fetch(file));
  await eachOf(files, 2, async (file) => void measured.push(await filter.measure(file, rules)));
  process.stdout.write(
    `${fetched.length} fetched: ${countEnds(fetched)}\n${measured.length} measured: ${countEnds(measured)}\n`,
  );
  const known = new Set<string>([...FetchFailure.options, ...IMAGE_TYPES, ...DropReason.options, "passed"]);
  expect([...fetched, ...measured].filter(({ end, ms }) => !known.has(end) || ms > MOST_MS)).toEqual([]);
  expect(measured.filter(({ end }) => end === "unmeasurable")).toEqual([]);
  expect(filter.started() - before).toBeLessThanOrEqual((before === 0 ? 2 : 0) + renewed);
}

it("every hostile file ends with a reason, in the crawler and in the filter, and a process is renewed for the largest pictures alone", async () => {
  await expectAllEnd(await hostileFiles(), gates, RENEWED);
});

it(`${MUTANTS} mutants of pictures end with a reason, in the crawler and in the filter, and no process dies of one`, async () => {
  const seed = Number(process.env.SEED ?? 2);
  await expectAllEnd(await mutants(seed, MUTANTS), anySize);
});
