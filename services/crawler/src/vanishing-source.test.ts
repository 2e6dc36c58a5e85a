import { mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { candidateRepository } from "@anyone/db/candidates";
import { type OpenDatabase, openDatabase } from "@anyone/db/client";
import { crawlRepository, startCrawl } from "@anyone/db/crawls";
import { sourceRepository } from "@anyone/db/sources";
import { readThresholds } from "@anyone/db/thresholds";
import { primeHuman } from "@anyone/domain/annotate/prime-human";
import { SourceId } from "@anyone/domain/ids";
import { SourceSettings } from "@anyone/domain/source/source";
import type { NextTask } from "@anyone/domain/tasks";
import { next, type Outcome } from "@anyone/queues/job";
import { discoverCandidates, sourceJobs } from "@anyone/queues/jobs/source";
import { logger } from "@anyone/runtime/logger";
import { filesystemStore } from "@anyone/storage/filesystem";
import { createDatabase } from "@anyone/test/support/servers";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Origin, startOrigin } from "./connectors/origin.fixture.ts";
import { politeness, reachOf } from "./connectors/sources.fixture.ts";
import { handlers } from "./handlers.ts";

/** As much of a JPEG as says that it is one of 640×1280 pixels. */
const JPEG = Buffer.from("ffd8ffc0001108050002800301220002110103110100", "hex");
const PICTURES = 40;
const UNTIL_IT_VANISHES = 15;
const sourceId = SourceId.parse("list");

let folder: string;
let origin: Origin;
let db: OpenDatabase;
let closeReach: () => Promise<void>;
let perform: (task: NextTask) => Promise<NextTask[]>;
let away = false;
/** How often each picture was asked for, and how often given. */
const asked = new Map<string, number>();
const given = new Map<string, number>();

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "vanishing-")));
  origin = await startOrigin((request, response) => {
    const path = request.url ?? "";
    if (!path.endsWith(".jpg")) return void response.writeHead(404).end();
    asked.set(path, (asked.get(path) ?? 0) + 1);
    if (away) return void request.socket.destroy();
    given.set(path, (given.get(path) ?? 0) + 1);
    response.end(Buffer.concat([JPEG, Buffer.from(path)]));
    if (given.size === UNTIL_IT_VANISHES) away = true;
  });
  const list = join(folder, "list.txt");
  await writeFile(list, Array.from({ length: PICTURES }, (_, n) => `${origin.url}/${n}.jpg\n`).join(""));
  db = openDatabase(await createDatabase());
  const { reach, close } = reachOf(origin.host, "no-key", [folder]);
  closeReach = close;
  const context = {
    sources: sourceRepository(db),
    crawls: crawlRepository(db),
    candidates: candidateRepository(db),
    protocols: { current: async () => primeHuman },
    thresholds: () => readThresholds(db),
    store: filesystemStore(join(folder, "objects")),
    reach,
    log: logger("crawler", "silent"),
  };
  await context.sources.save({
    id: sourceId,
    settings: SourceSettings.parse({ kind: "url-list", files: [list], politeness }),
  });
  perform = async (task) => {
    const job = sourceJobs.find(({ name }) => name === task.name);
    const handler = handlers[task.name as keyof typeof handlers] as (
      payload: unknown,
      context: unknown,
    ) => Promise<Outcome>;
    const written: NextTask[] = [];
    const whole = {
      ...context,
      tasks: { add: async (_: unknown, tasks: readonly NextTask[]) => void written.push(...tasks) },
      taskId: task.id,
      attempt: 1,
      signal: new AbortController().signal,
      heartbeat: async () => {},
      traceparent: null,
    };
    const outcome = await handler(job?.payload.parse(task.payload), whole);
    if (outcome.outcome !== "done") return [];
    await db.transaction(async (tx) => outcome.write?.(tx));
    return [...outcome.next, ...written];
  };
});

afterAll(async () => {
  await closeReach();
  await origin.close();
  await db.close();
  await rm(folder, { recursive: true });
});

const candidates = (status: string) =>
  db.query<{ url: string }>("SELECT url FROM candidates WHERE status = $1", [status]);

it("a host that vanishes in the middle of a crawl is gone on with when it is back, and asked again only for what failed", async () => {
  const crawlId = await db.transaction((tx) =>
    startCrawl(tx, { sourceId, target: PICTURES, trigger: "manual", why: "a test" }),
  );
  const listed = await perform(next(discoverCandidates, { crawlId, page: 0 }));
  const later: NextTask[] = [];
  for (const task of listed.filter(({ name }) => name === "source.fetch")) later.push(...(await perform(task)));

  const stored = await candidates("fetched");
  expect(stored.length).toBeGreaterThanOrEqual(UNTIL_IT_VANISHES);
  expect(stored.length).toBeLessThan(PICTURES);
  expect(await candidates("listed")).toHaveLength(PICTURES - stored.length);
  const retries = later.filter(({ name }) => name === "source.fetch");
  expect(retries.flatMap(({ payload }) => payload.candidateIds as string[])).toHaveLength(PICTURES - stored.length);

  away = false;
  const askedBefore = new Map(asked);
  for (const task of retries) await perform(task);
  expect(await candidates("fetched")).toHaveLength(PICTURES);
  for (const { url } of stored) {
    const { pathname } = new URL(url);
    expect([pathname, asked.get(pathname), given.get(pathname)]).toEqual([pathname, askedBefore.get(pathname), 1]);
  }
  expect([...given.values()].every((times) => times === 1)).toBe(true);
});
