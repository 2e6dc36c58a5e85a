import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtemp, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { openTestApi, type TestApi } from "@anyone/api/open-test-api.fixture";
import { exportAnswers } from "@anyone/cli/transfer/export-answers";
import { importAnswers } from "@anyone/cli/transfer/import-answers";
import { createClient } from "@anyone/contracts/client";
import { assetNumber, seedAnswers, seedAssets } from "@anyone/db/answered.fixture";
import type { ExportedAnswer, TransferFormat } from "@anyone/domain/review/exported-answer";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const MAIN = fileURLToPath(new URL("../../packages/cli/src/main.ts", import.meta.url));
const FORMATS: TransferFormat[] = ["jsonl", "csv", "parquet", "label-studio"];
const ENDING = { jsonl: "jsonl", csv: "csv", parquet: "parquet", "label-studio": "json" };

let folder: string;
let [from, to, third]: TestApi[] = [];
const api = (one: TestApi | undefined): TestApi => one as TestApi;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "anyone-transfer-"));
  [from, to, third] = await Promise.all([openTestApi(), openTestApi(), openTestApi()]);
  for (const one of [from, to, third]) await seedAssets(api(one).db, 40);
  await seedAnswers(api(from).db, { assets: 40, count: 3_000 });
}, 120_000);
afterAll(async () => {
  for (const one of [from, to, third]) await one?.close();
  await rm(folder, { recursive: true, force: true });
});

const write = (one: TestApi | undefined, name: string, format: TransferFormat, by?: string) => {
  const path = join(folder, name);
  return exportAnswers({ client: api(one).as("operator"), path, format, by }).then(() => path);
};
const take = (one: TestApi | undefined, path: string, format: TransferFormat, reviewer?: string) =>
  importAnswers({ client: api(one).as("operator"), path, format, reviewer });

/** What was said, without how it came: id, iteration, purpose and key are those of where it lies. */
async function said(one: TestApi | undefined, by?: string): Promise<Partial<ExportedAnswer>[]> {
  const text = await readFile(await write(one, `said-${Math.random()}.jsonl`, "jsonl", by), "utf8");
  return text
    .split("\n")
    .filter(Boolean)
    .map((line) => {
      const { id: _, iteration: _i, purpose: _p, key: _k, ...rest } = JSON.parse(line) as ExportedAnswer;
      return rest;
    });
}
const count = async (one: TestApi | undefined): Promise<number> =>
  (await api(one).db.query<{ n: number }>("SELECT count(*)::int AS n FROM human_answers"))[0]?.n ?? 0;
const refusals = async (path: string) =>
  (await readFile(`${path}.rejected.jsonl`, "utf8"))
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line));

describe("answers of people, out to a file and in from it", () => {
  it("say the same after each format, are added once, and not at all where they came from", async () => {
    const whole = await said(from);
    expect(whole).toHaveLength(3_000);
    for (const [turn, format] of FORMATS.entries()) {
      const path = await write(from, `whole.${ENDING[format]}`, format);
      const first = await take(to, path, format);
      expect([format, first.accepted, first.repeated, first.rejected]).toEqual([
        format,
        turn ? 0 : 3_000,
        turn ? 3_000 : 0,
        0,
      ]);
      expect(await take(to, path, format)).toMatchObject({
        accepted: 0,
        repeated: 3_000,
        rejected: 0,
        rejectedFile: null,
      });
      expect(await take(from, path, format)).toMatchObject({ accepted: 0, repeated: 3_000, rejected: 0 });
    }
    expect(await said(to)).toEqual(whole);
    expect(await api(to).db.query("SELECT DISTINCT purpose, iteration FROM human_answers")).toEqual([
      { purpose: "import", iteration: 0 },
    ]);
  }, 120_000);

  it("are the same file to the byte once they were imported", async () => {
    const second = await write(to, "second.jsonl", "jsonl");
    await take(third, second, "jsonl");
    const again = await write(third, "third.jsonl", "jsonl");
    expect((await readFile(again)).equals(await readFile(second))).toBe(true);
  }, 60_000);

  it("come back as they were, whatever people wrote and whoever wrote it", async () => {
    const nasty = fc.oneof(
      fc.constantFrom(
        "=1+1",
        "@x",
        "-2",
        "+3",
        "'=x",
        "a,b",
        'say "hi"',
        "two\nlines",
        "red",
        "<img src=x onerror=1>",
        "a  b",
        "\\N",
        "\\.",
      ),
      fc.string({ unit: "grapheme", minLength: 1, maxLength: 60 }),
    );
    const clean = nasty
      .map((text) => text.replaceAll("\u0000", "").trim())
      .filter((text) => text !== "" && text.isWellFormed());
    // wherever free text has at most a few words, so many are given
    const row = fc.record({
      asset: fc.nat(39),
      text: clean,
      milliseconds: fc.option(fc.nat(86_400_000)),
      at: fc.date({ min: new Date("2020-01-01"), max: new Date("2035-01-01"), noInvalidDate: true }),
    });
    let run = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { minLength: 1, maxLength: 30 }),
        clean,
        fc.constantFrom(...FORMATS),
        async (rows, name, format) => {
          const by = `${name} ${++run}`.slice(0, 200);
          await api(from).db.query(
            `INSERT INTO human_answers (review_task_id, asset_id, protocol_id, category, value, text, reviewer, iteration, purpose, milliseconds, idempotency_key, created_at)
           SELECT 'page ' || place || ' of ' || $1, asset, 'prime-human@1.0.0', category, -4, text, $1, 1, 'sample', ms, '=key ' || $1 || place, at
             FROM unnest($2::text[], $3::smallint[], $4::text[], $5::int[], $6::timestamptz[]) WITH ORDINALITY AS g (asset, category, text, ms, at, place)`,
            [
              by,
              rows.map(({ asset }) => assetNumber(asset)),
              rows.map(() => 7),
              rows.map(({ text }) => text),
              rows.map(({ milliseconds }) => milliseconds),
              rows.map(({ at }) => at),
            ],
          );
          const before = await said(from, by);
          expect(before.map(({ answer }) => answer)).toEqual(rows.map(({ text }) => `other:${text}`));
          const path = await write(from, `run-${run}.${ENDING[format]}`, format, by);
          expect(await take(to, path, format)).toMatchObject({ accepted: rows.length, rejected: 0 });
          expect(await said(to, by)).toEqual(before);
          if (format === "csv") expect(await readFile(path, "utf8")).not.toMatch(/(^|,)"?[=+@]/m);
        },
      ),
      { numRuns: 24 },
    );
  }, 120_000);
});

describe("a file with faults in it", () => {
  const header = "asset,category,answer,second,answered_at,milliseconds\n";
  const good = (n: number) => `${assetNumber(n)},hair.color,${n % 2 ? "black" : "BLACK"},,2026-01-01T00:00:00Z,${n}\n`;

  it("is taken but for those rows, each of which has its reason", async () => {
    const path = join(folder, "faults.csv");
    const rows = [
      good(1),
      `${assetNumber(2)},hair.color,plaid,,,\n`,
      `${assetNumber(2)},hair.smell,black,,,\n`,
      `${"f".repeat(64)},hair.color,black,,,\n`,
      `${assetNumber(2)},hair.color,black,,yesterday,\n`,
      `${assetNumber(2)},hair.color,black,,,soon\n`,
      good(3),
      `${assetNumber(2)},hair.color,,,,\n`,
      `${assetNumber(2)},hair.color\n`,
      `${assetNumber(4)},"never closed,black,,,\n`,
      good(5),
      `${assetNumber(6)},7,"other:<script>=1+1</script>",,,\n`,
      `${assetNumber(7)},hair.co`,
    ];
    await writeFile(path, header + rows.join(""));
    const before = await count(to);
    const done = await take(to, path, "csv", "ada");
    expect(done).toMatchObject({
      position: 13,
      accepted: 4,
      repeated: 0,
      rejected: 9,
      rejectedFile: `${path}.rejected.jsonl`,
    });
    const refused = await refusals(path);
    expect(refused.map(({ row, reason }) => [row, reason])).toEqual([
      [2, "unknown-answer"],
      [3, "unknown-category"],
      [4, "unknown-asset"],
      [5, "wrong-type"],
      [6, "wrong-type"],
      [8, "wrong-type"],
      [9, "unreadable"],
      [10, "unreadable"],
      [13, "unreadable"],
    ]);
    expect(refused[0]).toMatchObject({ detail: expect.stringContaining("black"), value: { answer: "plaid" } });
    expect(await take(to, path, "csv", "ada")).toMatchObject({ accepted: 0, repeated: 4, rejected: 9 });
    expect(await count(to)).toBe(before + 4);
  }, 60_000);

  it("has no reader but for its header where that names no answer", async () => {
    const path = join(folder, "foreign.csv");
    await writeFile(path, "image,label\na,b\n");
    await expect(take(to, path, "csv")).rejects.toMatchObject({
      code: "bad-input",
      message: expect.stringContaining("no column asset, category, answer"),
    });
  });

  it("keeps what is whole of half a file, in every format that can be read from its start", async () => {
    for (const format of FORMATS) {
      const path = await write(from, `half.${ENDING[format]}`, format, "reviewer 2");
      const { size } = await stat(path);
      await truncate(path, Math.floor(size * 0.6));
      if (format === "parquet") {
        await expect(take(third, path, format)).rejects.toMatchObject({
          code: "bad-input",
          message: expect.stringContaining("Parquet"),
        });
        continue;
      }
      const done = await take(third, path, format);
      expect([format, done.rejected]).toEqual([format, 1]);
      expect(done.repeated).toBeGreaterThan(100);
      expect((await refusals(path))[0]).toMatchObject({ row: done.position, reason: "unreadable" });
    }
  }, 60_000);

  it("says who answered, or somebody is named for it", async () => {
    const path = join(folder, "nobody.jsonl");
    await writeFile(
      path,
      `${JSON.stringify({ asset: assetNumber(1), category: "person.gender", answer: "female" })}\n[]\n7\n"x"\n{"asset":"\\u0000"}\n`,
    );
    expect(await take(to, path, "jsonl")).toMatchObject({ accepted: 0, rejected: 5 });
    expect((await refusals(path)).map(({ reason }) => reason)).toEqual([
      "no-reviewer",
      "wrong-type",
      "unreadable",
      "unreadable",
      "wrong-type",
    ]);
    expect(await take(to, path, "jsonl", "grace")).toMatchObject({ accepted: 1, rejected: 4 });
  });
});

describe("what is cut off", () => {
  it("goes on after kill -9 of the importing command, with nothing doubled and every refusal told", async () => {
    const other = await openTestApi();
    try {
      await seedAssets(other.db, 40);
      const path = join(folder, "long.jsonl");
      const lines = Array.from({ length: 40_000 }, (_, n) =>
        JSON.stringify({
          asset: assetNumber(n % 40),
          category: "hair.color",
          answer: n % 1000 === 7 ? "plaid" : "black",
          reviewer: `person ${n}`,
        }),
      );
      await writeFile(path, lines.join("\n"));
      const environment = { PATH: process.env.PATH, API_URL: other.url, API_KEY: other.keys.operator };
      const killed: ChildProcess = spawn(process.execPath, [MAIN, "label", "import", path], {
        env: environment,
        stdio: "ignore",
      });
      const ended = new Promise((resolve) => killed.once("exit", resolve));
      while ((await count(other)) < 6_000) await sleep(10);
      killed.kill("SIGKILL");
      await ended;
      const half = await count(other);
      expect(half).toBeLessThan(39_960);

      const out = await new Promise<string>((resolve, reject) =>
        execFile(process.execPath, [MAIN, "--json", "label", "import", path], { env: environment }, (error, text) =>
          error ? reject(error) : resolve(text),
        ),
      );
      expect(JSON.parse(out)).toMatchObject({ position: 40_000, accepted: 39_960, rejected: 40, state: "done" });
      expect(await count(other)).toBe(39_960);
      expect((await refusals(path)).map(({ row }) => row)).toEqual(Array.from({ length: 40 }, (_, n) => n * 1000 + 8));
    } finally {
      await other.close();
    }
  }, 120_000);

  it("goes on where an export lost its connection, to the same file", async () => {
    for (const format of FORMATS) {
      const whole = await readFile(await write(from, `uncut.${ENDING[format]}`, format));
      const proxy = await cutting(api(from).url, Math.floor(whole.length / 2.5));
      const client = createClient({
        url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
        key: api(from).keys.operator,
      });
      const path = join(folder, `cut.${ENDING[format]}`);
      const { resumedAfter } = await exportAnswers({ client, path, format });
      expect([format, (await readFile(path)).equals(whole)]).toEqual([format, true]);
      if (format !== "parquet") expect(resumedAfter).toBeGreaterThan(100);
      proxy.close();
    }
  }, 60_000);
});

/** A proxy that cuts its first answer after so many bytes. */
function cutting(target: string, bytes: number): Promise<Server> {
  let first = true;
  const server = createServer((asked, answer) => {
    const cutThis = first;
    first = false;
    let left = bytes;
    const url = new URL(asked.url ?? "/", target);
    request(url, { method: asked.method ?? "GET", headers: asked.headers }, (response) => {
      answer.writeHead(response.statusCode ?? 500, { "content-type": response.headers["content-type"] ?? "" });
      response.on("data", (piece: Buffer) => {
        answer.write(cutThis ? piece.subarray(0, Math.max(0, left)) : piece);
        left -= piece.length;
        if (cutThis && left <= 0) setTimeout(() => answer.destroy(), 50);
      });
      response.on("end", () => cutThis || answer.end());
    }).end();
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}
