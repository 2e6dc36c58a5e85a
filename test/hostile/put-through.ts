import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readImage } from "@anyone/crawler/connectors/read-image";
import { safeFetcher } from "@anyone/crawler/fetch/safe-fetch";
import { politeFetch, userAgent } from "@anyone/crawler/polite-fetch";
import { HostQueues } from "@anyone/crawler/politeness";
import type { Gates } from "@anyone/domain/filter/gate";
import { gates } from "@anyone/domain/filter/gate";
import { openMeasurePool } from "@anyone/filter/measure-pool";
import { modelsFolder } from "@anyone/vision/models-folder";
import type { HostileFile } from "./hostile-file.ts";

/** What became of a file: a reason, or what it passed as. `ms` is how long it kept somebody busy. */
export interface End {
  name: string;
  end: string;
  detail: string;
  ms: number;
}

/**
 * How long one file may keep anything busy before it counts as having hung it: five seconds of a core, of which a machine that does other
 * things gives a quarter.
 */
export const MOST_MS = 20_000;

/** What hosts say that their files are; none of it is believed. */
const TYPES = ["image/jpeg", "text/html; charset=utf-8", "image/svg+xml", "application/zip", "image/png", ""];
const ENDINGS = ["jpg", "png", "webp", "html", "svg", "jpg.exe", "php%00.jpg"];

/** The crawler's way of a file: a host serves it under a lying name and type, and it is fetched as any picture of a list is. */
export async function openCrawl() {
  let served: HostileFile | undefined;
  const server = createServer((request, response) => {
    const at = /^\/(\d+)\//.exec(request.url ?? "")?.[1];
    if (at === undefined || !served) return void response.writeHead(404).end();
    const type = TYPES[Number(at) % TYPES.length];
    response.writeHead(200, type ? { "content-type": type } : {}).end(served.bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const fetcher = safeFetcher({ allowPrivate: new Set([host]) }, userAgent("mailto:tests@example.org"));
  const freely = { enter: async () => ({ waitMs: 0, leaveAt: 0 }), leave: async () => {} };
  const fetch = politeFetch(fetcher, new HostQueues(freely));
  let asked = 0;
  return {
    async fetch(file: HostileFile): Promise<End> {
      served = file;
      const url = `http://${host}/${asked}/a.${ENDINGS[asked % ENDINGS.length]}`;
      asked++;
      const started = performance.now();
      const answer = await readImage({ fetch, thresholds: gates }, url, { perSecond: 1000, concurrency: 1 });
      const [end, detail] = answer.ok ? [answer.type, ""] : [answer.reason, answer.detail];
      return { name: file.name, end, detail, ms: performance.now() - started };
    },
    async close() {
      await fetcher.close();
      server.closeAllConnections();
      server.close();
    },
  };
}

/** The filter's way: processes that measure. They are counted: of one that died, another one tells. */
export function openFilter(size: number) {
  const folder = mkdtempSync(join(tmpdir(), "hostile-"));
  const processes = join(folder, "processes");
  writeFileSync(processes, "");
  process.env.MEASURE_PROCESSES = processes;
  const pool = openMeasurePool({
    models: modelsFolder,
    size,
    timeoutMs: MOST_MS,
    idleMs: 600_000,
    program: new URL("./counted-measure-process.ts", import.meta.url),
  });
  return {
    async measure({ name, bytes }: HostileFile, gates: Gates): Promise<End> {
      let started = performance.now();
      const load = async () => {
        started = performance.now();
        return bytes;
      };
      const answer = await pool.measure(load, gates);
      const detail = "detail" in answer ? answer.detail : "";
      return { name, end: answer.drop ?? "passed", detail, ms: performance.now() - started };
    },
    /** Processes started so far. */
    started: () => readFileSync(processes, "utf8").split("\n").length - 1,
    async close() {
      await pool.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** `end: how many`, the most frequent first. */
export function countEnds(ends: readonly End[]): string {
  const counts = new Map<string, number>();
  for (const { end } of ends) counts.set(end, (counts.get(end) ?? 0) + 1);
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([end, count]) => `${count} ${end}`)
    .join(", ");
}

/** Does one after the other, so many at once. */
export async function eachOf<Item>(
  items: readonly Item[],
  atOnce: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const queue = items[Symbol.iterator]();
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (const item of queue) await work(item);
    }),
  );
}
