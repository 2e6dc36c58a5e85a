import { candidateRepository } from "@anyone/db/candidates";
import { openDatabase } from "@anyone/db/client";
import { crawlRepository } from "@anyone/db/crawls";
import { migrate } from "@anyone/db/migrate";
import { protocolRepository } from "@anyone/db/protocols";
import { sourceRepository } from "@anyone/db/sources";
import { taskStore } from "@anyone/db/tasks";
import { readThresholds } from "@anyone/db/thresholds";
import { sourceJobs } from "@anyone/queues/jobs/source";
import { startWork } from "@anyone/queues/work";
import { loadEnv } from "@anyone/runtime/env";
import { serveHealth } from "@anyone/runtime/health";
import { logger } from "@anyone/runtime/logger";
import { main } from "@anyone/runtime/main";
import { onShutdown } from "@anyone/runtime/shutdown";
import { checkStore } from "@anyone/storage/check-store";
import { openStore } from "@anyone/storage/open-store";
import { Env } from "./env.ts";
import { startGrantsClock } from "./grants-clock.ts";
import { handlers } from "./handlers.ts";
import { startPoolClock } from "./pool-clock.ts";
import { openReach } from "./reach.ts";
import { startRefreshClock } from "./refresh-clock.ts";

/** Chunks under way at once: most of their time is spent waiting for hosts. */
const CONCURRENCY = 6;

main(async () => {
  const env = loadEnv(Env);
  const log = logger("crawler", env.LOG_LEVEL);
  await migrate(env.DATABASE_URL);
  const db = openDatabase(env.DATABASE_URL, { name: "anyone crawler" });
  const store = await openStore(env.OBJECTS_URL, env);
  await checkStore(store);
  const tasks = taskStore(db);
  const reach = await openReach({
    db,
    contact: env.CONTACT,
    allowPrivate: env.FETCH_ALLOW_PRIVATE,
    importRoots: env.IMPORT_ROOTS,
    apiKeys: { flickr: env.FLICKR_API_KEY, unsplash: env.UNSPLASH_ACCESS_KEY, pixabay: env.PIXABAY_API_KEY },
    s3: env,
  });
  const protocols = protocolRepository(db);
  const work = await startWork({
    jobs: sourceJobs,
    handlers,
    context: {
      db,
      sources: sourceRepository(db),
      crawls: crawlRepository(db),
      candidates: candidateRepository(db),
      protocols,
      store,
      reach,
      thresholds: () => readThresholds(db),
      tasks,
      log,
    },
    tasks,
    redisUrl: env.REDIS_URL,
    log,
    concurrency: CONCURRENCY,
  });
  const stopClock = startPoolClock(db, tasks, log);
  const stopRefresh = startRefreshClock(db, tasks, log);
  const stopGrants = startGrantsClock(db, protocols, log);
  const health = env.HEALTH_PORT === undefined ? undefined : await serveHealth(env.HEALTH_PORT, () => work.health());
  onShutdown(log, async () => {
    stopClock();
    stopRefresh();
    stopGrants();
    await work.stop();
    health?.close();
    await reach.close();
    await db.close();
  });
  log.info({ allowPrivate: env.FETCH_ALLOW_PRIVATE, importRoots: env.IMPORT_ROOTS }, "sourcing");
});
