import { fork } from "node:child_process";
import { once } from "node:events";
import { gates } from "../../../packages/domain/src/filter/gate.ts";
import { putContent } from "../../../packages/storage/src/content.ts";
import { filesystemStore } from "../../../packages/storage/src/filesystem.ts";
import { decode, readHeader } from "../../../packages/vision/src/decode.ts";
import { hashPlane } from "../../../packages/vision/src/hash-plane.ts";
import { perceptualHash } from "../../../packages/vision/src/phash.ts";
import { stripped } from "../../../packages/vision/src/strip.ts";
import { codedView, plainView } from "../../../packages/vision/src/views.bench.ts";
import { bareGet } from "../../../services/crawler/src/fetch/bare-get.bench.ts";
import { inspectImage } from "../../../services/crawler/src/fetch/inspect-image.ts";
import { safeFetcher } from "../../../services/crawler/src/fetch/safe-fetch.ts";
import { HEAP } from "../../../services/filter/src/measure-pool.ts";
import type { Rate } from "./img2dataset.ts";

/** Pictures under way at once. */
const AT_ONCE = 12;

export interface OurRate extends Rate {
  /** URLs whose bytes were decoded. */
  decoded: string[];
  /** Keys of the originals. */
  originals: string[];
}

/** Ours and the bare loop, in a process with the heap that the filter gives those that decode: neither is slowed by the other's garbage. */
export interface Contenders {
  ours(host: string, urls: readonly string[], folder: string, coded: boolean): Promise<OurRate>;
  bare(urls: readonly string[], coded: boolean): Promise<Rate>;
  stop(): void;
}

export function startContenders(): Contenders {
  const child = fork(new URL(import.meta.url), ["contend"], { execArgv: [HEAP] });
  const ask = async (order: Order) => {
    child.send(order);
    const answered = new AbortController();
    const ends = once(child, "exit", answered).then(ended);
    const [answer] = await Promise.race([once(child, "message"), ends]).finally(() => answered.abort());
    if ("failed" in answer) throw new Error(answer.failed);
    return answer;
  };
  return {
    ours: (host, urls, folder, coded) => ask({ who: "ours", host, urls, folder, coded }),
    bare: (urls, coded) => ask({ who: "bare", urls, coded }),
    stop: () => child.kill("SIGKILL"),
  };
}

type Order =
  | { who: "ours"; host: string; urls: readonly string[]; folder: string; coded: boolean }
  | { who: "bare"; urls: readonly string[]; coded: boolean };

function ended(): never {
  throw new Error("the contenders' process ended");
}

/**
 * The crawler's and the filter's own functions, one after the other: fetched under every safety rule and judged by its first bytes, stored under its
 * sha256, decoded once into a view, which is coded as a file and shrunk to 224 pixels, which are hashed; and its metadata taken out.
 */
async function ourRate(host: string, urls: readonly string[], folder: string, coded: boolean): Promise<OurRate> {
  const fetcher = safeFetcher({ allowPrivate: new Set([host]) }, "bench");
  const inspect = inspectImage(gates);
  const store = filesystemStore(folder);
  const decoded: string[] = [];
  const originals: string[] = [];
  const spent = await timed(urls, async (url) => {
    const answer = await fetcher.fetch(url, { inspect });
    if (!answer.ok) {
      if (answer.reason === "too-small") return;
      throw new Error(`${url}: ${answer.detail}`);
    }
    const { bytes } = answer;
    const { key } = await putContent(store, "original", bytes, "jpeg", "image/jpeg");
    const header = await readHeader(bytes);
    if (!header.ok) throw new Error(`${url}: ${header.fault}`);
    decoded.push(url);
    const picture = await decode(bytes, header.value);
    if (!picture.ok) throw new Error(`${url}: ${picture.fault}`);
    await Promise.all([
      coded ? codedView(picture.value.view).then((file) => putContent(store, "thumbnail", file, "jpg")) : undefined,
      stripped(bytes, header.value).then((clean) => putContent(store, "asset", clean, "jpg")),
      hashPlane(picture.value.view).then(perceptualHash),
    ]);
    originals.push(key);
  });
  await fetcher.close();
  return { accepted: originals.length, ...spent, decoded, originals };
}

/** Fetched by the HTTP library alone and made one view of by sharp alone; nothing is checked, hashed or stored. */
async function bareRate(urls: readonly string[], coded: boolean): Promise<Rate> {
  const { get, close } = bareGet();
  const spent = await timed(urls, async (url) => void (await plainView(await get(url), coded)));
  await close();
  return { accepted: urls.length, ...spent };
}

async function timed(
  urls: readonly string[],
  work: (url: string) => Promise<void>,
): Promise<Pick<Rate, "seconds" | "cpuSeconds">> {
  const [started, before] = [performance.now(), process.cpuUsage()];
  const left = urls.values();
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (const url of left) await work(url);
    }),
  );
  const { user, system } = process.cpuUsage(before);
  return { seconds: (performance.now() - started) / 1000, cpuSeconds: (user + system) / 1e6 };
}

if (process.argv[2] === "contend") {
  process.on("message", (order: Order) => {
    const answer =
      order.who === "ours"
        ? ourRate(order.host, order.urls, order.folder, order.coded)
        : bareRate(order.urls, order.coded);
    answer.then(
      (rate) => process.send?.(rate),
      (error: Error) => process.send?.({ failed: error.message }),
    );
  });
  process.on("disconnect", () => process.exit(0));
}
