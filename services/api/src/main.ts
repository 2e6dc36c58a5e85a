import { logger } from "@anyone/runtime/logger";
import { main } from "@anyone/runtime/main";
import { onShutdown } from "@anyone/runtime/shutdown";
import { apiEnv } from "./env.ts";
import { startApi } from "./server.ts";

main(async () => {
  const env = apiEnv();
  const log = logger("api", env.LOG_LEVEL);
  const server = await startApi(env, log);
  onShutdown(log, server.close);
  log.info({ url: server.url }, "listening");
});
