import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { OpenDatabase } from "@anyone/db/client";
import { sourceRepository } from "@anyone/db/sources";
import type { SourceId } from "@anyone/domain/ids";
import { SourceSettings } from "@anyone/domain/source/source";
import { swatchDrawer } from "@anyone/drawn-world/servers/swatch-drawer";
import { startWorld, type World } from "@anyone/drawn-world/servers/world";
import { redisUrl } from "@anyone/test/support/servers";

/** A Flickr of swatches that answers as quickly as it is asked, and a folder that goes with it. */
export interface SwatchWorld {
  world: World;
  folder: string;
  stop(): Promise<void>;
}

export async function startSwatchWorld(name: string, pictures: number): Promise<SwatchWorld> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), `${name}-`)));
  const world = await startWorld({
    port: 0,
    seedFrom: 1,
    count: pictures,
    trouble: 0,
    cacheDir: folder,
    drawer: await swatchDrawer(join(folder, "drawn")),
    rate: { apiPerSecond: 1000, imagesPerSecond: 1000 },
  });
  return {
    world,
    folder,
    async stop() {
      await world.stop();
      await rm(folder, { recursive: true });
    },
  };
}

/** Saves the world's Flickr as a source that is asked sixty times a second, by two at once. */
export async function saveSwatchSource(
  db: OpenDatabase,
  id: SourceId,
  { flickrEndpoint }: World,
  perPage: number,
): Promise<void> {
  const politeness = { perSecond: 60, concurrency: 2 };
  await sourceRepository(db).save({
    id,
    settings: SourceSettings.parse({ kind: "flickr", endpoint: flickrEndpoint, perPage, politeness }),
  });
}

/** What a crawler process needs to crawl a drawn world, with its objects below `folder`. */
export async function crawlerEnvironment(world: World, databaseUrl: string, folder: string) {
  return {
    PATH: process.env.PATH ?? "",
    DATABASE_URL: databaseUrl,
    REDIS_URL: await redisUrl(),
    OBJECTS_URL: pathToFileURL(join(folder, "objects")).href,
    CONTACT: "tests@example.org",
    FLICKR_API_KEY: world.apiKey,
    FETCH_ALLOW_PRIVATE: world.allow,
  };
}

/** Crawler processes that are started together and killed together, without a chance to tidy up. */
export function crawlerProcesses(count: number) {
  const main = new URL("./main.ts", import.meta.url).pathname;
  const running = new Set<ChildProcess>();
  return {
    start(environment: Record<string, string>): void {
      for (let i = 0; i < count; i++)
        running.add(spawn(process.execPath, [main], { env: environment, stdio: "ignore" }));
    },
    async kill(): Promise<void> {
      const ends = [...running].map((child) => once(child, "exit"));
      for (const child of running) child.kill("SIGKILL");
      await Promise.all(ends);
      running.clear();
    },
  };
}
