import { mkdir } from "node:fs/promises";
import { primeHuman } from "@anyone/domain/annotate/prime-human";
import { random, shuffled } from "@anyone/domain/random";
import type { ReviewPolicy } from "@anyone/domain/review/policy";
import { type Doubted, drawSample } from "@anyone/domain/review/sample";
import { type Inference, openInference } from "@anyone/grpc/annotate";
import {
  ADDRESS,
  folder,
  judge,
  learn,
  mistaken,
  type Person,
  person,
  serveInference,
  TOKEN,
} from "./labeller.bench.ts";
import { doubted, lookAt } from "./pool-look.bench.ts";

const EVALUATED = 100;
const POOL = 300;
/** Pictures people label in each of three iterations; the first is drawn before anything was learned. */
const STEP = 50;
const ITERATIONS = 3;
const SEEDS = Number(process.argv[4] ?? 3);

const EVERYTHING = primeHuman.categories.map(({ n }) => n);

interface Rule {
  name: string;
  measure: ReviewPolicy["doubt"];
  draw(pool: Doubted[], taken: Doubted[], seed: string): string[];
}

function rule(measure: ReviewPolicy["doubt"], rareShare: number): Rule {
  const shares = { size: STEP, rareShare, uniformShare: 0.15 };
  return {
    name: `${measure}, ${100 * rareShare} % rare`,
    measure,
    draw: (pool, taken, seed) =>
      drawSample(pool, { evaluated: [], sampled: taken }, { ...shares, seed }).map(({ assetId }) => assetId),
  };
}

const RULES: readonly Rule[] = [
  {
    name: "uniform",
    measure: "margin",
    draw: (pool, taken, seed) => {
      const known = new Set(taken.map(({ assetId }) => assetId));
      const free = pool.map(({ assetId }) => assetId).filter((id) => !known.has(id));
      return shuffled(free, random(seed)).slice(0, STEP);
    },
  },
  rule("confidence", 0),
  rule("margin", 0),
  rule("entropy", 0),
  rule("margin", 0.15),
  rule("margin", 0.3),
];

/**
 * What the rule by which an iteration's pictures are drawn does for the labeller: three iterations of drawn people, of whose answers
 * 5 % are wrong, judged on pictures it has not seen, over several seeds. The first iteration is the same for all rules.
 */
export async function drawByRules(): Promise<{ table: string[][]; figures: Record<string, number> }> {
  await mkdir(folder, { recursive: true });
  const people: Person[] = [];
  for (let seed = 1000; people.length < POOL + EVALUATED; seed++) people.push(await person(seed));
  const judged = people.slice(0, EVALUATED);
  const pool = people.slice(EVALUATED);

  const stop = await serveInference();
  const inference = openInference(ADDRESS, TOKEN);
  const totals = new Map(RULES.map(({ name }) => [name, { all: 0, tail: 0 }]));
  try {
    for (let seed = 1; seed <= SEEDS; seed++) {
      for (const rule of RULES) {
        const { all, tail } = await turn(inference, pool, judged, rule, seed);
        // a run takes an hour: what is known is told as it comes
        process.stderr.write(`seed ${seed}, ${rule.name}: all ${all.toFixed(4)}, tail ${tail.toFixed(4)}\n`);
        const total = totals.get(rule.name);
        if (total) Object.assign(total, { all: total.all + all / SEEDS, tail: total.tail + tail / SEEDS });
      }
    }
  } finally {
    inference.close();
    stop();
  }
  const rows = [...totals].map(([name, { all, tail }]) => [name, all.toFixed(4), tail.toFixed(4)]);
  const figures = Object.fromEntries(
    [...totals].map(([name, { tail }]) => [`tail_${name.replaceAll(/\W+/g, "_").replace(/_$/, "")}`, tail]),
  );
  return { table: [["rule", "all", "tail"], ...rows], figures };
}

async function turn(
  inference: Inference,
  pool: readonly Person[],
  judged: readonly Person[],
  rule: Rule,
  seed: number,
): Promise<{ all: number; tail: number }> {
  const taught: Person[] = shuffled([...pool], random(`first ${seed}`)).slice(0, STEP);
  for (let iteration = 1; ; iteration++) {
    const { key, sha256 } = await learn(taught.map(mistaken));
    const labeller = { id: `sampling-${rule.name}-${seed}-${iteration}`, objectKey: key, sha256 };
    if (iteration === ITERATIONS) {
      const { all, tail } = await judge(inference, labeller, judged);
      return { all: all.accuracy ?? 0, tail: tail.accuracy ?? 0 };
    }
    const rows = await lookAt(inference, labeller, pool);
    const seen = doubted(rows, rule.measure, EVERYTHING);
    const known = new Set(taught.map(({ asset }) => asset.id));
    const drawn = new Set(
      rule.draw(
        seen,
        seen.filter(({ assetId }) => known.has(assetId)),
        `${seed}.${iteration}`,
      ),
    );
    taught.push(...pool.filter(({ asset }) => drawn.has(asset.id)));
  }
}
