import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import { openDatabase } from "@anyone/db/client";
import { putSetting } from "@anyone/db/settings";
import { openClient } from "@anyone/grpc/client";
import { ReviewServiceDefinition } from "@anyone/grpc/generated/anyone/v1/review";
import { createDatabase, redisUrl } from "@anyone/test/support/servers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { insertAssets, TOKEN } from "./loop.fixture.ts";

let child: ChildProcess | undefined;
afterEach(async () => {
  if (child?.exitCode === null) {
    child.kill("SIGKILL");
    await once(child, "exit");
  }
});

describe("the review process", () => {
  it("publishes the protocol, opens an iteration and puts pages before people, through the real queue", async () => {
    const url = await createDatabase();
    const db = openDatabase(url);
    await insertAssets(db, 30);
    await putSetting(db, { key: "review.policy", value: { evaluationSize: 10, sampleSize: 5 }, by: "test" });
    const address = `127.0.0.1:${await freePort()}`;
    const health = String(await freePort());
    const servers = { DATABASE_URL: url, REDIS_URL: await redisUrl() };
    child = start({ ...servers, SERVICE_TOKEN: TOKEN, REVIEW_ADDRESS: address, HEALTH_PORT: health });
    const client = openClient(ReviewServiceDefinition, address, TOKEN);

    await vi.waitUntil(() => client.call.openIteration({ trigger: "manual" }).catch(() => undefined), {
      timeout: 15_000,
      interval: 200,
    });
    const { task } = await vi.waitUntil(
      async () => {
        const leased = await client.call.leaseTask({ reviewer: "ada" });
        return leased.task ? leased : undefined;
      },
      { timeout: 15_000, interval: 100 },
    );
    expect(task).toMatchObject({ purpose: "evaluation", blind: true, protocolId: "prime-human@1.0.0" });

    const healthy = await fetch(`http://127.0.0.1:${health}/health`);
    expect(healthy.status).toBe(200);
    expect(await healthy.json()).toMatchObject({ ok: true, stages: ["review"] });

    child.kill("SIGTERM");
    const [code] = await once(child, "exit");
    expect(code).toBe(0);
    client.close();
    await db.close();
  }, 40_000);

  it("says in one sentence which variable is wrong", async () => {
    child = start({ DATABASE_URL: "mysql://nowhere", REDIS_URL: "redis://127.0.0.1:1", SERVICE_TOKEN: TOKEN });
    let said = "";
    child.stderr?.on("data", (bytes) => {
      said += bytes;
    });
    const [code] = await once(child, "close");
    expect(code).toBe(1);
    expect(said).toMatch(/DATABASE_URL: expected postgres:/);
    expect(said).not.toMatch(/ at .*\.ts/);
  });
});

function start(env: Record<string, string>): ChildProcess {
  return spawn(process.execPath, [join(import.meta.dirname, "main.ts")], {
    env: { PATH: process.env.PATH, LOG_LEVEL: "warn", ...env },
    stdio: ["ignore", "inherit", "pipe"],
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}
