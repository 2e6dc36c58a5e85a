import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { answerCache } from "@anyone/db/answer-cache";
import { lockPool } from "@anyone/db/assets";
import { readAsset } from "@anyone/db/browse/filter";
import { candidateIdOf, candidateRepository, insertListed } from "@anyone/db/candidates";
import { type OpenDatabase, openDatabase } from "@anyone/db/client";
import { readRecheck, startRecheck } from "@anyone/db/consent-rechecks";
import { crawlRepository, startCrawl } from "@anyone/db/crawls";
import { readConsent } from "@anyone/db/evidence";
import { recordGrant, revokeGrant } from "@anyone/db/grants";
import { requestBudgets } from "@anyone/db/request-budgets";
import { putSetting } from "@anyone/db/settings";
import { sourceRepository } from "@anyone/db/sources";
import { taskStore } from "@anyone/db/tasks";
import { readThresholds } from "@anyone/db/thresholds";
import { returnAssets, withdrawAssets } from "@anyone/db/withdraw-assets";
import { primeHuman } from "@anyone/domain/annotate/prime-human";
import { AssetId, SourceId } from "@anyone/domain/ids";
import { CONSENT_PLACES } from "@anyone/domain/source/consent";
import { POOL_REFRESH, RECHECK_CHUNK } from "@anyone/domain/source/recheck";
import { SourceSettings } from "@anyone/domain/source/source";
import { SOURCE_USES } from "@anyone/domain/source/terms";
import type { NextTask } from "@anyone/domain/tasks";
import { next, type Outcome } from "@anyone/queues/job";
import { fetchCandidates, recheckConsent, sourceJobs } from "@anyone/queues/jobs/source";
import { logger } from "@anyone/runtime/logger";
import { filesystemStore } from "@anyone/storage/filesystem";
import { createDatabase } from "@anyone/test/support/servers";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { largeJpeg, PROHIBITED, xmpPacket } from "./consent/pictures.fixture.ts";
import { type SafeFetcher, safeFetcher } from "./fetch/safe-fetch.ts";
import { handlers } from "./handlers.ts";
import { politeFetch } from "./polite-fetch.ts";
import { HostQueues } from "./politeness.ts";
import { refreshWhenDue } from "./refresh-clock.ts";

const sourceId = SourceId.parse("list");
const GENERATED = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia";
let server: Server;
let origin: string;
let fetcher: SafeFetcher;
let db: OpenDatabase;
let folder: string;
/** What the host does for a path, beyond giving its picture. */
let headers: Record<string, Record<string, string>>;
let statuses: Record<string, number>;
let asked: string[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "consent-"));
  server = createServer((request, response) => {
    const path = request.url ?? "";
    asked.push(`${request.method} ${path}`);
    if (!path.endsWith(".jpg")) return void response.writeHead(404).end();
    if (statuses[path]) return void response.writeHead(statuses[path]).end();
    const xmp = path.startsWith("/prohibited")
      ? xmpPacket(PROHIBITED)
      : path.startsWith("/generated")
        ? xmpPacket(`Iptc4xmpExt:DigitalSourceType="${GENERATED}"`)
        : undefined;
    const bytes = largeJpeg(xmp === undefined ? {} : { xmp }, path);
    response.writeHead(200, { etag: `"${path}"`, "content-length": bytes.length, ...headers[path] });
    return void response.end(request.method === "HEAD" ? undefined : bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  origin = `http://${host}`;
  fetcher = safeFetcher({ allowPrivate: new Set([host]) }, "test");
});

beforeEach(async () => {
  headers = {};
  statuses = {};
  asked = [];
  db = openDatabase(await createDatabase());
  const politeness = { perSecond: 1000, concurrency: 8 };
  const settings = SourceSettings.parse({ kind: "url-list", files: [`${origin}/list.txt`], politeness });
  await sourceRepository(db).save({ id: sourceId, settings });
});

afterAll(async () => {
  await fetcher.close();
  server.close();
  await rm(folder, { recursive: true });
});

/** Does a task and those that follow, as the runner does; what waits for a later moment is done at once. */
async function perform(...tasks: NextTask[]): Promise<NextTask[]> {
  const done: NextTask[] = [];
  const context = {
    db,
    sources: sourceRepository(db),
    crawls: crawlRepository(db),
    candidates: candidateRepository(db),
    protocols: { current: async () => primeHuman },
    thresholds: () => readThresholds(db),
    store: filesystemStore(join(folder, "objects")),
    reach: {
      fetch: politeFetch(fetcher, new HostQueues(requestBudgets(db))),
      importRoots: [],
      apiKeys: {},
      answers: answerCache(db),
      bucket: () => Promise.reject(new Error("no bucket here")),
    },
    log: logger("crawler", "silent"),
    attempt: 1,
    signal: new AbortController().signal,
    heartbeat: async () => {},
    traceparent: null,
  };
  for (let task = tasks.shift(); task; task = tasks.shift()) {
    const job = sourceJobs.find(({ name }) => name === task?.name);
    if (!job) continue;
    done.push(task);
    const handler = handlers[job.name] as (payload: unknown, context: unknown) => Promise<Outcome>;
    const outcome = await handler(job.payload.parse(task.payload), { ...context, taskId: task.id });
    if (outcome.outcome !== "done") continue;
    await db.transaction(async (tx) => outcome.write?.(tx));
    tasks.push(...outcome.next);
  }
  return done;
}

/** Lists and fetches pictures of the host by their names. */
async function fetched(...names: string[]) {
  const crawlId = await db.transaction((tx) =>
    startCrawl(tx, { sourceId, target: 999, trigger: "manual", why: "a test" }),
  );
  const listings = names.map((name) => ({ externalId: name, url: `${origin}/${name}.jpg` }));
  await db.transaction((tx) => insertListed(tx, { sourceId, crawlId }, listings));
  const candidateIds = names.map((name) => candidateIdOf(sourceId, name));
  for (let i = 0; i < candidateIds.length; i += 64)
    await perform(next(fetchCandidates, { candidateIds: candidateIds.slice(i, i + 64) }));
  return candidateIds;
}

async function recheck(options: { most?: number; olderThanDays?: number } = {}) {
  asked = [];
  const recheckId = await db.transaction((tx) => startRecheck(tx, { olderThanDays: 0, ...options, why: "a test" }));
  const tasks = await perform(next(recheckConsent, { recheckId }));
  return { tasks, now: await readRecheck(db, recheckId) };
}

const consentOf = (name: string) => readConsent(db, candidateIdOf(sourceId, name));
const statusOf = async (name: string) => {
  const [row] = await db.query<{ status: string; reason: string | null }>(
    "SELECT status, reason FROM candidates WHERE id = $1",
    [candidateIdOf(sourceId, name)],
  );
  return row?.reason ?? row?.status;
};

/** What is known of a picture's address. */
const link = async (name: string) =>
  (
    await db.query(
      `SELECT check_found AS found, checked_at > now() - interval '1 minute' AS just, missing_since IS NOT NULL AS missing,
         dead_at IS NOT NULL AS dead FROM candidates WHERE id = $1`,
      [candidateIdOf(sourceId, name)],
    )
  )[0];

describe("the evidence of a fetch", () => {
  it("is stored for what is kept and for what is opted out, with its words, place and moment", async () => {
    headers["/tagged.jpg"] = { "x-robots-tag": "noai" };
    headers["/open.jpg"] = { "tdm-reservation": "0" };
    await fetched("open", "tagged", "prohibited", "generated");
    expect(await Promise.all(["open", "tagged", "prohibited", "generated"].map(statusOf))).toEqual([
      "fetched",
      "opted-out",
      "opted-out",
      "fetched",
    ]);
    const rows = async (name: string) => (await consentOf(name))?.items;
    expect(await rows("open")).toMatchObject([
      { signal: "tdm-reservation", stance: "allows", value: "0", place: "headers", readFrom: `${origin}/open.jpg` },
    ]);
    expect(await rows("tagged")).toMatchObject([{ signal: "x-robots-tag", stance: "reserves", value: "noai" }]);
    expect(await rows("prohibited")).toMatchObject([{ signal: "iptc-data-mining", stance: "reserves", place: "xmp" }]);
    expect(await rows("generated")).toMatchObject([{ stance: "generated", value: GENERATED, place: "xmp" }]);
    expect((await consentOf("tagged"))?.reservedBy).toBe("x-robots-tag");
  });

  it("tells a picture of which nothing is said from one about which nobody was asked", async () => {
    statuses["/lost.jpg"] = 404;
    await fetched("silent", "lost");
    expect(await consentOf("silent")).toMatchObject({ asked: CONSENT_PLACES, reservedBy: null, items: [] });
    expect(await consentOf("lost")).toMatchObject({ asked: ["robots.txt", "tdmrep.json", "ai.txt"], items: [] });
    await db.query("UPDATE candidates SET consent_asked = NULL, consent_at = NULL");
    expect(await consentOf("silent")).toMatchObject({ asked: null, askedAt: null, items: [] });
    expect(await readConsent(db, "nobody")).toBeUndefined();
  });
});

describe("a recheck", () => {
  it("asks with one HEAD a picture, adds nothing where nothing changed, and ends", async () => {
    headers["/b.jpg"] = { "tdm-reservation": "0" };
    await fetched("a", "b");
    const { now } = await recheck();
    expect(now).toMatchObject({ listed: true, found: 2, unchanged: 2, finishedAt: expect.any(String) });
    expect(asked.filter((one) => one.endsWith(".jpg")).sort()).toEqual(["HEAD /a.jpg", "HEAD /b.jpg"]);
    expect((await consentOf("b"))?.items).toHaveLength(1);
  });

  it("finds an opt-out that came since and one that was taken back, and keeps their history", async () => {
    await fetched("a");
    headers["/a.jpg"] = { "x-robots-tag": "noai" };
    expect((await recheck()).now).toMatchObject({ optedOut: 1 });
    expect(await consentOf("a")).toMatchObject({ reservedBy: "x-robots-tag" });
    const events = await db.query<{ text: string }>("SELECT text FROM events WHERE kind = 'opted-out'");
    expect(events[0]?.text).toMatch(/^1 picture that was fetched is kept out of training by now/);

    headers = {};
    expect((await recheck()).now).toMatchObject({ optedOut: 0, unchanged: 1 });
    expect(await consentOf("a")).toMatchObject({
      reservedBy: null,
      items: [
        { value: null, stands: true },
        { value: "noai", stands: false },
      ],
    });
    expect(await statusOf("a")).toBe("fetched");
  });

  it("asks only about evidence that is old enough, of no more pictures than it is told, and not about those that are opted out", async () => {
    await fetched("a", "b", "c", "prohibited");
    expect((await recheck({ olderThanDays: 1 })).now).toMatchObject({ found: 0, finishedAt: expect.any(String) });
    expect((await recheck({ most: 2 })).now).toMatchObject({ found: 2, unchanged: 2 });
    expect((await recheck()).now).toMatchObject({ found: 3 });
  });

  it("counts what is gone and what does not answer, and leaves the evidence of both as it was", async () => {
    for (const name of ["gone", "away"]) headers[`/${name}.jpg`] = { "tdm-reservation": "0" };
    await fetched("gone", "away");
    statuses = { "/gone.jpg": 404, "/away.jpg": 500 };
    const { now, tasks } = await recheck();
    expect(now).toMatchObject({ found: 2, gone: 1, unanswered: 1, finishedAt: expect.any(String) });
    expect(tasks.map(({ payload }) => (payload as { attempt?: number }).attempt)).toEqual([undefined, 1, 2, 3]);
    expect(await link("gone")).toMatchObject({ found: "gone", missing: true });
    expect(await link("away")).toMatchObject({ found: null, missing: false });
    for (const name of ["gone", "away"])
      expect((await consentOf(name))?.items).toMatchObject([{ value: "0", stands: true }]);
  });

  it("notes what each host said and when, and calls a link dead on the second day without the picture", async () => {
    await fetched("stays", "goes");
    expect(await link("stays")).toMatchObject({ found: null, missing: false, dead: false });
    statuses = { "/goes.jpg": 410 };
    await recheck();
    await recheck();
    expect(await link("stays")).toEqual({ found: "unchanged", just: true, missing: false, dead: false });
    expect(await link("goes")).toEqual({ found: "gone", just: true, missing: true, dead: false });

    await db.query("UPDATE candidates SET missing_since = missing_since - 1");
    await recheck();
    expect(await link("goes")).toMatchObject({ found: "gone", dead: true });
    expect(await statusOf("goes")).toBe("fetched");
    statuses = {};
    await recheck();
    expect(await link("goes")).toEqual({ found: "unchanged", just: true, missing: false, dead: false });
  });

  it("goes through more pictures than one task takes", async () => {
    const count = RECHECK_CHUNK * 2 + 1;
    await fetched(...Array.from({ length: count }, (_, i) => `p${i}`));
    const { now, tasks } = await recheck();
    expect(now).toMatchObject({ found: count, unchanged: count });
    expect(tasks).toHaveLength(1 + 3);
  });
});

const assetIdOf = (name: string) => AssetId.parse(name.repeat(64));

/** Makes an asset of a fetched picture, as the filter does of what it keeps. */
async function kept(name: string): Promise<void> {
  const id = candidateIdOf(sourceId, name);
  await db.query("UPDATE candidates SET status = 'kept' WHERE id = $1", [id]);
  await db.query(
    `INSERT INTO assets (id, candidate_id, source_id, width, height, original_key, image_key, thumbnail_key, parts_key, phash, group_id, brisque)
     VALUES ($1, $2, $3, 1, 1, 'o', 'i', 't', 'p', 0, $1, 0)`,
    [assetIdOf(name), id, sourceId],
  );
}

/** The names of the pictures in the pool. */
const inPool = async () => (await db.query<{ id: string }>("SELECT id FROM pool ORDER BY id")).map(({ id }) => id[0]);

describe("what a recheck finds", () => {
  beforeEach(async () => {
    await fetched("a", "b");
    await kept("a");
    await kept("b");
  });

  it("takes a picture that was opted out since out of the pool and from before people, and brings it back once that is taken back", async () => {
    await db.query(
      `INSERT INTO review_tasks (id, iteration, asset_id, purpose, categories, blind)
       VALUES ('page', 1, $1, 'sample', '{1}', false), ('vote', 1, $1, 'evaluation', '{1}', true)`,
      [assetIdOf("a")],
    );
    headers["/a.jpg"] = { "x-robots-tag": "noai" };
    expect((await recheck()).now).toMatchObject({ departed: 1, returned: 0 });
    expect(await inPool()).toEqual(["b"]);
    expect(await readAsset(db, assetIdOf("a"))).toMatchObject({ leftBecause: "opted-out", withdrawnReason: null });
    expect(await db.query("SELECT id, state FROM review_tasks ORDER BY id")).toEqual([
      { id: "page", state: "skipped" },
      { id: "vote", state: "open" },
    ]);
    expect((await recheck()).now).toMatchObject({ departed: 0, returned: 0 });

    headers = {};
    expect((await recheck()).now).toMatchObject({ departed: 0, returned: 1 });
    expect(await inPool()).toEqual(["a", "b"]);
    const texts = await db.query<{ text: string }>("SELECT text FROM events WHERE kind = 'left-pool' ORDER BY id");
    expect(texts.map(({ text }) => text)).toEqual([
      "Of the pictures asked about again, 1 left the pool (1 opted-out).",
      "Of the pictures asked about again, 1 came back to the pool.",
    ]);
    const asked = await db.query("SELECT payload -> 'assetIds' AS ids FROM tasks WHERE name = 'annotate.assets'");
    expect(asked).toEqual([{ ids: [assetIdOf("a")] }]);
  });

  it("leaves to the filter what the filter withdrew, and the other way round", async () => {
    headers["/a.jpg"] = { "x-robots-tag": "noai" };
    await db.transaction((tx) => withdrawAssets(tx, [{ assetId: assetIdOf("a"), reason: "small-face" }]));
    await recheck();
    await db.transaction((tx) => returnAssets(tx, [assetIdOf("a")], primeHuman.identity));
    expect(await inPool()).toEqual(["b"]);
    await db.transaction((tx) => withdrawAssets(tx, [{ assetId: assetIdOf("a"), reason: "small-face" }]));
    headers = {};
    expect((await recheck()).now).toMatchObject({ returned: 1 });
    expect(await inPool()).toEqual(["b"]);
    expect(await db.query("SELECT FROM tasks WHERE name = 'annotate.assets'")).toEqual([]);
    expect(await db.transaction((tx) => returnAssets(tx, [assetIdOf("a")], primeHuman.identity))).toEqual([
      assetIdOf("a"),
    ]);
    expect(await inPool()).toEqual(["a", "b"]);
  });

  it("takes what may only be shown from its host out with its dead link, and leaves other stored pictures", async () => {
    statuses = { "/a.jpg": 404 };
    await recheck();
    await db.query("UPDATE candidates SET missing_since = missing_since - 1 WHERE missing_since IS NOT NULL");
    await recheck();
    expect(await link("a")).toMatchObject({ dead: true });
    expect(await inPool()).toEqual(["a", "b"]);

    await db.query("UPDATE sources SET connector = 'unsplash'");
    const all = { uses: [...SOURCE_USES], until: null, document: "letter.pdf" };
    const { id } = await recordGrant(db, { sourceId, grantedBy: "Unsplash", ...all }, "a test");
    expect((await recheck()).now).toMatchObject({ departed: 1 });
    expect(await readAsset(db, assetIdOf("a"))).toMatchObject({ leftBecause: "dead-link" });
    expect(await inPool()).toEqual(["b"]);

    await revokeGrant(db, id, "a test");
    expect((await recheck()).now).toMatchObject({ departed: 1 });
    expect(await readAsset(db, assetIdOf("b"))).toMatchObject({ leftBecause: "not-permitted" });
    expect(await inPool()).toEqual([]);
  });

  it("is settled after a judging again that holds the pool, by what that one left", async () => {
    headers["/a.jpg"] = { "x-robots-tag": "noai" };
    const { promise: held, resolve: letGo } = Promise.withResolvers<void>();
    const judging = db.transaction(async (tx) => {
      await lockPool(tx);
      await withdrawAssets(tx, [{ assetId: assetIdOf("a"), reason: "small-face" }]);
      await held;
      await tx.query("UPDATE candidates SET status = 'dropped', reason = 'small-face' WHERE id = $1", [
        candidateIdOf(sourceId, "a"),
      ]);
    });
    const asking = recheck();
    await expect
      .poll(() => db.query("SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"))
      .toHaveLength(1);
    letGo();
    await judging;
    expect((await asking).now).toMatchObject({ departed: 1, finishedAt: expect.any(String) });
    expect(await readAsset(db, assetIdOf("a"))).toMatchObject({
      leftBecause: "opted-out",
      withdrawnReason: "small-face",
    });
    expect(await statusOf("a")).toBe("small-face");
  });
});

describe("the pool", () => {
  const tasks = () => taskStore(db);
  const ages = (days: number) =>
    db.query(
      "UPDATE candidates SET fetched_at = fetched_at - make_interval(days => $1), consent_at = consent_at - make_interval(days => $1)",
      [days],
    );

  it("is refreshed every week by itself: once, whoever looks, and not while the last time goes on", async () => {
    await fetched("a", "b");
    expect(await refreshWhenDue(db, tasks())).toBeUndefined();
    await ages(8);
    const opened = await Promise.all([1, 2, 3].map(() => refreshWhenDue(db, tasks())));
    const [recheckId, ...others] = opened.filter((id) => id !== undefined);
    expect(others).toEqual([]);
    expect(await db.query("SELECT name FROM tasks")).toEqual([{ name: "source.recheck-consent" }]);

    await db.query("UPDATE consent_rechecks SET started_at = started_at - interval '8 days'");
    expect(await refreshWhenDue(db, tasks())).toBeUndefined();
    await perform(next(recheckConsent, { recheckId: String(recheckId) }));
    expect(await readRecheck(db, String(recheckId))).toMatchObject({ found: 2, unchanged: 2, why: "every 7 days" });
    expect(await refreshWhenDue(db, tasks())).toBeDefined();
  });

  it("is refreshed as often as the operator says, or never", async () => {
    await fetched("a");
    await ages(40);
    await putSetting(db, { key: POOL_REFRESH, value: { everyDays: 0 }, by: "a test" });
    expect(await refreshWhenDue(db, tasks())).toBeUndefined();
    await putSetting(db, { key: POOL_REFRESH, value: { everyDays: 60 }, by: "a test" });
    expect(await refreshWhenDue(db, tasks())).toBeUndefined();
    await putSetting(db, { key: POOL_REFRESH, value: { everyDays: 30 }, by: "a test" });
    expect(await refreshWhenDue(db, tasks())).toBeDefined();
  });
});
