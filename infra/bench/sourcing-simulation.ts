import { parseArgs } from "node:util";
import { FETCH_CHUNK } from "../../packages/domain/src/source/crawl.ts";
import type { BenchResult } from "./run.ts";
import { simulateGrowth } from "./sourcing-simulation/growth.ts";
import { measureRowBytes } from "./sourcing-simulation/row-bytes.ts";
import { simulateTraffic } from "./sourcing-simulation/traffic.ts";

const HOSTS = 32;
const PROCESSES = [8, 32, 128];
const ASSETS = 6_000_000;
/** The manners a source has until somebody says otherwise. */
const RULE = { intervalMs: 1000, burst: 1, concurrency: 2 };
/** Share of what is fetched that is kept: what the watch expects before it has seen any. */
const KEPT = 0.5;
/** One filter machine of 8 cores judges so many pictures a second. */
const JUDGED_PER_SECOND = 40;
/** The pool is filled in steps: sourcing starts under the lower bound and stops over the upper one. */
const BOUNDS = { lower: ASSETS - 10_000, upper: ASSETS + 10_000, enabled: true };
/** Mean bytes of the objects of one asset: original, cleaned copy, thumbnail, part map; and of a dropped picture's original. */
const OBJECT_BYTES = { original: 374_000, cleaned: 373_000, thumbnail: 14_000, parts: 4_000 };
const GB = 1e9;

/**
 * What 128 processes on 32 hosts do, and what six million images take: the crawl's own rules in virtual time, and PostgreSQL's own bytes
 * for ten thousand rows of each table, carried on. `--minutes 30` simulates the traffic longer.
 */
export async function run(): Promise<BenchResult> {
  const { values } = parseArgs({
    args: process.argv.slice(3),
    options: { minutes: { type: "string", default: "10" } },
  });
  const hours = Number(values.minutes) / 60;
  if (!(hours > 0)) throw new Error(`--minutes takes a number over 0, not "${values.minutes}"`);
  const traffics = PROCESSES.map((processes) => ({
    processes,
    traffic: simulateTraffic({ processes, hosts: HOSTS, hours, rule: RULE }),
  }));
  const many = (traffics.at(-1) as (typeof traffics)[0]).traffic;
  const ended = many.fetched + many.gone + many.lost;
  const growth = simulateGrowth({
    assets: ASSETS,
    bounds: BOUNDS,
    endedPerSecond: ended / (hours * 3600),
    fetchedShare: many.fetched / ended,
    judgedPerSecond: JUDGED_PER_SECOND,
    keptShare: KEPT,
  });
  const bytes = await measureRowBytes();
  const tasks = Math.ceil(growth.listed / FETCH_CHUNK) + Math.ceil(growth.fetched / FETCH_CHUNK);
  const database = growth.listed * bytes.candidate + ASSETS * bytes.asset + tasks * bytes.task;
  const { original, cleaned, thumbnail, parts } = OBJECT_BYTES;
  const objects = growth.fetched * original + ASSETS * (cleaned + thumbnail + parts);

  const figures = {
    worst_rate: Math.max(...traffics.map(({ traffic }) => traffic.worstRate)),
    least_gap_ms: Math.round(Math.min(...traffics.map(({ traffic }) => traffic.leastGapMs))),
    most_in_flight: Math.max(...traffics.map(({ traffic }) => traffic.mostInFlight)),
    fetched_per_s: round(many.fetchedPerSecond),
    lost_to_waiting: many.lost,
    budget_asks_per_s: Math.round(many.asked / (hours * 3600)),
    days: round(growth.days),
    candidates: growth.listed,
    candidate_bytes: Math.round(bytes.candidate),
    asset_bytes: Math.round(bytes.asset),
    task_bytes: Math.round(bytes.task),
    database_gb: round(database / GB),
    database_bytes_per_asset: Math.round(database / ASSETS),
    objects_tb: round(objects / 1e12),
    most_fetch_queue: growth.mostFetchQueue,
    most_filter_queue: growth.mostFilterQueue,
  };
  const count = (value: number) => Math.round(value).toLocaleString("en");
  const size = (value: number) => `${round(value / GB)} GB`;
  return {
    table: [
      [`${HOSTS} hosts`, "requests", "fetched/s", "429", "put off", "lost to it", "budget asks/s", "of the rate"],
      ...traffics.map(({ processes, traffic }) => [
        `${processes} processes`,
        count(traffic.requests),
        traffic.fetchedPerSecond.toFixed(1),
        count(traffic.throttled),
        count(traffic.putOff),
        count(traffic.lost),
        count(traffic.asked / (hours * 3600)),
        traffic.worstRate.toFixed(2),
      ]),
      [],
      ["table", "rows", "bytes a row", "bytes"],
      ["candidates", count(growth.listed), count(bytes.candidate), size(growth.listed * bytes.candidate)],
      ["assets", count(ASSETS), count(bytes.asset), size(ASSETS * bytes.asset)],
      ["tasks", count(tasks), count(bytes.task), size(tasks * bytes.task)],
      ["objects", count(growth.fetched + 3 * ASSETS), "", size(objects)],
      [],
      ["day", "pool", "fetch tasks waiting", "pictures before the filter"],
      ...growth.course.map((look) => [
        look.day.toFixed(1),
        count(look.pool),
        count(look.fetchQueue),
        count(look.filterQueue),
      ]),
    ],
    figures,
  };
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
