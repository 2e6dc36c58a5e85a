import { setTimeout as sleep } from "node:timers/promises";
import { ANSWER_COLUMNS, type ExportedAnswer } from "@anyone/domain/review/exported-answer";
import { createDatabase } from "@anyone/test/support/servers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AnswerSelection, exportAnswers } from "./answer-export.ts";
import { assetNumber, seedAnswers, seedAssets } from "./answered.fixture.ts";
import { type OpenDatabase, openDatabase } from "./client.ts";

let db: OpenDatabase;
beforeAll(async () => {
  db = openDatabase(await createDatabase(), { max: 4 });
  await seedAssets(db, 30);
  await seedAnswers(db, { assets: 30, count: 600 });
});
afterAll(() => db?.close());

async function text(format: "csv" | "jsonl", selection: Partial<AnswerSelection> = {}): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of exportAnswers(db, format, { after: 0, ...selection })) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}
async function rows(selection: Partial<AnswerSelection> = {}): Promise<ExportedAnswer[]> {
  return (await text("jsonl", selection))
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line));
}

describe("an export of answers", () => {
  it("holds every answer in words, in the order of their ids", async () => {
    const all = await rows();
    expect(all.map(({ id }) => id)).toEqual(Array.from({ length: 600 }, (_, n) => n + 1));
    expect(all[18]).toEqual({
      id: 19,
      asset: assetNumber(0),
      protocol: "prime-human@1.0.0",
      category: "top.color",
      answer: expect.any(String),
      second: expect.any(String),
      reviewer: "reviewer 0",
      iteration: 1,
      purpose: "sample",
      milliseconds: 418,
      answered_at: "2026-11-01T00:00:13.158Z",
      key: "submission 0",
    });
    expect(all[19]?.answer).toBe('other:"cats", <b>19</b>');
    expect(all[7]?.answer).toBe("not_visible");
  });

  it("has the same in csv, under the names of its columns", async () => {
    const csv = await text("csv");
    const lines = csv.split("\n");
    expect(lines[0]).toBe(ANSWER_COLUMNS.join(","));
    expect(lines).toHaveLength(602);
    expect(lines[20]).toContain('"other:""cats"", <b>19</b>"');
  });

  it("goes on after an id as if it had never stopped", async () => {
    for (const format of ["csv", "jsonl"] as const) {
      const whole = await text(format);
      const rest = await text(format, { after: 371 });
      expect(whole.endsWith(rest)).toBe(true);
      expect(rest.split("\n")).toHaveLength(230);
    }
  });

  it("selects an iteration and a reviewer, whatever the name holds", async () => {
    expect((await rows({ iteration: 2 })).every(({ iteration }) => iteration === 2)).toBe(true);
    expect(await rows({ iteration: 2 })).toHaveLength(200);
    expect((await rows({ reviewer: "reviewer 3" })).length).toBeGreaterThan(50);
    expect(await rows({ reviewer: "'; DROP TABLE human_answers; --\\" })).toEqual([]);
  });

  it("leaves out what comes while somebody with an earlier id has not committed, so that going on misses nothing", async () => {
    const slow = await db.pool.connect();
    await slow.query("BEGIN");
    await seedAnswers(
      { query: async (sql, values) => (await slow.query(sql, values as unknown[])).rows },
      { assets: 30, from: 600, count: 20 },
    );
    const exporting = rows({ after: 600 });
    await sleep(100);
    await seedAnswers(db, { assets: 30, from: 620, count: 20 });
    await slow.query("COMMIT");
    slow.release();
    const first = (await exporting).map(({ id }) => id);
    const rest = (await rows({ after: first.at(-1) ?? 600 })).map(({ id }) => id);
    expect([...first, ...rest]).toEqual(Array.from({ length: 40 }, (_, n) => n + 601));
  });

  it("gives its connection back when nobody reads on", async () => {
    for (let turn = 0; turn < 12; turn++) {
      for await (const piece of exportAnswers(db, "jsonl", { after: 0 })) {
        expect(piece.length).toBeGreaterThan(0);
        break;
      }
    }
    expect((await rows({ after: 0, iteration: 1 })).length).toBeGreaterThan(100);
  });

  it("holds each answer once and in order where it is copied in several ranges at once", async () => {
    const before = (await rows()).length;
    await seedAnswers(db, { assets: 30, from: 1_000, count: 60_000 });
    const ids = (await rows()).map(({ id }) => id);
    expect(ids).toHaveLength(before + 60_000);
    expect(ids.every((id, place) => place === 0 || id > (ids[place - 1] as number))).toBe(true);
  }, 60_000);
});
