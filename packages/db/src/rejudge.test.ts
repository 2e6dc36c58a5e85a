import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { OpenDatabase } from "./client.ts";
import type { Range } from "./judged.ts";
import { rejudgeable, rejudgeRanges } from "./rejudge.ts";
import { openStreet } from "./street.fixture.ts";

let db: OpenDatabase;
beforeAll(async () => {
  db = await openStreet();
  await db.query(
    `INSERT INTO candidates (id, source_id, crawl_id, external_id, url, status)
     SELECT 'p' || lpad(n::text, 4, '0'), 'street', 'c', n::text, '', (ARRAY['kept', 'dropped', 'listed', 'failed'])[1 + n % 4]
       FROM generate_series(1, 400) AS n`,
  );
});
afterAll(() => db?.close());

/** All that looks after each other find, as the tasks that plan do. */
async function looks(chunk: number): Promise<Range[][]> {
  const found: Range[][] = [];
  for (let after: string | null = ""; after !== null; ) {
    const ranges: Range[] = await rejudgeRanges(db, after, chunk);
    found.push(ranges);
    after = ranges.at(-1)?.upTo ?? null;
  }
  return found;
}

describe("the ranges of a judging again", () => {
  it.each([
    [3, 67],
    [5, 41],
    [200, 2],
    [500, 1],
  ])("hold every ended candidate once, in chunks of %i", async (chunk, ranges) => {
    const found = (await looks(chunk)).flat();
    expect(found).toHaveLength(ranges);
    const judged = await Promise.all(found.map((range) => rejudgeable(db, range, new Map())));
    expect(Math.max(...judged.map(({ length }) => length))).toBeLessThanOrEqual(chunk);
    const ended = await db.query<{ id: string }>(
      "SELECT id FROM candidates WHERE status IN ('kept', 'dropped') ORDER BY id",
    );
    expect(judged.flat().map(({ id }) => id)).toEqual(ended.map(({ id }) => id));
  });

  it("are found a bounded number at a time, and the last one has no end", async () => {
    const found = await looks(3);
    expect(found.map(({ length }) => length)).toEqual([40, 27]);
    expect(found.flat().at(-1)?.upTo).toBeNull();
  });

  it("hold what is ended meanwhile, behind all that was there", async () => {
    const last = (await looks(5)).flat().at(-1) as Range;
    await db.query(
      `INSERT INTO candidates (id, source_id, crawl_id, external_id, url, status)
       VALUES ('zzz', 'street', 'c', 'late', '', 'kept')`,
    );
    expect((await rejudgeable(db, last, new Map())).map(({ id }) => id)).toContain("zzz");
  });
});
