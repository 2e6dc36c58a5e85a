import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

export interface Services {
  url: string;
  /** Kills one of them without a warning and starts it again. */
  kill(which: "review" | "api"): Promise<void>;
  close(): Promise<void>;
}

/** The review service and the API as processes of their own, as they run in production. */
export async function startServices(databaseUrl: string, redisUrl: string): Promise<Services> {
  const [reviewPort, apiPort] = [await freePort(), await freePort()];
  const env = {
    PATH: process.env.PATH,
    NODE_ENV: "production",
    LOG_LEVEL: "error",
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    OBJECTS_URL: `file://${await mkdtemp(join(tmpdir(), "bench-review-"))}`,
    SERVICE_TOKEN: "a token of this bench alone",
    ADMIN_KEY: "an-admin-key-of-this-bench-alone-0000",
    REVIEW_ADDRESS: `127.0.0.1:${reviewPort}`,
    API_PORT: String(apiPort),
  };
  const start = (service: string) =>
    spawn(process.execPath, [fileURLToPath(new URL(`../../../services/${service}/src/main.ts`, import.meta.url))], {
      env,
      stdio: ["ignore", "ignore", "inherit"],
    });
  const running: Record<"review" | "api", ChildProcess> = { review: start("review"), api: start("api") };
  const url = `http://127.0.0.1:${apiPort}`;
  await untilReady(url);
  return {
    url,
    async kill(which) {
      await end(running[which], "SIGKILL");
      running[which] = start(which);
    },
    async close() {
      await Promise.all([end(running.api, "SIGTERM"), end(running.review, "SIGTERM")]);
    },
  };
}

async function end(child: ChildProcess, signal: "SIGKILL" | "SIGTERM"): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill(signal);
  await once(child, "exit");
}

/** Both answer: the API does, and a lease goes through to the review service. */
async function untilReady(url: string): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    const answer = await fetch(`${url}/v1/review/slots/release`, {
      method: "POST",
      headers: {
        authorization: "Bearer an-admin-key-of-this-bench-alone-0000",
        "content-type": "application/json",
      },
      body: JSON.stringify({ slots: [{ taskId: "none", category: 1, fence: 1 }] }),
    }).catch(() => undefined);
    if (answer?.ok) return;
    await sleep(200);
  }
  throw new Error("the services did not become ready within a minute");
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}
