import { loadEnv } from "@anyone/runtime/env";
import { logger } from "@anyone/runtime/logger";
import { main } from "@anyone/runtime/main";
import { onShutdown } from "@anyone/runtime/shutdown";
import { Env } from "./env.ts";
import { startApi } from "./server.ts";

main(async () => {
  const env = loadEnv(Env);
  const log = logger("api", env.LOG_LEVEL);
  const server = await startApi(env, log);
  onShutdown(log, server.close);
  log.info({ url: server.url }, "listening");
});
