import { openDatabase } from "@anyone/db/client";
import { migrate } from "@anyone/db/migrate";
import { runRepository } from "@anyone/db/runs";
import { scheduleRepository } from "@anyone/db/schedules";
import { taskStore } from "@anyone/db/tasks";
import { versionRepository } from "@anyone/db/versions";
import { TrainServiceDefinition } from "@anyone/grpc/generated/anyone/v1/train";
import { serve } from "@anyone/grpc/server";
import { startLoop } from "@anyone/queues/loop";
import { startWork } from "@anyone/queues/work";
import { loadEnv } from "@anyone/runtime/env";
import { serveHealth } from "@anyone/runtime/health";
import { logger } from "@anyone/runtime/logger";
import { main } from "@anyone/runtime/main";
import { onShutdown } from "@anyone/runtime/shutdown";
import { checkStore } from "@anyone/storage/check-store";
import { openStore } from "@anyone/storage/open-store";
import { Env } from "./env.ts";
import { handlers, jobs } from "./handlers.ts";
import { keepTime } from "./retrain/keep-time.ts";
import { sweep } from "./sweep.ts";
import { followWorker } from "./train/follow-worker.ts";

const SWEEP_EVERY_MS = 5_000;

main(async () => {
  const env = loadEnv(Env);
  const log = logger("trainer", env.LOG_LEVEL);
  await migrate(env.DATABASE_URL);
  const db = openDatabase(env.DATABASE_URL, { name: "trainer" });
  const store = await openStore(env.OBJECTS_URL, env);
  await checkStore(store);
  const runs = runRepository(db);
  const schedules = scheduleRepository(db);
  const tasks = taskStore(db);
  const context = { db, store, versions: versionRepository(db), runs, schedules, log };

  const server = await serve(
    env.TRAINER_ADDRESS,
    env.SERVICE_TOKEN,
    TrainServiceDefinition,
    { work: (requests, { signal }) => followWorker(requests, { db, runs, log }, signal) },
    (error, path) => log.error({ err: error, path }, "call failed"),
  );
  const work = await startWork({ jobs, handlers, context, tasks, redisUrl: env.REDIS_URL, log });
  const sweeping = startLoop("sweep", log, async () => {
    const ended = await sweep(context);
    if (ended.runs + ended.versions > 0) log.warn(ended, "ended what nobody would have ended");
    return SWEEP_EVERY_MS;
  });
  const clock = await keepTime({ db, schedules, tasks, redisUrl: env.REDIS_URL, log });
  const health = env.HEALTH_PORT === undefined ? undefined : await serveHealth(env.HEALTH_PORT, () => work.health());
  log.info({ address: server.address }, "trainer is ready");

  onShutdown(log, async () => {
    await clock.stop();
    await sweeping.stop();
    await server.close();
    await work.stop();
    health?.close();
    await db.close();
  });
});
