import { type Drawing, type Manner, tallySuspects } from "../../packages/domain/src/review/drawn-crowd.fixture.ts";
import { exactInterval } from "../../packages/domain/src/review/interval.ts";
import type { BenchResult } from "./run.ts";

const SETTINGS: readonly { name: string; key: string; drawing: Drawing }[] = [
  { name: "3 known images a person", key: "gold", drawing: { gold: 3 } },
  { name: "none known", key: "no_gold", drawing: { gold: 0 } },
  { name: "none known, times unknown", key: "untimed", drawing: { gold: 0, timed: false } },
  {
    name: "none known, times unknown, honest ones err up to 20 %",
    key: "untimed_weak_honest",
    drawing: { gold: 0, timed: false, honestError: 0.2 },
  },
  { name: "none known, honest ones err up to 20 %", key: "weak_honest", drawing: { gold: 0, honestError: 0.2 } },
];
const MANNERS: readonly Manner[] = ["random", "usual", "first", "half-hearted", "contrary", "hasty"];

/**
 * Draws projects in which a fifth of the people answer badly, in six manners, and counts who is suspected: of the bad ones
 * as many, of the honest ones as few as can be. Everything follows from seeds.
 */
export async function run(projects = 150): Promise<BenchResult> {
  const figures: Record<string, number> = { projects };
  const rows = SETTINGS.map(({ name, key, drawing }) => {
    const { bad, found, honest, flagged, byManner } = tallySuspects(projects, drawing);
    figures[`found_${key}`] = round(found / bad);
    figures[`honest_flagged_${key}`] = round(flagged / honest);
    return [
      name,
      `${found} of ${bad} ${within(found, bad)}`,
      `${flagged} of ${honest} ${within(flagged, honest)}`,
      ...MANNERS.map((manner) => percent((byManner.get(manner)?.found ?? 0) / (byManner.get(manner)?.n ?? 1))),
    ];
  });
  return { table: [["what is known", "bad ones found", "honest ones suspected", ...MANNERS], ...rows], figures };
}

function within(count: number, n: number): string {
  const { low, high } = exactInterval(count, n);
  return `(${percent(low)} to ${percent(high)})`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function round(share: number): number {
  return Math.round(share * 1e4) / 1e4;
}
