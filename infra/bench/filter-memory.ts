import { readdir, readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { gates } from "../../packages/domain/src/filter/gate.ts";
import { drawPerson } from "../../packages/drawn-world/src/draw-person.ts";
import { modelsFolder } from "../../packages/vision/src/models-folder.ts";
import { photographsOf } from "../../packages/vision/src/views.bench.ts";
import { openMeasurePool } from "../../services/filter/src/measure-pool.ts";
import type { BenchResult } from "./run.ts";

const IMAGES = 100_000;
/** Of so many pictures one is a person that passes every gate and one a photograph that is decoded and dropped; the others end at their header. */
const CYCLE = 40;
const PEOPLE = 6;
const FIRST_SEED = 8_000_000;
/** Parts of the run, each told by its median; the first holds the start. */
const PARTS = 10;
const MIB = 2 ** 20;
const PAGE = 4096;

/**
 * One real measuring process over a long row of pictures: its memory is sampled after each decoded one, and the last tenth is held against the first settled one, the second.
 * `--images 5000` makes it shorter.
 */
export async function run(): Promise<BenchResult> {
  const { values } = parseArgs({
    args: process.argv.slice(3),
    options: { images: { type: "string", default: String(IMAGES) } },
  });
  const images = Number(values.images);
  if (!Number.isInteger(images) || images < CYCLE * PARTS)
    throw new Error(`--images takes a whole number from ${CYCLE * PARTS} on, not "${values.images}"`);
  const people: Uint8Array[] = [];
  for (let seed = FIRST_SEED; seed < FIRST_SEED + PEOPLE; seed++) people.push((await drawPerson(seed, {})).jpeg);
  const [big, small] = [await photographsOf(1488, 1300), await photographsOf(320, 240)];
  const pictureOf = (number: number) => {
    const kinds = [people, big][number % CYCLE] ?? small;
    return kinds[Math.floor(number / CYCLE) % kinds.length] as Uint8Array;
  };

  const pool = openMeasurePool({ models: modelsFolder, size: 1 });
  const parts: number[][] = Array.from({ length: PARTS }, () => []);
  const processes = new Set<number>();
  let kept = 0;
  const started = performance.now();
  for (let number = 0; number < images; number++) {
    const answer = await pool.measure(async () => pictureOf(number), gates);
    if (!("measurement" in answer)) throw new Error(answer.detail);
    if (!answer.drop) kept++;
    if (number % CYCLE > 1) continue;
    const pid = await measuringProcess();
    processes.add(pid);
    parts[Math.floor((number * PARTS) / images)]?.push(await memoryOf(pid));
  }
  const seconds = (performance.now() - started) / 1000;
  await pool.close();

  const medians = parts.map(median);
  const [settled, last] = [medians[1] as number, medians.at(-1) as number];
  const figures = {
    images,
    kept,
    settled_mib: Math.round(settled / MIB),
    last_mib: Math.round(last / MIB),
    most_mib: Math.round(Math.max(...parts.flat()) / MIB),
    drift: Math.round((last / settled - 1) * 1000) / 1000,
    processes: processes.size,
    images_per_s: Math.round(images / seconds),
  };
  const rows = medians.map((bytes, i) => [`${((i + 1) * images) / PARTS}`, (bytes / MIB).toFixed(0)]);
  return { table: [["pictures", "median MiB"], ...rows], figures };
}

/** The one child of this process. */
async function measuringProcess(): Promise<number> {
  for (const task of await readdir("/proc/self/task")) {
    const children = await readFile(`/proc/self/task/${task}/children`, "utf8");
    if (children.trim() !== "") return Number.parseInt(children, 10);
  }
  throw new Error("no measuring process is running");
}

async function memoryOf(pid: number): Promise<number> {
  return Number((await readFile(`/proc/${pid}/statm`, "utf8")).split(" ")[1]) * PAGE;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
