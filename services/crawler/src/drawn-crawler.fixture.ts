import { openDatabase } from "@anyone/db/client";
import { POOL_BOUNDS } from "@anyone/domain/source/pool-watch";
import type { World } from "@anyone/drawn-world/servers/world";
import { next } from "@anyone/queues/job";
import { watchPool } from "@anyone/queues/jobs/source";
import { createDatabase } from "@anyone/test/support/servers";
import type { SafeFetcher } from "./fetch/safe-fetch.ts";
import { politeReach, SourceStage } from "./source-stage.fixture.ts";

/** Faster than the drawn world's hosts would need. */
export const politeness = { perSecond: 500, concurrency: 4 };

/** The source stage over the drawn world. */
export class DrawnCrawler extends SourceStage {
  static async over(world: World, fetcher: SafeFetcher, folder: string): Promise<DrawnCrawler> {
    const apiKeys = { flickr: world.apiKey, unsplash: world.apiKey, pixabay: world.apiKey };
    return new DrawnCrawler(openDatabase(await createDatabase()), { folder, reach: politeReach(fetcher, apiKeys) });
  }

  /** The pool's watch looks once, and what it starts is crawled to its end. */
  async look(at: string): Promise<void> {
    await this.perform(next(watchPool, { at }));
    await this.performAll();
  }

  async setBounds(bounds: { lower: number; upper: number; enabled: boolean }): Promise<void> {
    await this.db.query(
      "INSERT INTO settings (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
      [POOL_BOUNDS, JSON.stringify(bounds)],
    );
  }
}
