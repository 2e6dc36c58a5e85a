import { openDatabase } from "@anyone/db/client";
import { describe, expect, it } from "vitest";
import { createDatabase, redisUrl } from "../support/servers.ts";
import { LOG_TABLES } from "./execution-log.ts";
import { runChaos } from "./run-chaos.ts";
import { isFlawless, judge } from "./verdict.ts";

/** `npm run chaos -- --seed 11 --tasks 1000` is the same run by hand. */
const SEED = 11;

describe("tasks under chaos", () => {
  it(`loses nothing and doubles nothing (seed ${SEED})`, { timeout: 300_000 }, async () => {
    const places = { databaseUrl: await createDatabase(), redisUrl: await redisUrl() };
    const report = await runChaos({ seed: SEED, tasks: 1000, flush: false, ...places });
    expect(report).toMatchObject({ lost: 0, doubled: 0, unaccounted: 0, unfinished: 0 });
    expect(report.faults.wipe).toBe(2);
    expect(Math.min(report.faults.kill, report.faults.pause, report.faults.cut)).toBeGreaterThan(0);
  });

  it("would be told if an effect were lost, doubled or unheard of", async () => {
    const db = openDatabase(await createDatabase());
    await db.query(LOG_TABLES);
    await db.query(
      `INSERT INTO chaos.executions SELECT gen_random_uuid(), 0, stage, item, 'task'
         FROM unnest(ARRAY['source', 'filter', 'annotate']) AS stage, generate_series(0, 3) AS item`,
    );
    await db.query("INSERT INTO chaos.effects SELECT execution, stage, chunk FROM chaos.executions");
    expect(isFlawless(await judge(db, 4))).toBe(true);

    await db.query("DELETE FROM chaos.effects WHERE stage = 'filter' AND item = 2");
    expect(await judge(db, 4)).toMatchObject({ lost: 1, doubled: 0, wasted: 1 });

    await db.query("INSERT INTO chaos.effects SELECT * FROM chaos.effects WHERE stage = 'source' AND item < 2");
    expect(await judge(db, 4)).toMatchObject({ lost: 1, doubled: 2, unaccounted: 0 });

    await db.query("INSERT INTO chaos.effects VALUES (gen_random_uuid(), 'filter', 2)");
    expect(await judge(db, 4)).toMatchObject({ lost: 0, unaccounted: 1 });

    await db.query("INSERT INTO tasks (id, name, stage, payload) VALUES ('t', 't', 'source', '{}')");
    expect(await judge(db, 4)).toMatchObject({ unfinished: 1 });
    await db.close();
  });
});
