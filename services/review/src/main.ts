import { openDatabase } from "@anyone/db/client";
import { migrate } from "@anyone/db/migrate";
import { protocolRepository } from "@anyone/db/protocols";
import { taskStore } from "@anyone/db/tasks";
import { readPrimeHuman } from "@anyone/domain/annotate/read-prime-human";
import { ReviewServiceDefinition } from "@anyone/grpc/generated/anyone/v1/review";
import { serve } from "@anyone/grpc/server";
import { startWork } from "@anyone/queues/work";
import { loadEnv } from "@anyone/runtime/env";
import { serveHealth } from "@anyone/runtime/health";
import { logger } from "@anyone/runtime/logger";
import { main } from "@anyone/runtime/main";
import { onShutdown } from "@anyone/runtime/shutdown";
import { Env } from "./env.ts";
import { handlers, jobs } from "./handlers.ts";
import { reviewService } from "./service.ts";
import { startSweep } from "./sweep.ts";

main(async () => {
  const env = loadEnv(Env);
  const log = logger("review", env.LOG_LEVEL);
  const { document } = await readPrimeHuman();
  await migrate(env.DATABASE_URL);
  const db = openDatabase(env.DATABASE_URL, { name: "review" });
  const protocols = protocolRepository(db);
  const protocolId = await protocols.publish(document);
  const context = { db, protocols };

  const server = await serve(
    env.REVIEW_ADDRESS,
    env.SERVICE_TOKEN,
    ReviewServiceDefinition,
    reviewService(context),
    (error, path) => log.error({ err: error, path }, "call failed"),
  );
  const work = await startWork({ jobs, handlers, context, tasks: taskStore(db), redisUrl: env.REDIS_URL, log });
  const sweep = startSweep(context, log);
  const health = env.HEALTH_PORT === undefined ? undefined : await serveHealth(env.HEALTH_PORT, () => work.health());
  log.info({ address: server.address, protocolId }, "review is ready");

  onShutdown(log, async () => {
    await sweep.stop();
    await server.close();
    await work.stop();
    health?.close();
    await db.close();
  });
});
