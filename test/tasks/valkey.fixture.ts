import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Server } from "@anyone/cli/embedded/server-process";
import { startValkey } from "@anyone/cli/embedded/valkey";
import { afterAll, beforeAll } from "vitest";

/** A Valkey that a test file has to itself, whatever the others run on; its address, once its tests run. */
export function useValkey(): () => string {
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
  return () => valkey.url;
}
