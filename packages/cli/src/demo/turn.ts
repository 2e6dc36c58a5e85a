import { type Client, createClient } from "@anyone/contracts/client";
import { evaluateApi } from "@anyone/contracts/evaluate";
import { releaseApi } from "@anyone/contracts/release";
import { reviewApi } from "@anyone/contracts/review";
import { sourceApi } from "@anyone/contracts/source";
import { type Overview, systemApi } from "@anyone/contracts/system";
import { trainApi } from "@anyone/contracts/train";
import { fault } from "@anyone/domain/fault";
import type { PoolBounds } from "@anyone/domain/source/pool-watch";
import type { Output } from "../output.ts";
import { waitFor } from "../wait.ts";
import { DEMO } from "./plan.ts";
import { answerOnePage, type SimulatedAnnotator, truthFinder } from "./simulated-annotator.ts";
import { automaticSources, crawlByHand, otherSources, putSource, type SourcesRequest } from "./sources.ts";
import type { DrawnWorld } from "./world.ts";

export interface TurnContext {
  client: Client;
  apiUrl: string;
  world: DrawnWorld;
  home: string;
  turn: number;
  output: Output;
}

/** What a turn left behind: its version's number, and seconds per stage. */
export interface TurnOutcome {
  version: number;
  seconds: Record<string, number>;
}

const MINUTES = 60_000;

/** Turns the wheel once: every step through the public API, every stage waited for by what the API says of it. */
export async function turnWheel(context: TurnContext): Promise<TurnOutcome> {
  const seconds: Record<string, number> = {};
  const timed = async <Value>(name: string, work: () => Promise<Value>): Promise<Value> => {
    const started = Date.now();
    const value = await work();
    seconds[name] = (Date.now() - started) / 1000;
    context.output.say(`${name}: ${seconds[name]?.toFixed(1)} s`);
    return value;
  };
  await timed("settings and sources", async () => {
    await putSetting(context.client, "release.policy", { shardSize: 64, training: DEMO.training });
    for (const source of automaticSources(sourcesOf(context))) await putSource(context.client, source);
  });
  await timed("source → filter → annotate", () => fillPool(context));
  await timed("annotate ⇄ review", () => iterate(context));
  const version = await timed("release", () => releasedVersion(context));
  await timed("train", () => runsEnded(context, version, "diffusion"));
  await timed("evaluate", () => promotionDecided(context, version));
  return { version, seconds };
}

function sourcesOf({ world, home }: TurnContext): SourcesRequest {
  return { world, home, page: DEMO.fromOthers, shares: DEMO.shares };
}

async function putSetting(client: Client, key: string, value: unknown): Promise<void> {
  await client.call(systemApi.putSetting, { params: { key }, body: { value } });
}

/** The pool is low, so sourcing starts by itself; other sources are crawled by hand. All that was pooled is then asked about. */
async function fillPool(context: TurnContext): Promise<void> {
  const { client, output } = context;
  const deadline = Date.now() + DEMO.filling.seconds * 1000;
  let bounds = boundsUpTo(await imagesWanted(client));
  await putSetting(client, "pool.bounds", bounds);
  for (const source of await otherSources(sourcesOf(context))) await putSource(client, source);
  await crawlByHand(client, DEMO.fromOthers);
  const filled = await waitFor(
    async () => {
      const overview = await client.call(systemApi.overview);
      const pool = countOf(overview, "filter", "pool");
      output.progress(`the pool holds ${pool} of ${bounds.upper} images`);
      if (pool < bounds.upper && pool >= DEMO.filling.fewest && Date.now() > deadline) {
        bounds = boundsUpTo(pool);
        await putSetting(client, "pool.bounds", bounds);
      }
      if (!idle(overview, ["source", "filter", "annotate"])) return undefined;
      return pool >= bounds.lower || (await everythingFound(client)) ? pool : undefined;
    },
    { withinMs: 15 * MINUTES, what: `the pool to hold ${bounds.upper} images`, everyMs: 1000 },
  );
  const { evaluationSize, maxIterations } = DEMO.review;
  const sampleSize = Math.max(1, Math.ceil((filled - evaluationSize) / maxIterations));
  await putSetting(client, "review.policy", { ...DEMO.review, sampleSize });
}

function boundsUpTo(upper: number): PoolBounds {
  return { lower: upper - 10, upper, enabled: true };
}

/** Counted from the last version, so that an interrupted turn wants the same again. */
async function imagesWanted(client: Client): Promise<number> {
  const { items } = await client.call(releaseApi.listVersions);
  return items[0] ? items[0].items + DEMO.pool.more : DEMO.pool.first;
}

/** Whether every automatic source was read to its end: then the pool is as large as it will be. */
async function everythingFound(client: Client): Promise<boolean> {
  const { items } = await client.call(sourceApi.listSources);
  return items.filter(({ automatic }) => automatic).every(({ exhaustedAt }) => exhaustedAt !== null);
}

/** Opens an iteration and lets simulated annotators answer until the loop has ended and cut a version. */
async function iterate(context: TurnContext): Promise<void> {
  const { client, output, turn } = context;
  const annotators = await makeAnnotators(context);
  const first = await openOrResume(client, `demo, turn ${turn}`);
  let answered = 0;
  await waitFor(
    async () => {
      const recorded = await Promise.all(annotators.map(answerPages));
      answered += recorded.reduce((sum, count) => sum + count, 0);
      const { items } = await client.call(reviewApi.listIterations);
      const newest = items.find(({ number }) => number >= first);
      output.progress(`iteration ${newest?.number ?? "…"} is ${newest?.state ?? "opening"}, ${answered} answers given`);
      return newest?.state === "closed" && newest.stopReason ? newest : undefined;
    },
    { withinMs: 20 * MINUTES, what: "the iterations to end" },
  );
}

/** The number of the iteration that an interrupted demo left open, or of the one opened now. */
async function openOrResume(client: Client, trigger: string): Promise<number> {
  const { items } = await client.call(reviewApi.listIterations);
  const open = items.find(({ state }) => state !== "closed");
  return open?.number ?? (await client.call(reviewApi.openIteration, { body: { trigger } })).number;
}

async function answerPages(annotator: SimulatedAnnotator): Promise<number> {
  let answers = 0;
  for (let page = 0; page < 25; page += 1) {
    const recorded = await answerOnePage(annotator);
    if (recorded === undefined) break;
    answers += recorded;
  }
  return answers;
}

async function makeAnnotators({ client, apiUrl, world, turn }: TurnContext): Promise<SimulatedAnnotator[]> {
  const truthOf = truthFinder(client, world.truth);
  return Promise.all(
    Array.from({ length: DEMO.annotators }, async (_, index): Promise<SimulatedAnnotator> => {
      // A key's name is given once and for all; an interrupted turn has used its names.
      const name = `simulated ${turn}.${index + 1} ${Date.now().toString(36)}`;
      const { key } = await client.call(systemApi.createKey, { body: { name, role: "annotator" } });
      return {
        client: createClient({ url: apiUrl, key }),
        truthOf,
        errorRate: DEMO.errorRate,
        seed: `${turn}.${index}`,
      };
    }),
  );
}

async function releasedVersion({ client, turn, output }: TurnContext): Promise<number> {
  return waitFor(
    async () => {
      const { items } = await client.call(releaseApi.listVersions);
      const newest = items[0];
      output.progress(newest ? `version ${newest.name} is ${newest.state}` : "a version is about to be cut");
      if (newest?.state === "failed") throw fault("internal", `Version ${newest.name} failed.`);
      return newest && newest.number >= turn && newest.state === "released" ? newest.number : undefined;
    },
    { withinMs: 3 * MINUTES, what: "a version to be released" },
  );
}

async function runsEnded({ client, output }: TurnContext, version: number, kind: "diffusion"): Promise<void> {
  await waitFor(
    async () => {
      const { items } = await client.call(trainApi.listRuns, { query: { version, kind } });
      const ended = items.filter(({ state }) => state !== "waiting" && state !== "leased");
      const running = items.find(({ state }) => state === "leased");
      output.progress(
        `${ended.length} of ${items.length} runs done${running ? `, ${running.id} at step ${running.step}` : ""}`,
      );
      return items.length > 0 && ended.length === items.length ? true : undefined;
    },
    { withinMs: 15 * MINUTES, what: `the runs on version ${version}` },
  );
}

async function promotionDecided({ client, output }: TurnContext, version: number): Promise<void> {
  await waitFor(
    async () => {
      const { items } = await client.call(evaluateApi.listPromotions);
      const { items: reports } = await client.call(evaluateApi.listReports, { query: { version } });
      output.progress(
        `${reports.filter(({ state }) => state === "done").length} of ${reports.length} checkpoints evaluated`,
      );
      return items.find(({ id }) => id === `diffusion-v${version}`);
    },
    { withinMs: 10 * MINUTES, what: `the promotion on version ${version}` },
  );
}

function countOf(overview: Overview, stage: string, name: string): number {
  return overview.stages.find((view) => view.stage === stage)?.counts.find((count) => count.name === name)?.count ?? 0;
}

/** Whether nothing of these stages waits or runs. */
function idle(overview: Overview, stages: readonly string[]): boolean {
  return overview.stages
    .filter(({ stage }) => stages.includes(stage))
    .every(({ tasks }) => tasks.ready === 0 && tasks.leased === 0);
}
