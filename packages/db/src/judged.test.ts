import { gates } from "@anyone/domain/filter/gate";
import type { Sql } from "@anyone/domain/transaction";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { OpenDatabase } from "./client.ts";
import { everyJudged } from "./judged.ts";
import { everyRejudgeable } from "./rejudge.ts";
import { openStreet } from "./street.fixture.ts";

const CANDIDATES = 60_000;

let db: OpenDatabase;
beforeAll(async () => {
  db = await openStreet();
  // As after a bulk load, before anything was analysed.
  await db.query("ALTER TABLE candidates SET (autovacuum_enabled = false)");
  await db.query(
    `INSERT INTO candidates (id, source_id, crawl_id, external_id, url, status, reason, verdict)
     SELECT md5(n::text), 'street', 'c', n::text, '', (ARRAY['kept', 'dropped', 'listed'])[1 + n % 3],
            CASE n % 3 WHEN 1 THEN 'small-face' END, jsonb_build_object('gates', '5', 'padding', repeat('x', 400))
       FROM generate_series(1, $1::int) AS n`,
    [CANDIDATES],
  );
});
afterAll(() => db?.close());

interface Plan {
  "Node Type": string;
  "Actual Rows": number;
  "Actual Loops": number;
  Plans?: Plan[];
}

/** The same queries, and the most rows that a node of any of their plans read from the table or sorted. */
function watched(): { sql: Sql; most: () => number } {
  let most = 0;
  const look = ({ Plans = [], ...node }: Plan) => {
    const rows = node["Actual Rows"] * node["Actual Loops"];
    if (/Sort|Heap Scan|Seq Scan|^Index/.test(node["Node Type"])) most = Math.max(most, rows);
    for (const plan of Plans) look(plan);
  };
  const sql: Sql = {
    async query<Row>(text: string, values?: readonly unknown[]): Promise<Row[]> {
      const [row] = await db.query<{ "QUERY PLAN": [{ Plan: Plan }] }>(
        `EXPLAIN (ANALYZE, FORMAT JSON) ${text}`,
        values,
      );
      look((row as { "QUERY PLAN": [{ Plan: Plan }] })["QUERY PLAN"][0].Plan);
      return db.query(text, values);
    },
  };
  return { sql, most: () => most };
}

describe.each([
  ["everyJudged", everyJudged],
  ["everyRejudgeable", everyRejudgeable],
])("%s", (_, every) => {
  it("gives each candidate that the filter ended, once, in the order of ids", async () => {
    const found: string[] = [];
    for await (const { id } of every(db, gates)) found.push(id);
    const ended = await db.query<{ id: string }>("SELECT id FROM candidates WHERE status <> 'listed' ORDER BY id");
    expect(found).toEqual(ended.map(({ id }) => id));
  });

  it("reads a page of rows for a page, also where the table has no statistics", async () => {
    const { sql, most } = watched();
    let count = 0;
    for await (const one of every(sql, gates)) count += one.kept ? 1 : 0;
    expect(count).toBe(CANDIDATES / 3);
    expect(most()).toBeLessThanOrEqual(2_000);
  });
});
