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
import { startContenders } from "./fetch-filter/ours.ts";
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

/** Each contender's figure is the median of so many turns. */
const ROUNDS = 3;

/**
 * Accepted pictures per second from one server on loopback, on the same two cores: img2dataset, a bare loop, and the platform's own path, in this order, one at
 * a time and turn by turn. Two mixes: all big enough, and three of five too small.
 * @param count pictures that are big enough, a turn
 */
export async function run(count = 300): Promise<BenchResult> {
  const pinned = pin();
  const environment = await installImg2dataset(join(HOME, "img2dataset"));
  const work = await mkdtemp(join(HOME, "fetch-filter-"));
  const origin = await startOrigin();
  const contenders = startContenders();
  let [numbers, folders] = [0, 0];
  const folder = () => join(work, String(folders++));
  const fresh = (isSmall: (i: number) => boolean, length: number) =>
    Array.from({ length }, (_, i) => origin.url(isSmall(i) ? "small" : "big", numbers++));
  const all = (length = count) => fresh(() => false, length);
  const web = () => fresh((i) => i % 5 < 5 * TOO_SMALL, count / (1 - TOO_SMALL));
  const ours = (urls: string[], coded: boolean) => contenders.ours(origin.host, urls, folder(), coded);
  try {
    await ours(all(WARM_UP), true);
    await contenders.bare(all(WARM_UP), true);
    const start = await img2datasetRate(environment, all(STARTING), folder());
    const theirs = async (urls: string[]) => started(start, await img2datasetRate(environment, urls, folder()));
    const of = await inTurns({
      theirs: () => theirs(all()),
      bare: () => contenders.bare(all(), true),
      ours: () => ours(all(), true),
      theirsOnWeb: () => theirs(web()),
      oursOnWeb: () => ours(web(), true),
      barePixels: () => contenders.bare(all(), false),
      ourPixels: () => ours(all(), false),
      pixelsOnWeb: () => ours(web(), false),
    });
    const kept = await contenders.ours(origin.host, all(JUDGED), join(work, "judged"), true);
    const judged = await judgedPerSecond(join(work, "judged"), kept.originals);
    const decodedOnWeb = [...of.oursOnWeb, ...of.pixelsOnWeb].flatMap(({ decoded }) => decoded);

    const figures = {
      vs_img2dataset_all: ratio(perSecond(of.ours), perSecond(of.theirs)),
      vs_img2dataset_web: ratio(perSecond(of.oursOnWeb), perSecond(of.theirsOnWeb)),
      vs_bare_sharp: ratio(perSecond(of.ours), perSecond(of.bare)),
      pixels_vs_img2dataset_all: ratio(perSecond(of.ourPixels), perSecond(of.theirs)),
      pixels_vs_img2dataset_web: ratio(perSecond(of.pixelsOnWeb), perSecond(of.theirsOnWeb)),
      pixels_vs_bare_sharp: ratio(perSecond(of.ourPixels), perSecond(of.barePixels)),
      cpu_vs_img2dataset_all: ratio(cpuEach(of.theirs), cpuEach(of.ours)),
      cpu_vs_img2dataset_web: ratio(cpuEach(of.theirsOnWeb), cpuEach(of.oursOnWeb)),
      cpu_vs_bare_sharp: ratio(cpuEach(of.bare), cpuEach(of.ours)),
      header_rejected_decodes: decodedOnWeb.filter((url) => url.includes("/small/")).length,
      ours_all_per_s: perSecond(of.ours),
      ours_web_per_s: perSecond(of.oursOnWeb),
      with_all_gates_per_s: ratio(1, 1 / perSecond(of.ours) + 1 / judged),
    };
    return {
      table: [
        ["what", "mix", "view", "accepted a turn", "per second", "of turns", "cpu ms each"],
        row("img2dataset", "all big enough", "JPEG", of.theirs),
        row("bare fetch and sharp", "all big enough", "JPEG", of.bare),
        row("ours", "all big enough", "JPEG", of.ours),
        row("bare fetch and sharp", "all big enough", "pixels", of.barePixels),
        row("ours", "all big enough", "pixels", of.ourPixels),
        row("img2dataset", "60 % too small", "JPEG", of.theirsOnWeb),
        row("ours", "60 % too small", "JPEG", of.oursOnWeb),
        row("ours", "60 % too small", "pixels", of.pixelsOnWeb),
        ["every gate's models, 2 processes", "all big enough", "", String(JUDGED), judged.toFixed(1), "", ""],
        ["ours with every gate", "all big enough", "JPEG", "", figures.with_all_gates_per_s.toFixed(1), "", ""],
        [pinned, "", "", "", "", "", ""],
      ],
      figures,
    };
  } finally {
    contenders.stop();
    origin.stop();
    await rm(work, { recursive: true, force: true });
  }
}

/** Lets each have its turn, so many times: all see the same weather. */
async function inTurns<Turns extends Record<string, () => Promise<Rate>>>(
  turns: Turns,
): Promise<{ [Name in keyof Turns]: Awaited<ReturnType<Turns[Name]>>[] }> {
  const rates = Object.fromEntries(Object.keys(turns).map((name) => [name, [] as Rate[]]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, turn] of Object.entries(turns)) rates[name]?.push(await turn());
  }
  return rates as { [Name in keyof Turns]: Awaited<ReturnType<Turns[Name]>>[] };
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

function perSecond(rates: readonly Rate[]): number {
  return Math.round(median(rates.map(rateOf)) * 10) / 10;
}

function rateOf({ accepted, seconds }: Rate): number {
  return accepted / seconds;
}

function ratio(a: number, b: number): number {
  return Math.round((a / b) * 100) / 100;
}

function row(what: string, mix: string, view: string, rates: readonly Rate[]): string[] {
  const turns = rates.map((rate) => rateOf(rate).toFixed(0)).join(", ");
  const accepted = String(rates[0]?.accepted);
  return [what, mix, view, accepted, perSecond(rates).toFixed(1), turns, cpuEach(rates).toFixed(1)];
}

/** Milliseconds of processor time for one accepted picture: what a busy machine changes least. */
function cpuEach(rates: readonly Rate[]): number {
  return median(rates.map(({ accepted, cpuSeconds }) => (cpuSeconds * 1000) / accepted));
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] as number;
}

/** Without the processor time of its start. */
function started(start: Rate, rate: Rate): Rate {
  return { ...rate, cpuSeconds: rate.cpuSeconds - start.cpuSeconds };
}
