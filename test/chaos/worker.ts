import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { openDatabase } from "@anyone/db/client";
import { taskStore } from "@anyone/db/tasks";
import { fault } from "@anyone/domain/fault";
import type { NextTask, TaskStore } from "@anyone/domain/tasks";
import type { Transaction } from "@anyone/domain/transaction";
import { startDispatcher } from "@anyone/queues/dispatcher";
import { done, type Handlers, next, type TaskContext } from "@anyone/queues/job";
import { startReconciler } from "@anyone/queues/reconciler";
import { startRunner } from "@anyone/queues/runner";
import { logger } from "@anyone/runtime/logger";
import { type Ablation, ablated } from "./ablations.ts";
import { openExecutionLog } from "./execution-log.ts";
import { CHUNK_SIZE, chaosJobs, second, third } from "./jobs.ts";
import { seededRandom } from "./random.ts";

/** One worker process of a chaos run: the real runner, dispatcher and reconciler around handlers that misbehave by chance. */
export interface WorkerOrder {
  worker: number;
  seed: number;
  chunks: number;
  databaseUrl: string;
  redisUrl: string;
  ablate: Ablation | undefined;
}

const order: WorkerOrder = JSON.parse(process.argv[2] ?? "{}");
const random = seededRandom(order.seed);
const log = logger("chaos", "silent");
const db = openDatabase(order.databaseUrl, { name: "anyone chaos worker", max: 6 });
const executions = openExecutionLog(order.databaseUrl);
const tasks = forgetful(ablated(taskStore(db), db, order.ablate));
const stages = chaosJobs.map((job) => job.stage);

const handlers: Handlers<typeof chaosJobs, object> = {
  "source.chaos": ({ chunk }, context) =>
    work("source", chunk, context, [next(second, { chunk }), ...neighbour(chunk)]),
  "filter.chaos": ({ chunk }, context) => work("filter", chunk, context, [next(third, { chunk })]),
  "annotate.chaos": ({ chunk }, context) => work("annotate", chunk, context, []),
};

const options = { tasks, redisUrl: order.redisUrl, log };
const runner = startRunner({ ...options, jobs: chaosJobs, handlers, context: {}, concurrency: 4 });
const dispatcher = startDispatcher({ ...options, stages });
const reconciler = order.ablate === "reconciler" ? undefined : startReconciler({ ...options, stages });

process.once("SIGTERM", () => {
  void Promise.all([dispatcher.stop(), reconciler?.stop(), runner.stop(1_000)]).finally(() => {
    process.stdout.write(JSON.stringify(runner.counters), () => process.exit(0));
  });
});

async function work(stage: string, chunk: number, { taskId }: TaskContext, following: NextTask[]) {
  const execution = randomUUID();
  await executions.begin({ execution, worker: order.worker, stage, chunk, task: taskId });
  dieByChance();
  await sleep(random.between(10, 40));
  dieByChance();
  const items = Array.from({ length: CHUNK_SIZE }, (_, n) => chunk * CHUNK_SIZE + n);
  const write = async (tx: Transaction) => {
    await tx.query("INSERT INTO chaos.effects (execution, stage, item) SELECT $1, $2, unnest($3::int[])", [
      execution,
      stage,
      items,
    ]);
    dieByChance();
  };
  return done({ write, next: following });
}

/** Sometimes a chunk names its neighbour's successor as well, as a sweep does: the same work under the same id. */
function neighbour(chunk: number): NextTask[] {
  return random.share() < 0.1 ? [next(second, { chunk: (chunk + 1) % order.chunks })] : [];
}

function dieByChance(): void {
  if (random.share() < 0.001) process.kill(process.pid, "SIGKILL");
}

/** Now and then a commit arrives and its acknowledgement does not. */
function forgetful(store: TaskStore): TaskStore {
  return {
    ...store,
    async settle(settlements) {
      const settled = await store.settle(settlements);
      if (random.share() < 0.01) throw fault("unavailable", "The acknowledgement was lost.");
      return settled;
    },
  };
}
