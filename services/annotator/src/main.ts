import { answerRepository } from "@anyone/db/answers";
import { openDatabase } from "@anyone/db/client";
import { labellerRepository } from "@anyone/db/labellers";
import { migrate } from "@anyone/db/migrate";
import { protocolRepository } from "@anyone/db/protocols";
import { taskStore } from "@anyone/db/tasks";
import { openInference } from "@anyone/grpc/annotate";
import { startWork } from "@anyone/queues/work";
import { loadEnv } from "@anyone/runtime/env";
import { serveHealth } from "@anyone/runtime/health";
import { logger } from "@anyone/runtime/logger";
import { main } from "@anyone/runtime/main";
import { onShutdown } from "@anyone/runtime/shutdown";
import { Env } from "./env.ts";
import { handlers, jobs } from "./handlers.ts";

/** Chunks under way at once: one is computed by the inference worker while another's answers are written. */
const CONCURRENCY = 2;

main(async () => {
  const env = loadEnv(Env);
  const log = logger("annotator", env.LOG_LEVEL);
  await migrate(env.DATABASE_URL);
  const db = openDatabase(env.DATABASE_URL, { name: "anyone annotator", max: 4 });
  const inference = openInference(env.INFERENCE_ADDRESS, env.SERVICE_TOKEN);
  const work = await startWork({
    jobs,
    handlers,
    context: {
      answers: answerRepository(db),
      labellers: labellerRepository(db),
      protocols: protocolRepository(db),
      inference,
      log,
    },
    tasks: taskStore(db),
    redisUrl: env.REDIS_URL,
    log,
    concurrency: CONCURRENCY,
  });
  const health = env.HEALTH_PORT === undefined ? undefined : await serveHealth(env.HEALTH_PORT, () => work.health());
  onShutdown(log, async () => {
    await work.stop();
    health?.close();
    inference.close();
    await db.close();
  });
  log.info({ inference: env.INFERENCE_ADDRESS }, "annotating");
});
