import type { Sql } from "@anyone/domain/transaction";
import { createDatabase } from "@anyone/test/support/servers";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type OpenDatabase, openDatabase } from "./client.ts";
import { countStale, staleCandidates } from "./stale-candidates.ts";

const MANY = 20_000;
const days = (ago: number) => new Date(Date.now() - ago * 86_400_000);
const recheck = { before: days(10).toISOString(), startedAt: days(0).toISOString(), sourceId: null };

let db: OpenDatabase;
beforeAll(async () => {
  db = openDatabase(await createDatabase());
  await db.query(
    "INSERT INTO sources (id, connector, settings) VALUES ('street', 'url-list', '{}'), ('studio', 'url-list', '{}')",
  );
  await db.query(
    "INSERT INTO crawls (id, source_id, trigger, why, target) VALUES ('c', 'street', 'manual', 'a test', 9)",
  );
});
beforeEach(() => db.query("DELETE FROM candidates"));
afterAll(() => db.close());

interface Picture {
  asked?: number;
  checked?: number;
  unanswered?: number;
  sourceId?: string;
  url?: string;
}

/** Fetched candidates by their ids, with how many days ago each was asked about. */
async function pictures(of: Record<string, Picture>): Promise<void> {
  const at = (ago: number | undefined) => (ago === undefined ? null : days(ago));
  for (const [id, { asked, checked, unanswered, sourceId = "street", url = `http://h/${id}` }] of Object.entries(of))
    await db.query(
      `INSERT INTO candidates (id, source_id, crawl_id, external_id, url, status, consent_at, checked_at, check_found, unanswered_at)
       VALUES ($1, $2, 'c', $1, $3, 'fetched', $4, $5, $6, $7)`,
      [id, sourceId, url, at(asked), at(checked), checked === undefined ? null : "gone", at(unanswered)],
    );
}

/** All that a recheck finds, page by page. */
async function walk(sql: Sql, limit: number, of: Partial<typeof recheck> = {}): Promise<string[]> {
  const found: string[] = [];
  for (let after: string | undefined = ""; after !== undefined; ) {
    const page = await staleCandidates(sql, { ...recheck, ...of }, after, limit);
    found.push(...page.ids);
    after = page.last;
  }
  return found;
}

describe("what a recheck asks about", () => {
  it("comes in the order in which it was last asked about, whatever fits on a page", async () => {
    await pictures({
      a: { asked: 12 },
      b: { asked: 40 },
      c: {},
      d: { asked: 20 },
      e: { asked: 20 },
      f: { asked: 60, checked: 15 },
    });
    for (const limit of [1, 2, 4, 9]) expect(await walk(db, limit)).toEqual(["c", "b", "d", "e", "f", "a"]);
  });

  it("leaves out what was asked about since, and what other sources hold", async () => {
    await pictures({
      old: { asked: 30 },
      fresh: { asked: 3 },
      checked: { asked: 30, checked: 3 },
      file: { asked: 40, url: "file:///a.jpg" },
      other: { asked: 50, sourceId: "studio" },
    });
    expect(await walk(db, 9)).toEqual(["other", "file", "old"]);
    expect(await walk(db, 9, { sourceId: "street" as never })).toEqual(["file", "old"]);
  });

  it("comes last where the host gave no answer the last time, and not again where it gave none to this recheck", async () => {
    await pictures({
      a: { asked: 90, unanswered: 2 },
      b: { asked: 80, unanswered: 5 },
      c: { asked: 20 },
      now: { asked: 70, unanswered: -1 },
      fresh: { asked: 3, unanswered: 2 },
    });
    for (const limit of [1, 2, 9]) expect(await walk(db, limit)).toEqual(["c", "b", "a"]);
  });

  it("goes on where a page ended that named no moment", async () => {
    await pictures({ "0a": {}, "0b": {}, "0c": {} });
    expect((await staleCandidates(db, recheck, "0a", 9)).ids).toEqual(["0b", "0c"]);
  });

  it("is counted by source, with the moment of the oldest", async () => {
    await pictures({
      a: { asked: 30 },
      b: { asked: 12, checked: 11 },
      c: { asked: 3 },
      d: { sourceId: "studio" },
      e: { asked: 40, unanswered: 1 },
    });
    const oldest = expect.stringMatching(days(40).toISOString().slice(0, 10));
    const street = { sourceId: "street", count: 3, oldest };
    expect(await countStale(db, { olderThanDays: 10 })).toEqual([
      street,
      { sourceId: "studio", count: 1, oldest: null },
    ]);
  });

  it("is found by indexes, which hold the order already", async () => {
    await db.query(
      `INSERT INTO candidates (id, source_id, crawl_id, external_id, url, status, consent_at, unanswered_at)
       SELECT lpad(i::text, 6, '0'), 'street', 'c', i::text, 'http://h/' || i, CASE WHEN i % 5 = 0 THEN 'dropped' ELSE 'kept' END,
         now() - make_interval(mins => i), CASE WHEN i % 100 = 1 THEN now() - make_interval(mins => i) END
       FROM generate_series(1, ${MANY}) AS i`,
    );
    await db.query("ANALYZE candidates");
    const plans: string[] = [];
    const watched: Sql = {
      query: async (text, values) => {
        const rows = await db.query<{ "QUERY PLAN": string }>(`EXPLAIN ${text}`, values);
        plans.push(rows.map((row) => row["QUERY PLAN"]).join("\n"));
        return db.query(text, values);
      },
    };
    await staleCandidates(watched, { ...recheck, before: days(0).toISOString() }, `${days(3).getTime()}.000000`, 960);
    await staleCandidates(watched, { ...recheck, before: days(0).toISOString() }, `silent.${days(3).getTime()}.0`, 960);
    const [answered, silent] = plans;
    expect(answered).toContain("using candidates_asked");
    expect(silent).toContain("using candidates_unanswered");
    for (const plan of plans) expect(plan).not.toMatch(/Sort|Seq Scan/);
  });
});
