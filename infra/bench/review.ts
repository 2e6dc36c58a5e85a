import { Agent } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { apiKeys } from "../../packages/db/src/api-keys.ts";
import { type OpenDatabase, openDatabase } from "../../packages/db/src/client.ts";
import { databaseUrl, withClient } from "../../test/support/postgres.ts";
import { openStores } from "../../test/support/stores.ts";
import { type ClientOptions, nothingSeen, type Seen, work } from "./review/client.ts";
import { annotators, fill } from "./review/fill.ts";
import { type Services, startServices } from "./review/services.ts";
import { countLost, countOverOverlap } from "./review/verdict.ts";
import type { BenchResult } from "./run.ts";

const OPEN = Number(process.env.BENCH_SLOTS ?? 5_000_000);
const CLIENTS = 200;
const PACE_MS = 500;
const SECONDS = { warm: 10, paced: 45, closed: 10, killed: 30 };

/**
 * Two hundred people label question by question through the REST API, two answers a second each, on as many open slots as
 * named, with the load on the same machine; then as fast as it goes; then with clients that die and services that are killed.
 */
export async function run(): Promise<BenchResult> {
  const stores = openStores({ durable: true });
  try {
    const { adminUrl, template } = await stores.postgres();
    const { url: redisUrl } = await stores.redis();
    const name = template.replace(/_template$/, "_bench");
    await withClient(adminUrl, (client) => client.query(`CREATE DATABASE ${name} TEMPLATE ${template}`));
    const db = openDatabase(databaseUrl(adminUrl, name), { max: 2 });
    const filled = await fill(db, OPEN);
    say(`${filled.open} of ${filled.slots} slots are open, on ${filled.pages} pages`);
    const people = await annotators(apiKeys(db).create, CLIENTS);
    const services = await startServices(databaseUrl(adminUrl, name), redisUrl);
    try {
      const phase = (
        some: Partial<ClientOptions>,
        seconds: number,
        count = CLIENTS,
        beside?: (until: number) => Promise<void>,
      ) => runClients({ services, people: people.slice(0, count), ...some }, seconds, beside);
      await phase({ paceMs: PACE_MS }, SECONDS.warm);
      const paced = await phase({ paceMs: PACE_MS }, SECONDS.paced);
      const closed = await phase({ paceMs: 0 }, SECONDS.closed, 32);
      const killed = await phase(
        { paceMs: PACE_MS / 2, leaseSeconds: 5, dies: 0.02 },
        SECONDS.killed,
        CLIENTS / 2,
        (until) => killAtRandom(services, until),
      );
      return await report(db, filled.open, { paced, closed, killed });
    } finally {
      await services.close();
      await db.close();
    }
  } finally {
    await stores.close();
  }
}

async function runClients(
  { services, people, ...some }: Partial<ClientOptions> & { services: Services; people: ClientOptions["reviewer"][] },
  seconds: number,
  beside?: (until: number) => Promise<void>,
): Promise<Seen> {
  const seen = nothingSeen();
  const agent = new Agent({ keepAlive: true, maxSockets: people.length });
  const until = performance.now() + seconds * 1000;
  const stopped = () => performance.now() >= until;
  const common = { url: services.url, agent, paceMs: 0, leaseSeconds: 600, dies: 0, ...some, seen, stopped };
  await Promise.all([...people.map((reviewer) => work({ ...common, reviewer })), beside?.(until)]);
  agent.destroy();
  return seen;
}

/** Kills one of the two services every few seconds; the last one has time to come back. */
async function killAtRandom(services: Services, until: number): Promise<void> {
  while (performance.now() < until - 8_000) {
    await sleep(2_000 + Math.random() * 3_000);
    await services.kill(Math.random() < 0.6 ? "review" : "api");
  }
}

async function report(
  db: OpenDatabase,
  slots: number,
  { paced, closed, killed }: Record<"paced" | "closed" | "killed", Seen>,
): Promise<BenchResult> {
  const acknowledged = [paced, closed, killed].flatMap((seen) => seen.acknowledged);
  const lost = await countLost(db, acknowledged);
  const overOverlap = await countOverOverlap(db);
  const row = (what: string, { claimMs, saveMs, refused, failed, empty }: Seen, seconds: number) => [
    what,
    (saveMs.length / seconds).toFixed(0),
    ...[0.5, 0.95, 0.99].map((share) => quantile(saveMs, share).toFixed(1)),
    ...[0.5, 0.95].map((share) => quantile(claimMs, share).toFixed(1)),
    [...refused].map(([code, count]) => `${count} ${code}`).join(", ") || "none",
    `${failed} / ${empty}`,
  ];
  return {
    table: [
      ["load", "answers/s", "save p50 ms", "p95", "p99", "claim p50 ms", "p95", "refused", "no answer / empty"],
      row(`${CLIENTS} people, two a second each`, paced, SECONDS.paced),
      row("32 as fast as it goes", closed, SECONDS.closed),
      row(`${CLIENTS / 2} that die, services killed`, killed, SECONDS.killed),
      [`acknowledged ${acknowledged.length}, lost ${lost}, over their overlap ${overOverlap}`],
    ],
    figures: {
      slots,
      answers_per_s: Math.round(paced.saveMs.length / SECONDS.paced),
      claim_p95_ms: quantile(paced.claimMs, 0.95),
      save_p95_ms: quantile(paced.saveMs, 0.95),
      closed_loop_answers_per_s: Math.round(closed.saveMs.length / SECONDS.closed),
      acknowledged: acknowledged.length,
      lost,
      over_overlap: overOverlap,
    },
  };
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return Math.round((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN) * 10) / 10;
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
