import { existsSync } from "node:fs";
import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { seedOf } from "@anyone/drawn-world/servers/catalogue";
import { z } from "zod";
import { endLeftOver, type Launch, launch, untilReady } from "../embedded/server-process.ts";
import { checkout } from "../up/home.ts";
import { waitFor } from "../wait.ts";
import { askWorld, type DrawnTruth } from "./drawn-truth.ts";

const WRITTEN_WITHIN_MS = 120_000;

/** Where the drawn world listens and how its truth is asked for. */
const WorldAddress = z.object({
  url: z.string(),
  allow: z.string(),
  flickrEndpoint: z.string(),
  unsplashEndpoint: z.string(),
  pixabayEndpoint: z.string(),
  laionFiles: z.array(z.string()),
  listFiles: z.array(z.string()),
  s3Endpoint: z.string(),
  apiKey: z.string(),
});
type WorldAddress = z.infer<typeof WorldAddress>;

export interface DrawnWorld extends WorldAddress {
  /** The folder of DeepFashion-MultiModal's people or of SHHQ's, once it is written. */
  dataset(name: "deepfashion" | "shhq"): Promise<string>;
  /** The truth of the image an external id or URL names; undefined for what this world did not draw. */
  truth(idOrUrl: string): Promise<DrawnTruth | undefined>;
  stop(): Promise<void>;
}

export interface WorldChoice {
  home: string;
  seedFrom: number;
  count: number;
  workers: number;
  /** Its first port; free ones when it is absent. What was listed and not yet fetched is found again only at the same. */
  port?: number;
  /** People in each of the two datasets that are written to disk; without it, none are. */
  datasetSize?: number;
}

/** Starts the drawn world as a process of its own: a source like any other, on loopback. */
export async function startDrawnWorld(choice: WorldChoice): Promise<DrawnWorld> {
  const folder = join(choice.home, "run", "drawn-world");
  await mkdir(folder, { recursive: true });
  const program = join(checkout, "packages", "drawn-world", "src", "servers", "main.ts");
  await endLeftOver(folder, "TERM", program);
  const log = join(folder, "server.log");
  await rm(log, { force: true });
  const datasets = join(choice.home, "datasets");
  const start: Launch = {
    name: "the drawn world",
    command: process.execPath,
    args: [
      "--disable-warning=ExperimentalWarning",
      program,
      `--port=${choice.port ?? 0}`,
      `--seed-from=${choice.seedFrom}`,
      `--count=${choice.count}`,
      `--workers=${choice.workers}`,
      `--cache=${join(choice.home, "drawn-world")}`,
      ...(choice.datasetSize ? [`--datasets=${datasets}`, `--dataset-size=${choice.datasetSize}`] : []),
    ],
    signal: "TERM",
    folder,
  };
  const server = await launch(start);
  const read = async () => parseAddress(await readFile(log, "utf8").catch(() => ""));
  await untilReady(start, server, async () => (await read()) !== undefined);
  const address = await read();
  if (!address) throw new Error("the drawn world said where it listens, and then no longer");
  const known = new Map<number, DrawnTruth | undefined>();
  return {
    ...address,
    stop: () => server.stop(),
    dataset: (name) =>
      waitFor(
        async () => {
          const folder = join(datasets, name);
          return existsSync(folder) ? folder : undefined;
        },
        { withinMs: WRITTEN_WITHIN_MS, what: `the dataset ${name} to be drawn` },
      ),
    async truth(idOrUrl) {
      const seed = seedOf(idOrUrl);
      if (seed === undefined) return undefined;
      if (!known.has(seed)) known.set(seed, await askWorld(address.url, idOrUrl));
      return known.get(seed);
    },
  };
}

function parseAddress(log: string): WorldAddress | undefined {
  const line = log.split("\n").find((text) => text.startsWith("{") && text.endsWith("}"));
  return line ? WorldAddress.parse(JSON.parse(line)) : undefined;
}
