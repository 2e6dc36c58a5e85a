import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type OpenDatabase, openDatabase } from "@anyone/db/client";
import { crawlRepository, startCrawl } from "@anyone/db/crawls";
import { sourceRepository } from "@anyone/db/sources";
import { taskStore } from "@anyone/db/tasks";
import { SourceId } from "@anyone/domain/ids";
import { POOL_BOUNDS } from "@anyone/domain/source/pool-watch";
import { SourceSettings } from "@anyone/domain/source/source";
import { swatchDrawer } from "@anyone/drawn-world/servers/swatch-drawer";
import { startWorld, type World } from "@anyone/drawn-world/servers/world";
import { next } from "@anyone/queues/job";
import { discoverCandidates } from "@anyone/queues/jobs/source";
import { createDatabase } from "@anyone/test/support/servers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { crawlerEnvironment } from "./crawler-process.fixture.ts";

const politeness = { perSecond: 200, concurrency: 4 };
const sourceId = SourceId.parse("drawn");
let folder: string;
let world: World;
let db: OpenDatabase;
let environment: Record<string, string>;
let crawler: ChildProcess | undefined;

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "crawler-")));
  const drawer = await swatchDrawer(join(folder, "drawn"));
  world = await startWorld({ port: 0, seedFrom: 1, count: 100, trouble: 0, cacheDir: folder, drawer });
  const databaseUrl = await createDatabase();
  db = openDatabase(databaseUrl);
  environment = await crawlerEnvironment(world, databaseUrl, folder);
  await sourceRepository(db).save({
    id: sourceId,
    settings: SourceSettings.parse({ kind: "flickr", endpoint: world.flickrEndpoint, perPage: 20, politeness }),
  });
});

afterAll(async () => {
  crawler?.kill("SIGKILL");
  await db.close();
  await world.stop();
  await rm(folder, { recursive: true });
});

function start(variables: Record<string, string>): { process: ChildProcess; output: () => string } {
  const main = new URL("./main.ts", import.meta.url).pathname;
  const child = spawn(process.execPath, [main], { env: variables, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (data) => (output += data));
  return { process: child, output: () => output };
}

describe("the crawler's process", () => {
  it("says in one line what is wrong with its environment", async () => {
    const { process: child, output } = start({ ...environment, DATABASE_URL: "mysql://x", CONTACT: "nobody" });
    const [code] = await once(child, "exit");
    expect(code).toBe(1);
    expect(output()).toContain("DATABASE_URL: expected postgres://");
    expect(output()).toContain("CONTACT: expected an e-mail address");
    expect(output()).not.toContain("at ");
  });

  it("crawls what its queue brings, introduces itself, and starts more when the pool is low", async () => {
    const started = start(environment);
    crawler = started.process;
    const crawlId = await db.transaction(async (tx) => {
      const id = await startCrawl(tx, { sourceId, target: 15, trigger: "manual", why: "a test" });
      await taskStore(db).add(tx, [next(discoverCandidates, { crawlId: id, page: 0 })]);
      return id;
    });
    const fetched = async () => {
      const [row] = await db.query<{ n: number }>("SELECT count(*)::int AS n FROM candidates WHERE status = 'fetched'");
      return row?.n ?? 0;
    };
    await expect.poll(fetched, { timeout: 20_000 }).toBe(15);
    expect(await crawlRepository(db).get(crawlId)).toMatchObject({ state: "done", stopReason: "target-reached" });
    expect(
      world.requests().every((request) => request.userAgent === "AnnotateAnyone/0.1 (+mailto:tests@example.org)"),
    ).toBe(true);

    await db.query("INSERT INTO settings (key, value) VALUES ($1, $2)", [
      POOL_BOUNDS,
      JSON.stringify({ lower: 10, upper: 20, enabled: true }),
    ]);
    await expect.poll(fetched, { timeout: 25_000, interval: 200 }).toBeGreaterThan(15);
    const crawls = await db.query<{ trigger: string }>("SELECT trigger FROM crawls ORDER BY started_at");
    expect(crawls.map((row) => row.trigger)).toEqual(["manual", "pool-low"]);

    crawler.kill("SIGTERM");
    const [code] = await once(crawler, "exit");
    expect(code).toBe(0);
  }, 60_000);
});
