import { availableParallelism } from "node:os";
import { candidateRepository } from "@anyone/db/candidates";
import { openDatabase } from "@anyone/db/client";
import { migrate } from "@anyone/db/migrate";
import { protocolRepository } from "@anyone/db/protocols";
import { taskStore } from "@anyone/db/tasks";
import { readThresholds } from "@anyone/db/thresholds";
import { readPrimeHuman } from "@anyone/domain/annotate/read-prime-human";
import { gates } from "@anyone/domain/filter/gate";
import { startWork } from "@anyone/queues/work";
import { loadEnv } from "@anyone/runtime/env";
import { serveHealth } from "@anyone/runtime/health";
import { logger } from "@anyone/runtime/logger";
import { main } from "@anyone/runtime/main";
import { onShutdown } from "@anyone/runtime/shutdown";
import { checkStore } from "@anyone/storage/check-store";
import { openStore } from "@anyone/storage/open-store";
import { modelsFolder } from "@anyone/vision/models-folder";
import { findRanked } from "@anyone/vision/scores";
import { cutReader } from "./cut-reader.ts";
import { Env } from "./env.ts";
import { followProtocol } from "./follow-protocol.ts";
import { filterJobs, handlers } from "./handlers.ts";
import { openMeasurePool } from "./measure-pool.ts";
import { poolIndex } from "./pool-index.ts";

/** Chunks under way at once: one's last pictures are measured beside the next one's first. */
const CONCURRENCY = 2;
const MOST_PROCESSES = 16;

main(async () => {
  const env = loadEnv(Env);
  const log = logger("filter", env.LOG_LEVEL);
  const own = (await readPrimeHuman()).protocol.identity;
  await migrate(env.DATABASE_URL);
  const db = openDatabase(env.DATABASE_URL, { name: "anyone filter", max: 4 });
  const protocol = await followProtocol(protocolRepository(db), own, log);
  const tasks = taskStore(db);
  const store = await openStore(env.OBJECTS_URL, env);
  await checkStore(store);
  const models = env.MODELS_DIR ?? modelsFolder;
  const size = Math.min(availableParallelism(), MOST_PROCESSES);
  const pool = openMeasurePool({ models, size });
  const index = poolIndex();
  await index.catchUp(db);
  const work = await startWork({
    jobs: filterJobs,
    handlers,
    context: {
      db,
      candidates: candidateRepository(db),
      store,
      pool,
      index,
      thresholds: readThresholds,
      cuts: cutReader(gates, await findRanked(models)),
      storedCuts: cutReader(gates, ["faceQuality", "preference"]),
      // read anew by each chunk
      get protocolId() {
        return protocol.id();
      },
      log,
    },
    tasks,
    redisUrl: env.REDIS_URL,
    log,
    concurrency: CONCURRENCY,
  });
  const health = env.HEALTH_PORT === undefined ? undefined : await serveHealth(env.HEALTH_PORT, () => work.health());
  onShutdown(log, async () => {
    await work.stop();
    protocol.stop();
    await pool.close();
    health?.close();
    await db.close();
  });
  log.info({ models, processes: size, gates: (await readThresholds(db)).version }, "filtering");
});
