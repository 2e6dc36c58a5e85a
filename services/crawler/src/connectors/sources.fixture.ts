import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gates } from "@anyone/domain/filter/gate";
import type { AnswerCache } from "@anyone/domain/source/answer-cache";
import { SourceSettings } from "@anyone/domain/source/source";
import { copyPhotographs } from "@anyone/drawn-world/photographs";
import { writeDeepFashion, writeShhq } from "@anyone/drawn-world/servers/dataset-folders";
import { BUCKET } from "@anyone/drawn-world/servers/s3";
import { swatchDrawer } from "@anyone/drawn-world/servers/swatch-drawer";
import { startWorld, type World, type WorldOptions } from "@anyone/drawn-world/servers/world";
import { s3Bucket } from "@anyone/storage/s3-bucket";
import { safeFetcher } from "../fetch/safe-fetch.ts";
import { politeFetch, userAgent } from "../polite-fetch.ts";
import { HostQueues } from "../politeness.ts";
import type { Page, Reach } from "./connector.ts";
import { connectorOf } from "./connectors.ts";

/** Sources of every kind, on loopback and on this disk, and what reaches them. */
export interface Sources {
  folder: string;
  world: World;
  reach: Reach;
  /** For each kind: settings that make several pages of it, and how many images it lists. */
  of: Record<SourceSettings["kind"], { settings: SourceSettings; count: number }>;
  close(): Promise<void>;
}

export const politeness = { perSecond: 1000, concurrency: 8 };

/** Everything that a connector is tested against. 60 images; a page has seven. */
export async function openSources(options: Partial<WorldOptions> = {}): Promise<Sources> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "source-")));
  const drawer = await swatchDrawer(join(folder, "drawn"));
  const world = await startWorld({
    port: 0,
    seedFrom: 1,
    count: 60,
    trouble: 0,
    cacheDir: folder,
    drawer,
    rate: { apiPerSecond: 1000, imagesPerSecond: 1000 },
    ...options,
  });
  const few = { seeds: Array.from({ length: 20 }, (_, i) => i + 1), drawer };
  await writeDeepFashion({ ...few, folder: join(folder, "deepfashion") });
  await writeShhq({ ...few, folder: join(folder, "shhq") });
  const photographs = await copyPhotographs(join(folder, "photographs"));
  const { reach, close } = reachOf(world.allow, world.apiKey, [folder], world.s3Endpoint);
  const source = (settings: unknown, count: number) => ({ settings: SourceSettings.parse(settings), count });
  return {
    folder,
    world,
    reach,
    of: {
      flickr: source(
        { kind: "flickr", endpoint: world.flickrEndpoint, perPage: 7, politeness },
        await licensedCount(world),
      ),
      unsplash: source({ kind: "unsplash", endpoint: world.unsplashEndpoint, perPage: 7, politeness }, 18),
      pixabay: source({ kind: "pixabay", endpoint: world.pixabayEndpoint, perPage: 7, politeness }, 18),
      laion: source({ kind: "laion", files: world.laionFiles, rowsPerPage: 7, politeness }, 30),
      "url-list": source({ kind: "url-list", files: world.listFiles, rowsPerPage: 7, politeness }, 30),
      folder: source(
        { kind: "folder", path: join(folder, "photographs"), filesPerPage: 7, licence: "MIT" },
        photographs,
      ),
      s3: source({ kind: "s3", bucket: BUCKET, prefix: "people/", keysPerPage: 7, licence: "MIT" }, 30),
      "deepfashion-multimodal": source(
        { kind: "deepfashion-multimodal", path: join(folder, "deepfashion"), filesPerPage: 7 },
        20,
      ),
      shhq: source({ kind: "shhq", path: join(folder, "shhq"), filesPerPage: 7 }, 20),
    },
    async close() {
      await world.stop();
      await close();
      await rm(folder, { recursive: true });
    },
  };
}

/** What a connector may use, with no waiting: what politeness does is tested elsewhere. */
export function reachOf(allow: string, apiKey: string, importRoots: string[] = [], s3Endpoint = "") {
  const freely = { enter: async () => ({ waitMs: 0, leaveAt: 0 }), leave: async () => {} };
  const fetcher = safeFetcher({ allowPrivate: new Set(allow.split(",")) }, userAgent("mailto:tests@example.org"));
  const reach: Reach = {
    fetch: politeFetch(fetcher, new HostQueues(freely)),
    thresholds: gates,
    importRoots,
    apiKeys: { flickr: apiKey, unsplash: apiKey, pixabay: apiKey },
    answers: forgetful,
    bucket: async (name) =>
      s3Bucket(name, { S3_ENDPOINT: s3Endpoint, AWS_ACCESS_KEY_ID: apiKey, AWS_SECRET_ACCESS_KEY: apiKey }),
  };
  return { reach, close: () => fetcher.close() };
}

/** Keeps nothing; the real one is tested with its database. */
const forgetful: AnswerCache = { get: async () => undefined, keep: async () => {} };

/** All pages of a source, from its beginning or from a cursor. */
export async function allPages(settings: SourceSettings, reach: Reach, from: string | null = null): Promise<Page[]> {
  const list = (cursor: string | null) => connectorOf(settings).list(settings, cursor, reach);
  const pages = [await list(from)];
  for (let last = pages[0]; last && !last.done && pages.length < 200; last = pages.at(-1))
    pages.push(await list(last.cursor));
  return pages;
}

/** How many of Flickr's photos are under a licence that is taken by default. */
async function licensedCount(world: World): Promise<number> {
  const query = {
    method: "flickr.photos.search",
    api_key: world.apiKey,
    text: "person",
    license: "4,5,7,8,9,10",
    format: "json",
    nojsoncallback: "1",
  };
  const answer = await fetch(`${world.flickrEndpoint}?${new URLSearchParams(query).toString()}`);
  return ((await answer.json()) as { photos: { total: number } }).photos.total;
}
