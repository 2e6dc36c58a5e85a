import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type OpenDatabase, openDatabase } from "@anyone/db/client";
import { startCrawl } from "@anyone/db/crawls";
import { sourceRepository } from "@anyone/db/sources";
import { taskStore } from "@anyone/db/tasks";
import { SourceId } from "@anyone/domain/ids";
import { SourceSettings } from "@anyone/domain/source/source";
import { swatchDrawer } from "@anyone/drawn-world/servers/swatch-drawer";
import { startWorld, type World } from "@anyone/drawn-world/servers/world";
import { next } from "@anyone/queues/job";
import { discoverCandidates } from "@anyone/queues/jobs/source";
import { createDatabase } from "@anyone/test/support/servers";
import { afterAll, beforeAll, expect, it } from "vitest";
import { crawlerEnvironment } from "./crawler-process.fixture.ts";
import { AT_ONCE } from "./fetch-candidates.ts";

const PROCESSES = 8;
const PICTURES = 240;
const sourceId = SourceId.parse("drawn");
let folder: string;
let world: World;
let db: OpenDatabase;
let environment: Record<string, string>;
const crawlers = new Set<ChildProcess>();

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "resume-")));
  world = await startWorld({
    port: 0,
    seedFrom: 1,
    count: PICTURES,
    trouble: 0,
    cacheDir: folder,
    drawer: await swatchDrawer(join(folder, "drawn")),
    rate: { apiPerSecond: 1000, imagesPerSecond: 1000 },
  });
  const databaseUrl = await createDatabase();
  db = openDatabase(databaseUrl);
  environment = await crawlerEnvironment(world, databaseUrl, folder);
  const politeness = { perSecond: 60, concurrency: 2 };
  await sourceRepository(db).save({
    id: sourceId,
    settings: SourceSettings.parse({ kind: "flickr", endpoint: world.flickrEndpoint, perPage: 120, politeness }),
  });
});

afterAll(async () => {
  for (const child of crawlers) child.kill("SIGKILL");
  await db.close();
  await world.stop();
  await rm(folder, { recursive: true });
});

function startAll(): void {
  const main = new URL("./main.ts", import.meta.url).pathname;
  for (let i = 0; i < PROCESSES; i++)
    crawlers.add(spawn(process.execPath, [main], { env: environment, stdio: "ignore" }));
}

async function killAll(): Promise<void> {
  const ends = [...crawlers].map((child) => once(child, "exit"));
  for (const child of crawlers) child.kill("SIGKILL");
  await Promise.all(ends);
  crawlers.clear();
}

async function fetched(): Promise<string[]> {
  const rows = await db.query<{ url: string }>("SELECT url FROM candidates WHERE status = 'fetched'");
  return rows.map(({ url }) => new URL(url).pathname);
}

/** How often each picture was asked for. */
function asked(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { path } of world.requests()) counts.set(path, (counts.get(path) ?? 0) + 1);
  return counts;
}

it(`${PROCESSES} crawlers share the work, are killed in the middle, and others go on: no picture that was stored is asked for again`, async () => {
  await db.transaction(async (tx) => {
    const crawlId = await startCrawl(tx, { sourceId, target: PICTURES, trigger: "manual", why: "a test" });
    await taskStore(db).add(tx, [next(discoverCandidates, { crawlId, page: 0 })]);
  });
  startAll();
  await expect.poll(async () => (await fetched()).length, { timeout: 60_000, interval: 20 }).toBeGreaterThan(30);
  await killAll();
  const stored = await fetched();
  const [listed] = await db.query<{ open: number }>(
    "SELECT count(*)::int AS open FROM candidates WHERE status = 'listed'",
  );
  expect(listed?.open).toBeGreaterThan(20);

  // What only time would bring: the leases of the dead run out, and so do their places at the hosts.
  await db.query("UPDATE tasks SET lease_until = clock_timestamp() WHERE state = 'leased'");
  await db.query("UPDATE request_budgets SET state = jsonb_set(state, '{visits}', '{}')");
  startAll();
  const unfinished = async () => {
    const [row] = await db.query<{ n: number }>(
      "SELECT count(*)::int AS n FROM tasks WHERE state IN ('ready', 'leased') AND name LIKE 'source.%'",
    );
    return row?.n ?? 0;
  };
  await expect.poll(unfinished, { timeout: 90_000, interval: 250 }).toBe(0);
  await killAll();

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
