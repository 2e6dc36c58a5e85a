import type { AddressInfo } from "node:net";
import fastify, { type FastifyInstance } from "fastify";
import { type CatalogueEntry, catalogueEntry } from "./catalogue.ts";
import { writeDatasets } from "./dataset-folders.ts";
import { type Drawer, startDrawer } from "./drawer.ts";
import { serveFlickr } from "./flickr.ts";
import { imagePath, serveHost, serveTruth } from "./hosts.ts";
import { laionFiles, serveLaion } from "./laion.ts";
import { LIST_FILES, serveLists } from "./lists.ts";
import { servePixabay } from "./pixabay.ts";
import { RateLimit } from "./rate-limit.ts";
import { serveS3 } from "./s3.ts";
import { serveUnsplash } from "./unsplash.ts";

export interface WorldOptions {
  /** Port of the first host; the others take the ports after it. 0 takes free ones. */
  port: number;
  /** Images are drawn from seeds `seedFrom` to `seedFrom + count - 1`. */
  seedFrom: number;
  count: number;
  /** What is drawn is written here: pictures until they are served, their truth for good. */
  cacheDir: string;
  rate?: { apiPerSecond?: number; imagesPerSecond?: number };
  /** How often hosts misbehave: 1 is usual, 0 never. */
  trouble?: number;
  defectShare?: number;
  apiKey?: string;
  /** Processes that draw. */
  workers?: number;
  /** Another way of drawing, for those who need bytes only. */
  drawer?: Drawer;
}

export interface World {
  /** The first host, which also speaks for the photo sites, LAION and the truth. */
  url: string;
  /** `host:port` of every host, as FETCH_ALLOW_PRIVATE wants them. */
  allow: string;
  flickrEndpoint: string;
  unsplashEndpoint: string;
  pixabayEndpoint: string;
  laionFiles: string[];
  /** A csv, a jsonl and a txt file of URLs. */
  listFiles: string[];
  /** An S3 server with the bucket `drawn-people`. */
  s3Endpoint: string;
  apiKey: string;
  /** Draws the last of this world's people into the folders of datasets as they are unpacked: `deepfashion` and `shhq`, so many in each. */
  writeDatasets(folder: string, count: number): Promise<void>;
  /** Every request so far, for tests and reports: who asked for what. */
  requests(): readonly WorldRequest[];
  stop(): Promise<void>;
}

export interface WorldRequest {
  /** Which of the world's hosts, from 0. */
  host: number;
  path: string;
  userAgent: string;
  status: number;
  at: number;
}

const HOSTS = 3;
/** Which images a source lists, as shares of all: what several list is found more than once. */
const LISTED = {
  flickr: [0, 0.55],
  unsplash: [0.1, 0.4],
  pixabay: [0.3, 0.6],
  laion: [0.5, 1],
  lists: [0, 0.5],
  s3: [0.2, 0.7],
} as const;
const MOST_REQUESTS_KEPT = 200_000;

/** Serves people who do not exist, in the shapes of the places where pictures of people are found. On loopback only. */
export async function startWorld(options: WorldOptions): Promise<World> {
  const { seedFrom, count, trouble = 1, apiKey = "drawn-world-key", workers = 1, defectShare } = options;
  const drawer = options.drawer ?? (await startDrawer({ cacheDir: options.cacheDir, workers, defectShare }));
  const entries = Array.from({ length: count }, (_, i) => catalogueEntry(seedFrom + i, trouble, { defectShare }));
  const listedBy = (source: keyof typeof LISTED) => {
    const [from, to] = LISTED[source];
    return entries.slice(Math.floor(count * from), Math.ceil(count * to));
  };
  const inLaion = listedBy("laion");
  const has = (seed: number) => seed >= seedFrom && seed < seedFrom + count;
  const requests: WorldRequest[] = [];
  const urls: string[] = [];
  const imageUrl = (entry: CatalogueEntry) => `${urls[entry.seed % HOSTS]}${imagePath(entry.id, entry.manner)}`;

  const apps = Array.from({ length: HOSTS }, (_, i) => {
    const app = fastify({ forceCloseConnections: true });
    record(app, i, requests);
    const rate = new RateLimit(options.rate?.imagesPerSecond ?? 100);
    serveHost(app, { drawer, trouble, rate, has, other: () => urls[(i + 1) % HOSTS] ?? "" });
    return app;
  });
  const [front] = apps;
  if (front) {
    const search = (source: "flickr" | "unsplash" | "pixabay") => ({
      apiKey,
      rate: new RateLimit(options.rate?.apiPerSecond ?? 10),
      entries: listedBy(source).reverse(),
      imageUrl,
      trouble,
    });
    serveFlickr(front, search("flickr"));
    serveUnsplash(front, search("unsplash"));
    servePixabay(front, search("pixabay"));
    serveLaion(front, { entries: inLaion, imageUrl, decoyUrl: (index) => `${urls[0]}/decoy/${index}.jpg` });
    serveLists(front, { entries: listedBy("lists"), imageUrl });
    serveS3(front, { entries: listedBy("s3"), drawer });
    serveTruth(front, { drawer, trouble, has });
  }
  for (const [i, app] of apps.entries()) {
    await app.listen({ host: "127.0.0.1", port: options.port === 0 ? 0 : options.port + i });
    urls.push(`http://127.0.0.1:${(app.server.address() as AddressInfo).port}`);
  }

  const url = urls[0] ?? "";
  return {
    url,
    allow: urls.map((host) => new URL(host).host).join(","),
    flickrEndpoint: `${url}/services/rest/`,
    unsplashEndpoint: `${url}/unsplash/`,
    pixabayEndpoint: `${url}/pixabay/api/`,
    laionFiles: laionFiles(inLaion.length).map((path) => url + path),
    listFiles: LIST_FILES.map((path) => url + path),
    s3Endpoint: `${url}/s3`,
    apiKey,
    writeDatasets: (folder, each) =>
      writeDatasets({ folder, drawer, seeds: entries.slice(-2 * each).map(({ seed }) => seed) }),
    requests: () => requests,
    async stop() {
      await Promise.all(apps.map((app) => app.close()));
      await drawer.stop();
    },
  };
}

function record(app: FastifyInstance, host: number, requests: WorldRequest[]): void {
  app.addHook("onResponse", async (request, reply) => {
    if (requests.length >= MOST_REQUESTS_KEPT) return;
    const userAgent = request.headers["user-agent"] ?? "";
    requests.push({ host, path: request.url, userAgent, status: reply.statusCode, at: Date.now() });
  });
}
