import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { openDatabase } from "@anyone/db/client";
import { putSetting } from "@anyone/db/settings";
import { openClient } from "@anyone/grpc/client";
import { type LeasedSlot, ReviewServiceDefinition } from "@anyone/grpc/generated/anyone/v1/review";
import { createDatabase, redisUrl } from "@anyone/test/support/servers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { insertAssets, TOKEN, truthOf } from "./loop.fixture.ts";

const KILLS = 3;
const PEOPLE = 12;

let child: ChildProcess | undefined;
afterEach(() => kill());

async function kill(): Promise<void> {
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGKILL");
  await once(child, "exit");
}

describe("a review service that is killed while people answer", () => {
  it("loses nothing it acknowledged, and takes what was sent again as the same", async () => {
    const url = await createDatabase();
    const db = openDatabase(url);
    await insertAssets(db, 40);
    await putSetting(db, { key: "review.policy", value: { evaluationSize: 10, sampleSize: 20 }, by: "test" });
    const address = `127.0.0.1:${await freePort()}`;
    const env = { DATABASE_URL: url, REDIS_URL: await redisUrl(), SERVICE_TOKEN: TOKEN, REVIEW_ADDRESS: address };
    const start = () => {
      child = spawn(process.execPath, [join(import.meta.dirname, "main.ts")], {
        env: { PATH: process.env.PATH, LOG_LEVEL: "error", ...env },
        stdio: ["ignore", "inherit", "inherit"],
      });
    };
    start();
    const client = openClient(ReviewServiceDefinition, address, TOKEN, { deadlineMs: 5_000 });
    await vi.waitUntil(() => client.call.openIteration({ trigger: "manual" }).catch(() => undefined), {
      timeout: 30_000,
      interval: 200,
    });

    const told = new Map<string, number>();
    let over = false;
    /** Sends one answer until it is told what became of it, always under the same key. */
    const insist = async (reviewer: string, slot: LeasedSlot): Promise<void> => {
      const value = truthOf(slot.assetId)[slot.category - 1] as number;
      const submission = { reviewer, idempotencyKey: crypto.randomUUID(), answers: [{ ...slot, value }] };
      for (;;) {
        const answer = await client.call.answerSlots(submission).catch(() => undefined);
        if (answer?.results[0]?.state === "refused") return;
        if (answer) {
          told.set(`${slot.taskId} ${slot.category}`, value);
          return;
        }
        await sleep(50);
      }
    };
    const people = Array.from({ length: PEOPLE }, async (_, n) => {
      while (!over) {
        const grid = await client.call
          .leaseSlots({ reviewer: `p${n}`, limit: 4, leaseSeconds: 5 })
          .catch(() => undefined);
        for (const slot of grid?.slots ?? []) await insist(`p${n}`, slot);
        if (!grid || grid.slots.length === 0) await sleep(50);
      }
    });
    for (let kills = 0; kills < KILLS; kills++) {
      const before = told.size;
      await vi.waitUntil(() => told.size > before + 40, { timeout: 30_000, interval: 20 });
      await kill();
      start();
    }
    const before = told.size;
    await vi.waitUntil(() => told.size > before + 40, { timeout: 30_000, interval: 20 });
    over = true;
    await Promise.all(people);

    const rows = await db.query<{ slot: string; value: number; n: number }>(
      `SELECT review_task_id || ' ' || category AS slot, min(value)::int AS value, count(*)::int AS n FROM human_answers GROUP BY 1`,
    );
    const stored = new Map(rows.map(({ slot, value }) => [slot, value]));
    expect([...told].filter(([slot, value]) => stored.get(slot) !== value)).toEqual([]);
    expect(rows.filter(({ n }) => n > 1)).toEqual([]);
    client.close();
    await db.close();
  }, 120_000);
});

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}
