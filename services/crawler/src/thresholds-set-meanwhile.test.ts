import { mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startCrawl } from "@anyone/db/crawls";
import { holdThresholds, setThresholds } from "@anyone/db/thresholds";
import { gates } from "@anyone/domain/filter/gate";
import { SourceId } from "@anyone/domain/ids";
import { SourceSettings } from "@anyone/domain/source/source";
import { next } from "@anyone/queues/job";
import { discoverCandidates, fetchCandidates } from "@anyone/queues/jobs/source";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Origin, startOrigin } from "./connectors/origin.fixture.ts";
import { politeness, reachOf } from "./connectors/sources.fixture.ts";
import { SourceStage } from "./source-stage.fixture.ts";

/** As much of a JPEG as says that it is one of 500×900 pixels, smaller than the filter lets in. */
const SMALL = Buffer.from("ffd8ffc0001108038401f40301220002110103110100", "hex");
const sourceId = SourceId.parse("list");

let folder: string;
let origin: Origin;
let close: () => Promise<void>;
let stage: SourceStage;
/** What is done while a picture is on its way. */
let meanwhile = async () => {};

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "meanwhile-")));
  origin = await startOrigin(async (request, response) => {
    if (!request.url?.endsWith(".jpg")) return void response.writeHead(404).end();
    await meanwhile();
    response.end(SMALL);
  });
  const list = join(folder, "list.txt");
  await writeFile(list, `${origin.url}/a.jpg\n`);
  const reaching = reachOf(origin.host, "no-key", [folder]);
  close = reaching.close;
  stage = await SourceStage.open({ folder, reach: () => reaching.reach });
  const settings = SourceSettings.parse({ kind: "url-list", files: [list], politeness });
  await stage.context.sources.save({ id: sourceId, settings });
});
afterAll(async () => {
  await close();
  await origin.close();
  await stage.db.close();
  await rm(folder, { recursive: true });
});

const set = (change: Record<string, number>) => setThresholds(stage.db, { change, note: undefined, by: "test" });
const candidate = async () => {
  const [row] = await stage.db.query<{ id: string; status: string; gates: string | null }>(
    "SELECT id, status, verdict ->> 'gates' AS gates FROM candidates",
  );
  return row;
};

it("what a header was too small for by thresholds that were set anew meanwhile is fetched under those", async () => {
  meanwhile = async () => void (await set({ shortSide: 400, longSide: 800 }));
  const crawlId = await stage.db.transaction((tx) =>
    startCrawl(tx, { sourceId, target: 1, trigger: "manual", why: "a test" }),
  );
  await stage.perform(next(discoverCandidates, { crawlId, page: 0 }));
  const [fetch] = stage.written.splice(0).filter(({ name }) => name === "source.fetch");
  if (!fetch) throw new Error("nothing was listed");
  await stage.perform(fetch);
  expect(await candidate()).toMatchObject({ status: "listed", gates: null });

  meanwhile = async () => {};
  const [again] = await stage.db.query<{ payload: { candidateIds: string[]; attempt: number } }>(
    "SELECT payload FROM tasks WHERE name = 'source.fetch'",
  );
  expect(again?.payload).toMatchObject({ candidateIds: fetch.payload.candidateIds, crawlId, attempt: 2 });
  await stage.perform(next(fetchCandidates, again?.payload as never));
  expect(await candidate()).toMatchObject({ status: "fetched" });
});

it("a header's verdict names the thresholds that hold when it commits", async () => {
  await stage.db.query("UPDATE candidates SET status = 'listed', sha256 = NULL, object_key = NULL");
  await set({ shortSide: gates.shortSide, longSide: gates.longSide });
  let version = "";
  meanwhile = async () => {
    version = (await set({ shortSide: 900 })).gates.version;
  };
  const { id } = (await candidate()) as { id: string };
  await stage.perform(next(fetchCandidates, { candidateIds: [id as never], rejudge: 9 }));
  expect(await candidate()).toMatchObject({ status: "dropped", gates: version });
});

it("nobody sets thresholds while a commit holds them, and many may hold them at once", async () => {
  const order: string[] = [];
  const [first, second] = await Promise.all([
    stage.db.transaction(holdThresholds),
    stage.db.transaction((tx) =>
      holdThresholds(tx).then(async (held) => {
        const setting = set({ shortSide: 700 }).then(() => order.push("set"));
        await tx.query("SELECT pg_sleep(0.3)");
        order.push("held");
        return { held, setting };
      }),
    ),
  ]);
  await second.setting;
  expect(first.version).toBe(second.held.version);
  expect(order).toEqual(["held", "set"]);
});
