import { createDatabase } from "@anyone/test/support/servers";
import { afterAll, beforeAll, expect, it } from "vitest";
import { recordModelAnswers } from "./answers.ts";
import { type OpenDatabase, openDatabase } from "./client.ts";

let db: OpenDatabase;
beforeAll(async () => {
  db = openDatabase(await createDatabase());
});
afterAll(() => db?.close());

const record = (labeller: number, value: number[], confidence: number[]) =>
  db.transaction((tx) =>
    recordModelAnswers(tx, "p", [{ assetId: "a", labeller, value, confidence, giver: value.map(() => 1) }]),
  );

it("writes of a new labeller's answers only what is another than what stands, people's answers aside", async () => {
  expect(await record(1, [3, 5], [700, 900])).toBe(1);
  expect(await record(2, [3, 5], [710, 890])).toBe(0);
  await db.query("UPDATE answers SET giver[2] = 2");
  expect(await record(3, [3, 6], [700, 100])).toBe(0);
  expect(await record(4, [3, 5], [800, 900])).toBe(1);
  expect(await record(5, [4, 6], [800, 900])).toBe(1);
  const rows = await db.query("SELECT value, confidence, labeller FROM answers");
  expect(rows).toEqual([{ value: [4, 5], confidence: [800, 900], labeller: 5 }]);
});
