import { drawPerson, sampleTruth } from "../../packages/drawn-world/src/draw-person.ts";
import { drawOnOneThread } from "../../packages/drawn-world/src/threads.ts";
import { FRAMINGS } from "../../packages/drawn-world/src/vocabulary.ts";
import type { BenchResult } from "./run.ts";

const PER_FRAMING = 12;

/** Draws an even mix of framings at the sizes that pass the face gate, on one thread, in seconds of processor time. */
export async function run(): Promise<BenchResult> {
  drawOnOneThread();
  for (const framing of FRAMINGS) await drawPerson(1, { framing }); // compile first
  const rows: string[][] = [["framing", "pixels", "cpu ms", "KB"]];
  let seconds = 0;
  for (const framing of FRAMINGS) {
    const started = cpuSeconds();
    let [bytes, size] = [0, ""];
    for (let seed = 1000; seed < 1000 + PER_FRAMING; seed++) {
      const { jpeg, truth } = await drawPerson(seed, { framing });
      bytes += jpeg.length;
      size = `${truth.width}x${truth.height}`;
    }
    const spent = cpuSeconds() - started;
    seconds += spent;
    rows.push([framing, size, ((spent / PER_FRAMING) * 1000).toFixed(0), (bytes / PER_FRAMING / 1024).toFixed(0)]);
  }
  const started = cpuSeconds();
  for (let seed = 1000; seed < 1000 + PER_FRAMING; seed++) sampleTruth(seed);
  const truth = (cpuSeconds() - started) / PER_FRAMING;
  rows.push(["truth alone", "", (truth * 1000).toFixed(1), ""]);
  const images = PER_FRAMING * FRAMINGS.length;
  return {
    table: rows,
    figures: { images_per_s_per_core: round(images / seconds), truths_per_s_per_core: round(1 / truth), images },
  };
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

const round = (value: number): number => Math.round(value * 100) / 100;
