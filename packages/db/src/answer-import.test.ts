import { createDatabase } from "@anyone/test/support/servers";
import { afterAll, beforeAll, expect, it } from "vitest";
import { addRows, startImport } from "./answer-import.ts";
import { assetNumber, seedAssets } from "./answered.fixture.ts";
import { type OpenDatabase, openDatabase } from "./client.ts";
import { protocolRepository } from "./protocols.ts";

let db: OpenDatabase;
beforeAll(async () => {
  db = openDatabase(await createDatabase(), { max: 4 });
  await seedAssets(db, 3);
});
afterAll(() => db?.close());

const row = (asset: number, answer: string, reviewer: string, at: string) => ({
  ...{ asset: assetNumber(asset), category: "hair.color", answer, reviewer },
  answered_at: `2026-01-0${at}T00:00:00Z`,
});

it("what one person says anew about a picture, in one file or the next, stands in place of what was said before", async () => {
  const files = [
    [
      row(0, "black", "ada", "1"),
      row(1, "black", "ada", "1"),
      row(0, "black", "bob", "1"),
      row(0, "brown", "ada", "2"),
    ],
    [row(1, "brown", "ada", "2"), row(0, "black", "ada", "1")],
  ];
  const done = [];
  for (const [n, rows] of files.entries()) {
    const { id } = await startImport(db, { name: `${n}.jsonl`, sha256: String(n), by: "operator" });
    const { accepted, repeated, rejected } = await addRows(
      db,
      protocolRepository(db),
      { id, position: 0, rows },
      () => [],
    );
    done.push({ accepted, repeated, rejected });
  }
  expect(done).toEqual([
    { accepted: 4, repeated: 0, rejected: [] },
    { accepted: 1, repeated: 1, rejected: [] },
  ]);
  const stands = await db.query(
    "SELECT asset_id, reviewer, created_at::date::text AS at FROM standing_answers ORDER BY id",
  );
  expect(stands).toEqual([
    { asset_id: assetNumber(0), reviewer: "bob", at: "2026-01-01" },
    { asset_id: assetNumber(0), reviewer: "ada", at: "2026-01-02" },
    { asset_id: assetNumber(1), reviewer: "ada", at: "2026-01-02" },
  ]);
});

it("two files at once that hold the same person's answers are both taken", async () => {
  const ids = await Promise.all(
    ["a", "b"].map((sha256) => startImport(db, { name: sha256, sha256, by: "operator" }).then(({ id }) => id)),
  );
  const answers = ["black", "brown"].map((answer) => row(2, answer, "eve", "3"));
  const both = await Promise.all(
    ids.map((id, n) =>
      addRows(db, protocolRepository(db), { id, position: 0, rows: answers.slice(n, n + 1) }, () => []),
    ),
  );
  expect(both.map(({ accepted }) => accepted)).toEqual([1, 1]);
  expect(await db.query("SELECT value FROM standing_answers WHERE reviewer = 'eve'")).toHaveLength(1);
});
