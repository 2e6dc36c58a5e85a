import { mkdir } from "node:fs/promises";
import { mainOf, NOT_ASKED, packAll } from "@anyone/domain/annotate/answer";
import { primeHuman } from "@anyone/domain/annotate/prime-human";
import { random, shuffled } from "@anyone/domain/random";
import { type Doubted, drawSample, RARE_BELOW } from "@anyone/domain/review/sample";
import { type Inference, openInference } from "@anyone/grpc/annotate";
import { askProtocol } from "./ask.ts";
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

const EVALUATED = 100;
const POOL = 300;
/** Pictures people label in each of three iterations; the first is drawn before anything was learned. */
const STEP = 50;
const ITERATIONS = 3;
const SEEDS = Number(process.argv[4] ?? 3);

interface Rule {
  name: string;
  draw(pool: Doubted[], taken: Doubted[], seed: string): string[];
}

const byDoubt = (rareShare: number) => (pool: Doubted[], taken: Doubted[], seed: string) =>
  drawSample(pool, { evaluated: [], sampled: taken }, { size: STEP, seed, rareShare }).map(({ assetId }) => assetId);

const RULES: readonly Rule[] = [
  {
    name: "uniform",
    draw: (pool, taken, seed) => {
      const known = new Set(taken.map(({ assetId }) => assetId));
      const free = pool.map(({ assetId }) => assetId).filter((id) => !known.has(id));
      return shuffled(free, random(seed)).slice(0, STEP);
    },
  },
  { name: "by doubt", draw: byDoubt(0) },
  { name: "by doubt, 10 % rare", draw: byDoubt(0.1) },
  { name: "by doubt, 25 % rare", draw: byDoubt(0.25) },
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
    const doubted = await doubt(inference, labeller, pool);
    const known = new Set(taught.map(({ asset }) => asset.id));
    const drawn = new Set(
      rule.draw(
        doubted,
        doubted.filter(({ assetId }) => known.has(assetId)),
        `${seed}.${iteration}`,
      ),
    );
    taught.push(...pool.filter(({ asset }) => drawn.has(asset.id)));
  }
}

/** The pool as an iteration sees it: mean doubt, and the rarest option the labeller gave where few have it. */
async function doubt(
  inference: Inference,
  labeller: { id: string; objectKey: string; sha256: string },
  pool: readonly Person[],
): Promise<Doubted[]> {
  const round = { inference, protocol: primeHuman, labeller, signal: new AbortController().signal };
  const rows: { id: string; value: number[]; doubt: number }[] = [];
  for (let start = 0; start < pool.length; start += 50) {
    const chunk = pool.slice(start, start + 50).map(({ asset }) => asset);
    for (const { asset, answers, confidence } of await askProtocol(round, chunk, new Map())) {
      const sure = Object.values(confidence);
      const mean = sure.reduce((sum, one) => sum + one, 0) / Math.max(1, sure.length);
      rows.push({ id: asset.id, value: packAll(primeHuman, answers), doubt: 1 - mean });
    }
  }
  const counts = new Map<string, number>();
  const options = ({ value }: { value: number[] }) =>
    primeHuman.categories.flatMap((category) => {
      const main = mainOf(category, value[category.index] ?? NOT_ASKED);
      return main < 0 ? [] : [`${category.n}:${main}`];
    });
  for (const row of rows) for (const option of options(row)) counts.set(option, (counts.get(option) ?? 0) + 1);
  return rows.map((row) => {
    const [rarest] = options(row)
      .filter((option) => (counts.get(option) ?? 0) < RARE_BELOW * rows.length)
      .sort((a, b) => (counts.get(a) ?? 0) - (counts.get(b) ?? 0) || (a < b ? -1 : 1));
    return { assetId: row.id, groupId: row.id, doubt: row.doubt, rare: rarest ?? null };
  });
}
