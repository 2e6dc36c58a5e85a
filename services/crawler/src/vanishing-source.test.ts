import { mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startCrawl } from "@anyone/db/crawls";
import { SourceId } from "@anyone/domain/ids";
import { SourceSettings } from "@anyone/domain/source/source";
import type { NextTask } from "@anyone/domain/tasks";
import { next } from "@anyone/queues/job";
import { discoverCandidates } from "@anyone/queues/jobs/source";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Origin, startOrigin } from "./connectors/origin.fixture.ts";
import { politeness, reachOf } from "./connectors/sources.fixture.ts";
import { SourceStage } from "./source-stage.fixture.ts";

/** As much of a JPEG as says that it is one of 640×1280 pixels. */
const JPEG = Buffer.from("ffd8ffc0001108050002800301220002110103110100", "hex");
const PICTURES = 40;
const UNTIL_IT_VANISHES = 15;
const sourceId = SourceId.parse("list");

let folder: string;
let origin: Origin;
let closeReach: () => Promise<void>;
let stage: SourceStage;
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
  const { reach, close } = reachOf(origin.host, "no-key", [folder]);
  closeReach = close;
  stage = await SourceStage.open({ folder, reach: () => reach });
  await stage.context.sources.save({
    id: sourceId,
    settings: SourceSettings.parse({ kind: "url-list", files: [list], politeness }),
  });
});

afterAll(async () => {
  await closeReach();
  await origin.close();
  await stage.db.close();
  await rm(folder, { recursive: true });
});

const candidates = (status: string) =>
  stage.db.query<{ url: string }>("SELECT url FROM candidates WHERE status = $1", [status]);

/** Does tasks that fetch, and returns those that they leave for later. */
async function fetchAll(tasks: readonly NextTask[]): Promise<NextTask[]> {
  for (const task of tasks.filter(({ name }) => name === "source.fetch")) await stage.perform(task);
  return stage.written.splice(0);
}

it("a host that vanishes in the middle of a crawl is gone on with when it is back, and asked again only for what failed", async () => {
  const crawlId = await stage.db.transaction((tx) =>
    startCrawl(tx, { sourceId, target: PICTURES, trigger: "manual", why: "a test" }),
  );
  await stage.perform(next(discoverCandidates, { crawlId, page: 0 }));
  const later = await fetchAll(stage.written.splice(0));

  const stored = await candidates("fetched");
  expect(stored.length).toBeGreaterThanOrEqual(UNTIL_IT_VANISHES);
  expect(stored.length).toBeLessThan(PICTURES);
  expect(await candidates("listed")).toHaveLength(PICTURES - stored.length);
  const retries = later.filter(({ name }) => name === "source.fetch");
  expect(retries.flatMap(({ payload }) => payload.candidateIds as string[])).toHaveLength(PICTURES - stored.length);

  away = false;
  const askedBefore = new Map(asked);
  await fetchAll(retries);
  expect(await candidates("fetched")).toHaveLength(PICTURES);
  for (const { url } of stored) {
    const { pathname } = new URL(url);
    expect([pathname, asked.get(pathname), given.get(pathname)]).toEqual([pathname, askedBefore.get(pathname), 1]);
  }
  expect([...given.values()].every((times) => times === 1)).toBe(true);
});
