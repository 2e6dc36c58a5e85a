import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type OpenDatabase, openDatabase } from "@anyone/db/client";
import { taskStore } from "@anyone/db/tasks";
import { next } from "@anyone/queues/job";
import { connect, queueAddress } from "@anyone/queues/redis";
import { wipeQueues } from "@anyone/queues/wipe";
import { type Ablation, ablated } from "./ablations.ts";
import { LOG_TABLES } from "./execution-log.ts";
import { CHUNK_SIZE, first, LEASE_SECONDS } from "./jobs.ts";
import { type Random, seededRandom } from "./random.ts";
import { judge, type Verdict } from "./verdict.ts";
import type { WorkerOrder } from "./worker.ts";

export interface ChaosOptions {
  seed: number;
  /** Chunk tasks that enter the first stage; each goes through three. */
  tasks: number;
  ablate?: Ablation | undefined;
  databaseUrl: string;
  redisUrl: string;
  /** Whether the whole queue server is ours to flush; otherwise only our keys on it are removed. */
  flush: boolean;
}

export interface ChaosReport extends Verdict {
  seconds: number;
  /** How often each fault was done to the run. */
  faults: Record<Fault, number>;
  /** Late results that were refused, as far as the workers lived to tell. */
  fenced: number;
}

type Fault = "kill" | "pause" | "wipe" | "cut";

/** Beside the two wipes; stopping past a lease is the hardest to get right, and comes twice as often. */
const KINDS: readonly Fault[] = ["kill", "pause", "pause", "cut"];
const WORKERS = 3;
/** Longest time without progress before a run counts as stuck. */
const PATIENCE_MS = 12_000;

/**
 * Runs the tasks on worker processes that are killed, stopped past their lease and cut off while the queue is wiped
 * twice. Safety is judged at the end; liveness by coming to an end at all.
 */
export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const startedAt = performance.now();
  const random = seededRandom(options.seed);
  const db = openDatabase(options.databaseUrl, { name: "chaos" });
  await db.query(LOG_TABLES);
  const crew = hireCrew(options, random);
  const faults = { kill: 0, pause: 0, wipe: 0, cut: 0 };
  try {
    await produce(db, options, random);
    const watch = watchProgress(db, options.tasks);
    const trouble = makeTrouble(db, options, random, crew, faults, watch);
    await watch.ended;
    await trouble;
    // A stopped worker has now been woken: what it still holds must be refused.
    await sleep(1_000);
    const fenced = await crew.dismiss();
    const verdict = await judge(db, options.tasks * CHUNK_SIZE);
    return { ...verdict, seconds: (performance.now() - startedAt) / 1000, faults, fenced };
  } finally {
    await crew.dismiss();
    await db.close();
  }
}

/** Writes the first tasks. Every eighth commit seems to fail, and is done again. */
async function produce(db: OpenDatabase, { tasks, ablate }: ChaosOptions, random: Random): Promise<void> {
  const store = ablated(taskStore(db), db, ablate);
  for (let from = 0; from < tasks; from += 50) {
    const some = Array.from({ length: Math.min(50, tasks - from) }, (_, n) => next(first, { chunk: from + n }));
    await db.transaction((tx) => store.add(tx, some));
    if (random.share() < 1 / 8) await db.transaction((tx) => store.add(tx, some));
  }
}

interface Watch {
  /** Share of the effects that are there. */
  progress(): number;
  isOver(): boolean;
  ended: Promise<void>;
}

/** Follows the effects until all tasks are done, or nothing has moved for too long. */
function watchProgress(db: OpenDatabase, tasks: number): Watch {
  let progress = 0;
  let over = false;
  const follow = async () => {
    let movedAt = performance.now();
    while (!over) {
      const [row] = await db
        .query<{ kept: number; open: number }>(
          `SELECT (SELECT count(*) FROM chaos.effects)::int AS kept, (SELECT count(*) FROM tasks WHERE state <> 'done')::int AS open`,
        )
        .catch(() => []);
      const share = row ? row.kept / (tasks * CHUNK_SIZE * 3) : progress;
      if (share > progress) movedAt = performance.now();
      progress = share;
      over = row?.open === 0 || performance.now() - movedAt > PATIENCE_MS;
      await sleep(100);
    }
  };
  return { progress: () => progress, isOver: () => over, ended: follow() };
}

async function makeTrouble(
  db: OpenDatabase,
  options: ChaosOptions,
  random: Random,
  crew: Crew,
  faults: Record<Fault, number>,
  watch: Watch,
): Promise<void> {
  const wipes = [random.between(0.1, 0.4), random.between(0.5, 0.85)];
  const pauses: Promise<void>[] = [];
  while (!watch.isOver()) {
    await sleep(random.between(500, 1_500));
    if (watch.isOver()) break;
    // From here on the run must come to its end by itself.
    if (watch.progress() > 0.95) continue;
    // What has not been done yet comes first: no run ends without one of each.
    const missing = KINDS.filter((kind) => faults[kind] === 0);
    const fault: Fault =
      watch.progress() > (wipes[faults.wipe] ?? 2) ? "wipe" : random.pick(missing.length > 0 ? missing : KINDS);
    faults[fault] += 1;
    if (fault === "wipe") await wipe(options);
    if (fault === "kill") crew.kill();
    if (fault === "pause") pauses.push(crew.pause(random.between(LEASE_SECONDS + 1, LEASE_SECONDS + 2.5) * 1000));
    if (fault === "cut") await cut(db);
  }
  await Promise.all(pauses);
}

async function wipe({ redisUrl, flush }: ChaosOptions): Promise<void> {
  if (!flush) return wipeQueues(redisUrl);
  const redis = connect(queueAddress(redisUrl), "waits");
  await redis.flushall();
  redis.disconnect();
}

async function cut(db: OpenDatabase): Promise<void> {
  await db.query(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'anyone%' AND datname = current_database()",
  );
}

interface Crew {
  /** Kills a worker by SIGKILL; another takes its place. */
  kill(): void;
  /** Stops a worker for so long; the others go on. */
  pause(milliseconds: number): Promise<void>;
  /** Ends all workers in order; returns the late results they saw refused. May be called twice. */
  dismiss(): Promise<number>;
}

function hireCrew(options: ChaosOptions, random: Random): Crew {
  const paused = new Set<ChildProcess>();
  let hired = 0;
  let dismissed = false;
  const workers = Array.from({ length: WORKERS }, hire);

  function hire(): ChildProcess {
    const { databaseUrl, redisUrl, ablate, tasks: chunks } = options;
    const worker = hired++;
    const order: WorkerOrder = { worker, seed: options.seed * 1_000 + worker, chunks, databaseUrl, redisUrl, ablate };
    const child = spawn(
      process.execPath,
      [fileURLToPath(new URL("worker.ts", import.meta.url)), JSON.stringify(order)],
      {
        stdio: ["ignore", "pipe", "inherit"],
      },
    );
    child.once("exit", () => {
      paused.delete(child);
      const place = workers.indexOf(child);
      if (!dismissed && place >= 0) workers[place] = hire();
    });
    return child;
  }

  // One is always left awake: with none, a fault would be nothing but a longer run.
  const awake = () => workers.filter((worker) => !paused.has(worker));
  return {
    kill() {
      if (awake().length > 1) random.pick(awake()).kill("SIGKILL");
    },
    async pause(milliseconds) {
      if (awake().length < 2) return;
      const worker = random.pick(awake());
      paused.add(worker);
      worker.kill("SIGSTOP");
      await sleep(milliseconds);
      worker.kill("SIGCONT");
      paused.delete(worker);
    },
    async dismiss() {
      if (dismissed) return 0;
      dismissed = true;
      const fenced = await Promise.all(workers.map(dismissOne));
      return fenced.reduce((sum, count) => sum + count, 0);
    },
  };
}

async function dismissOne(worker: ChildProcess): Promise<number> {
  if (worker.exitCode !== null || worker.signalCode !== null) return 0;
  let said = "";
  worker.stdout?.on("data", (bytes: Buffer) => {
    said += bytes.toString();
  });
  worker.kill("SIGCONT");
  worker.kill("SIGTERM");
  const overdue = setTimeout(() => worker.kill("SIGKILL"), 5_000);
  await once(worker, "close");
  clearTimeout(overdue);
  return said === "" ? 0 : JSON.parse(said).fenced;
}
