import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { gates } from "../../packages/domain/src/filter/gate.ts";
import { filesystemStore } from "../../packages/storage/src/filesystem.ts";
import { modelsFolder } from "../../packages/vision/src/models-folder.ts";
import { openMeasurePool } from "../../services/filter/src/measure-pool.ts";
import { img2datasetRate, installImg2dataset, type Rate } from "./fetch-filter/img2dataset.ts";
import { startOrigin } from "./fetch-filter/origin.ts";
import { type OurRate, startContenders } from "./fetch-filter/ours.ts";
import type { BenchResult } from "./run.ts";

const HOME = new URL("../../.anyone/bench/", import.meta.url).pathname;
const WARM_UP = 40;
/** img2dataset's processor time for so few pictures is that of its start; a quarter of a second of it is not. */
const STARTING = 10;
const CORES = "0,1";
/** Pictures that every gate judges, to tell what the models cost. */
const JUDGED = 20;
/** Of the second mix, as on the web. */
const TOO_SMALL = 0.6;

/**
 * Accepted pictures per second from one server on loopback, on the same two cores: img2dataset, a bare loop, and the platform's own path, in this order and one at a time.
 * Two mixes: all big enough, and three of five too small.
 */
export async function run(count = 300): Promise<BenchResult> {
  const pinned = pin();
  const environment = await installImg2dataset(join(HOME, "img2dataset"));
  const work = await mkdtemp(join(HOME, "fetch-filter-"));
  const origin = await startOrigin();
  const contenders = startContenders();
  const folder = (name: string) => join(work, name);
  let numbers = 0;
  const fresh = (isSmall: (i: number) => boolean, length: number) =>
    Array.from({ length }, (_, i) => origin.url(isSmall(i) ? "small" : "big", numbers++));
  const allBig = (length: number) => fresh(() => false, length);
  const asOnTheWeb = () => fresh((i) => i % 5 < 5 * TOO_SMALL, count);
  try {
    await contenders.ours(origin.host, allBig(WARM_UP), folder("warm"), true);
    await contenders.bare(allBig(WARM_UP), true);
    const start = await img2datasetRate(environment, allBig(STARTING), folder("img2dataset-start"));
    const theirs = started(start, await img2datasetRate(environment, allBig(count), folder("img2dataset-all")));
    const bare = await contenders.bare(allBig(count), true);
    const ours = await contenders.ours(origin.host, allBig(count), folder("ours-all"), true);
    const theirsOnWeb = started(start, await img2datasetRate(environment, asOnTheWeb(), folder("img2dataset-web")));
    const oursOnWeb = await contenders.ours(origin.host, asOnTheWeb(), folder("ours-web"), true);
    const barePixels = await contenders.bare(allBig(count), false);
    const ourPixels = await contenders.ours(origin.host, allBig(count), folder("ours-pixels"), false);
    const pixelsOnWeb = await contenders.ours(origin.host, asOnTheWeb(), folder("ours-web-pixels"), false);
    const judged = await judgedPerSecond(folder("ours-all"), ours.originals.slice(0, JUDGED));

    const figures = {
      vs_img2dataset_all: ratio(perSecond(ours), perSecond(theirs)),
      vs_img2dataset_web: ratio(perSecond(oursOnWeb), perSecond(theirsOnWeb)),
      vs_bare_sharp: ratio(perSecond(ours), perSecond(bare)),
      pixels_vs_img2dataset_all: ratio(perSecond(ourPixels), perSecond(theirs)),
      pixels_vs_img2dataset_web: ratio(perSecond(pixelsOnWeb), perSecond(theirsOnWeb)),
      pixels_vs_bare_sharp: ratio(perSecond(ourPixels), perSecond(barePixels)),
      cpu_vs_img2dataset_all: ratio(cpuEach(theirs), cpuEach(ours)),
      cpu_vs_img2dataset_web: ratio(cpuEach(theirsOnWeb), cpuEach(oursOnWeb)),
      cpu_vs_bare_sharp: ratio(cpuEach(bare), cpuEach(ours)),
      header_rejected_decodes: oursOnWeb.decoded.filter((url) => url.includes("/small/")).length,
      ours_all_per_s: perSecond(ours),
      ours_web_per_s: perSecond(oursOnWeb),
      with_all_gates_per_s: ratio(1, 1 / perSecond(ours) + 1 / judged),
    };
    return {
      table: [
        ["what", "mix", "view", "accepted", "per second", "cpu ms each"],
        row("img2dataset", "all big enough", "JPEG", theirs),
        row("bare fetch and sharp", "all big enough", "JPEG", bare),
        row("ours", "all big enough", "JPEG", ours),
        row("bare fetch and sharp", "all big enough", "pixels", barePixels),
        row("ours", "all big enough", "pixels", ourPixels),
        row("img2dataset", "60 % too small", "JPEG", theirsOnWeb),
        row("ours", "60 % too small", "JPEG", oursOnWeb),
        row("ours", "60 % too small", "pixels", pixelsOnWeb),
        ["every gate's models, 2 processes", "all big enough", "", String(JUDGED), judged.toFixed(1), ""],
        ["ours with every gate", "all big enough", "JPEG", "", figures.with_all_gates_per_s.toFixed(1), ""],
        [pinned, "", "", "", "", ""],
      ],
      figures,
    };
  } finally {
    contenders.stop();
    origin.stop();
    await rm(work, { recursive: true, force: true });
  }
}

/** Keeps this process, and what it starts, on two cores. */
function pin(): string {
  if (availableParallelism() <= 2) return `on the machine's ${availableParallelism()} cores`;
  execFileSync("taskset", ["-a", "-c", "-p", CORES, String(process.pid)], { stdio: "ignore" });
  return `on cores ${CORES}`;
}

/** What the real measuring processes make of the stored originals in a second: every model in force, thumbnail and part map. */
async function judgedPerSecond(folder: string, keys: readonly string[]): Promise<number> {
  const store = filesystemStore(folder);
  const pool = openMeasurePool({ models: modelsFolder, size: 2 });
  try {
    const measure = (key: string) => pool.measure(() => store.get(key), gates);
    await Promise.all(keys.slice(0, 4).map(measure)); // start and compile
    const started = performance.now();
    await Promise.all(keys.map(measure));
    return keys.length / ((performance.now() - started) / 1000);
  } finally {
    await pool.close();
  }
}

function perSecond({ accepted, seconds }: Rate | OurRate): number {
  return Math.round((accepted / seconds) * 10) / 10;
}

function ratio(a: number, b: number): number {
  return Math.round((a / b) * 100) / 100;
}

function row(what: string, mix: string, view: string, rate: Rate): string[] {
  return [what, mix, view, String(rate.accepted), perSecond(rate).toFixed(1), cpuEach(rate).toFixed(1)];
}

/** Milliseconds of processor time for one accepted picture: what a busy machine changes least. */
function cpuEach({ accepted, cpuSeconds }: Rate): number {
  return (cpuSeconds * 1000) / accepted;
}

/** Without the processor time of its start. */
function started(start: Rate, rate: Rate): Rate {
  return { ...rate, cpuSeconds: rate.cpuSeconds - start.cpuSeconds };
}
