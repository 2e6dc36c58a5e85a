import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { reportId, reports } from "@anyone/db/reports";
import { measured } from "@anyone/domain/evaluate/metric";
import { splitOf } from "@anyone/domain/release/split";
import { drawToFolder } from "@anyone/drawn-world/draw-to-folder";
import { openTrainer, type TestTrainer } from "@anyone/trainer/trainer.fixture";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { redisUrl } from "../support/servers.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const STEPS = 60;
let pool: TestTrainer;
let environment: Record<string, string>;
const processes: ChildProcess[] = [];

beforeAll(async () => {
  pool = await openTrainer();
  environment = {
    PATH: process.env.PATH ?? "",
    DATABASE_URL: pool.databaseUrl,
    REDIS_URL: await redisUrl(),
    OBJECTS_URL: pool.objectsUrl,
    SERVICE_TOKEN: "a-token-for-these-tests",
    TRAINER_ADDRESS: `127.0.0.1:${await freePort()}`,
    HEALTH_PORT: String(await freePort()),
    ANYONE_HOME: pool.folder,
    MODELS_DIR: join(ROOT, ".anyone/models"),
    LOG_LEVEL: "warn",
  };
});
afterAll(async () => {
  await Promise.all(
    processes.map(async (child) => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill("SIGKILL");
      await once(child, "exit");
    }),
  );
  await pool?.close();
});

function start(command: string, args: string[], extra: Record<string, string> = {}): ChildProcess {
  const child = spawn(command, args, { env: { ...environment, ...extra }, stdio: ["ignore", "ignore", "inherit"] });
  processes.push(child);
  return child;
}
const startTrainer = () => start(process.execPath, [join(ROOT, "services/trainer/src/main.ts")]);
const startWorker = () =>
  start(join(ROOT, ".anyone/python/bin/python"), ["-m", "anyone_gpu.main", "work"], {
    PYTHONPATH: join(ROOT, "services/gpu-worker"),
    OMP_NUM_THREADS: "1",
  });

/** Ten drawn people, small: two whom people measure with, two in validation, the others to train on. */
async function fillPool(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "anyone-drawn-"));
  const seeds = Array.from({ length: 10 }, (_, seed) => seed);
  await drawToFolder({ seeds, folder, width: 96, clean: true, onProgress: () => {} });
  const groups = Array.from({ length: 400 }, (_, n) => `group-${n}`);
  const inSplit = (split: string) =>
    groups.filter((group) => splitOf(group, 1, { validation: 0.1, test: 0.05 }) === split);
  const [validation, train] = [inSplit("validation"), inSplit("train")];
  const people = seeds.map(async (seed) => ({
    seed,
    image: await readFile(join(folder, `${seed}.jpg`)),
    parts: await readFile(join(folder, `${seed}.parts.png`)),
    evaluated: seed < 2,
    group: (seed < 4 ? validation : train)[seed] ?? "",
  }));
  await pool.fill(await Promise.all(people));
  await rm(folder, { recursive: true });
}

async function until<Value>(what: string, look: () => Promise<Value | undefined>): Promise<Value> {
  for (const deadline = Date.now() + 150_000; Date.now() < deadline; await sleep(100)) {
    const found = await look();
    if (found !== undefined) return found;
  }
  const runs = await pool.db.query("SELECT id, state, attempt, step, reason FROM runs ORDER BY created_at");
  throw new Error(`not in time: ${what}; ${JSON.stringify(runs)}`);
}
const one = async <Row>(text: string) => (await pool.db.query<Row>(text))[0];

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}

describe("from settled answers to a promoted checkpoint", () => {
  it("goes by itself, through the real trainer and the real GPU worker, although that one is killed", async () => {
    await fillPool();
    const version = await pool.openVersion({ training: { recipe: "debug", seeds: 1, steps: STEPS } });
    startTrainer();
    const first = startWorker();
    const { run } = await until("a checkpoint", () =>
      one<{ run: string }>("SELECT run_id AS run FROM checkpoints WHERE step BETWEEN 4 AND 40 LIMIT 1"),
    );
    first.kill("SIGKILL");
    await once(first, "exit");
    const interrupted = await pool.context.runs.get(run);
    // Nobody renews the lease any more; time passes faster here.
    await pool.db.query("UPDATE runs SET lease_until = clock_timestamp() - interval '1 second' WHERE state = 'leased'");
    startWorker();

    const decision = await until("the promotion", () =>
      one<{ subject: string; promoted: boolean; reason: string }>("SELECT subject, promoted, reason FROM promotions"),
    );
    expect(decision).toMatchObject({
      subject: expect.stringContaining(`v${version}-debug-hola-0-s${STEPS}`),
      promoted: true,
      reason: expect.stringContaining("the first one"),
    });

    const health = await fetch(`http://127.0.0.1:${environment.HEALTH_PORT}/health`);
    expect(await health.json()).toMatchObject({ ok: true, stages: ["release", "train", "evaluate"] });

    const runs = await pool.db.query<{ id: string; kind: string; state: string; reason: string | null }>(
      "SELECT id, kind, state, reason FROM runs ORDER BY id",
    );
    expect(runs.map(({ kind, state, reason }) => [kind, state, reason])).toEqual([
      ["evaluation", "done", null],
      ["evaluation", "done", null],
      ["diffusion", "done", null],
      ["diffusion", "done", null],
    ]);
    // Unless it had just ended, the run that was interrupted went on under its next attempt.
    if (interrupted.state === "leased")
      expect((await pool.context.runs.get(run)).attempt).toBe(interrupted.attempt + 1);
    const curves = await pool.db.query<{ run: string; points: number; last: number }>(
      `SELECT run_id AS run, count(*)::int AS points, max(step)::int AS last FROM run_metrics WHERE name = 'loss_noise'
        AND run_id LIKE 'v%' GROUP BY run_id ORDER BY run_id`,
    );
    expect(curves).toEqual(["hola", "plain"].map((arm) => ({ run: `v1-debug-${arm}-0`, points: STEPS, last: STEPS })));

    for (const { id } of await pool.db.query<{ id: string }>("SELECT id FROM checkpoints WHERE step = $1", [STEPS])) {
      const report = await reports.get(pool.db, reportId(id, version));
      expect(report?.state).toBe("done");
      const loss = measured(report?.metrics ?? [], "loss_validation");
      expect(loss?.value).toBeGreaterThan(0);
      expect(loss?.model).toMatchObject({ slot: "diffusion", tier: "embedded" });
      // Nobody judges yet: the version's labeller is the untrained one. Then there is no number.
      expect(report?.metrics.find(({ name }) => name === "attribute_accuracy")?.state).toBe("unavailable");
    }
  }, 200_000);
});
