import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { World } from "@anyone/drawn-world/servers/world";
import { redisUrl } from "@anyone/test/support/servers";

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
