import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Server } from "@anyone/cli/embedded/server-process";
import { startValkey } from "@anyone/cli/embedded/valkey";
import { checkServer, connect, queueAddress } from "@anyone/queues/redis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

let folder: string;
let valkey: Server;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "anyone-valkey-"));
  valkey = await startValkey({ dir: folder });
});
afterAll(async () => {
  await valkey.stop();
  await rm(folder, { recursive: true, force: true });
});

describe("the check of the queue server at start", () => {
  it("accepts the embedded one", async () => {
    await checkServer(valkey.url);
  });

  it("refuses a server that may evict", async () => {
    const redis = connect(queueAddress(valkey.url), "waits");
    await redis.config("SET", "maxmemory-policy", "volatile-lru");
    await expect(checkServer(valkey.url)).rejects.toMatchObject({
      code: "bad-environment",
      message: expect.stringContaining("volatile-lru"),
      hint: expect.stringContaining("noeviction"),
    });
    redis.disconnect();
  });

  it("says that nobody answers, and that the password is wrong", async () => {
    await expect(checkServer("redis://127.0.0.1:9")).rejects.toMatchObject({ code: "unavailable" });
    const wrong = new URL(valkey.url);
    wrong.password = "wrong";
    await expect(checkServer(wrong.href)).rejects.toMatchObject({ code: "unavailable" });
  });
});
