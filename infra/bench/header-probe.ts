import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { gates } from "../../packages/domain/src/filter/gate.ts";
import { bareRangeRate } from "../../services/crawler/src/fetch/bare-range.bench.ts";
import { inspectImage } from "../../services/crawler/src/fetch/inspect-image.ts";
import { safeFetcher } from "../../services/crawler/src/fetch/safe-fetch.ts";
import type { BenchResult } from "./run.ts";

const RANGE = { range: "bytes=0-32767" };
const AT_ONCE = 16;
const ROUND_MS = 2_000;
const ROUNDS = 4;

/**
 * The first 32 KB of pictures, judged by their headers through the safe fetcher, beside the same requests sent bare by the same library
 * on the same machine, turn by turn so that both see the same weather.
 */
export async function run(): Promise<BenchResult> {
  const origin = fork(new URL(import.meta.url), ["serve"]);
  try {
    const [port] = (await once(origin, "message")) as [number];
    const url = `http://127.0.0.1:${port}/picture.jpg`;
    const fetcher = safeFetcher({ allowPrivate: new Set([`127.0.0.1:${port}`]) }, "bench");
    const inspect = inspectImage(gates);
    const probe = async () => {
      const answer = await fetcher.fetch(url, { headers: RANGE, inspect });
      if (!answer.ok) throw new Error(answer.detail);
    };
    const [bare, ours]: number[][] = [[], []];
    for (let round = 0; round <= ROUNDS; round++) {
      const rates = [await bareRangeRate(url, RANGE, AT_ONCE, ROUND_MS), await rateOf(probe)];
      if (round === 0) continue; // compiled now
      bare?.push(rates[0] as number);
      ours?.push(rates[1] as number);
    }
    await fetcher.close();
    const [bareRate, rate] = [median(bare ?? []), median(ours ?? [])];
    const ratio = Math.round((rate / bareRate) * 1000) / 1000;
    return {
      table: [
        ["what", "per second", "of bare"],
        ["bare range requests", bareRate.toFixed(0), ""],
        ["header probes", rate.toFixed(0), ratio.toFixed(3)],
      ],
      figures: { probes_per_s: Math.round(rate), bare_requests_per_s: Math.round(bareRate), vs_bare_requests: ratio },
    };
  } finally {
    stop(origin);
  }
}

async function rateOf(probe: () => Promise<void>): Promise<number> {
  const started = performance.now();
  let done = 0;
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (; performance.now() - started < ROUND_MS; done++) await probe();
    }),
  );
  return done / ((performance.now() - started) / 1000);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return ((sorted[(sorted.length - 1) >> 1] as number) + (sorted[sorted.length >> 1] as number)) / 2;
}

function stop(origin: ChildProcess): void {
  origin.kill("SIGKILL");
}

/** The origin, a process of its own: the head of a big JPEG for every range. */
if (process.argv[2] === "serve") {
  const head = Buffer.concat([
    Buffer.from("ffd8ffc000110805d0051403012200021101031101", "hex"),
    Buffer.alloc(32_768 - 21),
  ]);
  const server = createServer((_, response) => {
    response.writeHead(206, { "content-type": "image/jpeg", "content-length": head.length });
    response.end(head);
  });
  server.listen(0, "127.0.0.1", () => process.send?.((server.address() as AddressInfo).port));
}
