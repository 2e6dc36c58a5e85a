import { type OpenDatabase, openDatabase } from "@anyone/db/client";
import { startCrawl } from "@anyone/db/crawls";
import { taskStore } from "@anyone/db/tasks";
import { SourceId } from "@anyone/domain/ids";
import { next } from "@anyone/queues/job";
import { discoverCandidates } from "@anyone/queues/jobs/source";
import { createDatabase } from "@anyone/test/support/servers";
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  crawlerEnvironment,
  crawlerProcesses,
  type SwatchWorld,
  saveSwatchSource,
  startSwatchWorld,
} from "./crawler-process.fixture.ts";
import { AT_ONCE } from "./fetch-candidates.ts";

const PROCESSES = 8;
const PICTURES = 240;
const sourceId = SourceId.parse("drawn");
let swatches: SwatchWorld;
let db: OpenDatabase;
let environment: Record<string, string>;
const crawlers = crawlerProcesses(PROCESSES);

beforeAll(async () => {
  swatches = await startSwatchWorld("resume", PICTURES);
  const databaseUrl = await createDatabase();
  db = openDatabase(databaseUrl);
  environment = await crawlerEnvironment(swatches.world, databaseUrl, swatches.folder);
  await saveSwatchSource(db, sourceId, swatches.world, 120);
});

afterAll(async () => {
  await crawlers.kill();
  await db.close();
  await swatches.stop();
});

async function fetched(): Promise<string[]> {
  const rows = await db.query<{ url: string }>("SELECT url FROM candidates WHERE status = 'fetched'");
  return rows.map(({ url }) => new URL(url).pathname);
}

/** How often each picture was asked for. */
function asked(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { path } of swatches.world.requests()) counts.set(path, (counts.get(path) ?? 0) + 1);
  return counts;
}

it(`${PROCESSES} crawlers share the work, are killed in the middle, and others go on: no picture that was stored is asked for again`, async () => {
  await db.transaction(async (tx) => {
    const crawlId = await startCrawl(tx, { sourceId, target: PICTURES, trigger: "manual", why: "a test" });
    await taskStore(db).add(tx, [next(discoverCandidates, { crawlId, page: 0 })]);
  });
  crawlers.start(environment);
  await expect.poll(async () => (await fetched()).length, { timeout: 60_000, interval: 20 }).toBeGreaterThan(30);
  await crawlers.kill();
  const stored = await fetched();
  const [listed] = await db.query<{ open: number }>(
    "SELECT count(*)::int AS open FROM candidates WHERE status = 'listed'",
  );
  expect(listed?.open).toBeGreaterThan(20);

  // What only time would bring: the leases of the dead run out, and so do their places at the hosts.
  await db.query("UPDATE tasks SET lease_until = clock_timestamp() WHERE state = 'leased'");
  await db.query("UPDATE request_budgets SET state = jsonb_set(state, '{visits}', '{}')");
  crawlers.start(environment);
  const unfinished = async () => {
    const [row] = await db.query<{ n: number }>(
      "SELECT count(*)::int AS n FROM tasks WHERE state IN ('ready', 'leased') AND name LIKE 'source.%'",
    );
    return row?.n ?? 0;
  };
  await expect.poll(unfinished, { timeout: 90_000, interval: 250 }).toBe(0);
  await crawlers.kill();

  const counts = asked();
  const all = await fetched();
  expect(all.length).toBeGreaterThan(stored.length);
  expect(stored.filter((path) => counts.get(path) !== 1)).toEqual([]);
  // Of those under way when their process died, the answer went nowhere: only they are asked for again.
  expect(all.filter((path) => counts.get(path) !== 1).length).toBeLessThanOrEqual(PROCESSES * AT_ONCE);
  const [left] = await db.query<{ lost: number }>(
    "SELECT count(*)::int AS lost FROM candidates WHERE status = 'listed'",
  );
  expect(left?.lost).toBe(0);
}, 240_000);
