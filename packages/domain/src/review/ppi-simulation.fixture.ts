import { random } from "../random.ts";
import { bettingInterval, bettingPpiInterval } from "./betting-interval.ts";
import { normalDraws } from "./normal-draws.fixture.ts";
import { classicMean, type Labelled, momentsOf, ppiMean } from "./ppi.ts";

/** Pools whose labeller is right as often as its confidence says, and samples of them that people label. */
export interface SimulatedPools {
  seed: string;
  /** The confidence is Beta(a, b): the more it varies, the more it tells. */
  beta: readonly [number, number];
  pools: number;
  poolSize: number;
  samplesPerPool: number;
  labels: number;
  alpha: number;
}

/** Shares of samples whose interval held the pool's own mean, and mean widths. */
export interface Coverage {
  betting: number;
  normal: number;
  classic: number;
  bettingWidth: number;
  plainBettingWidth: number;
  normalWidth: number;
  classicWidth: number;
}

/** Three labellers of 85 %, whose confidence tells little, more, and much (AUROC about .67, .80, .89). */
export const BETAS: readonly (readonly [number, number])[] = [
  [17, 3],
  [4.25, 0.75],
  [1.7, 0.3],
];

/** Draws samples of simulated pools uniformly, without replacement, and asks each estimator for the pool's accuracy. */
export function simulateCoverage(simulated: SimulatedPools): Coverage {
  const { seed, beta, pools, poolSize, samplesPerPool, labels, alpha } = simulated;
  const draw = random(seed);
  const normal = normalDraws(draw);
  const sums = {
    betting: 0,
    normal: 0,
    classic: 0,
    bettingWidth: 0,
    plainBettingWidth: 0,
    normalWidth: 0,
    classicWidth: 0,
  };
  for (let turn = 0; turn < pools; turn++) {
    const pool = Array.from({ length: poolSize }, (): Labelled => {
      const f = drawBeta(beta, draw, normal);
      return { f, y: draw() < f ? 1 : 0 };
    });
    const truth = momentsOf(pool.map(({ y }) => y)).mean;
    const { mean, variance } = momentsOf(pool.map(({ f }) => f));
    for (let sample = 0; sample < samplesPerPool; sample++) {
      const labelled = drawWithout(pool, labels, draw);
      const betting = bettingPpiInterval(labelled, { poolMean: mean, alpha });
      const plain = bettingInterval({ values: labelled.map(({ y }) => y), least: 0, most: 1 }, alpha);
      const tuned = ppiMean(labelled, { n: poolSize, mean, variance }, { alpha });
      const classic = classicMean(labelled, { alpha });
      const holds = ({ low, high }: { low: number; high: number }) => (low <= truth && truth <= high ? 1 : 0);
      sums.betting += holds(betting);
      sums.normal += holds(tuned);
      sums.classic += holds(classic);
      sums.bettingWidth += betting.high - betting.low;
      sums.plainBettingWidth += plain.high - plain.low;
      sums.normalWidth += tuned.high - tuned.low;
      sums.classicWidth += classic.high - classic.low;
    }
  }
  const runs = pools * samplesPerPool;
  return Object.fromEntries(Object.entries(sums).map(([name, sum]) => [name, sum / runs])) as unknown as Coverage;
}

/** The first `count` of a shuffle that stops there; the pool keeps a new order, which is as good as any. */
function drawWithout(pool: Labelled[], count: number, draw: () => number): Labelled[] {
  for (let place = 0; place < count; place++) {
    const other = place + Math.floor(draw() * (pool.length - place));
    [pool[place], pool[other]] = [pool[other] as Labelled, pool[place] as Labelled];
  }
  return pool.slice(0, count);
}

function drawBeta([a, b]: readonly [number, number], draw: () => number, normal: () => number): number {
  const one = drawGamma(a, draw, normal);
  return one / (one + drawGamma(b, draw, normal));
}

/** Marsaglia and Tsang 2000, "A simple method for generating gamma variables", ACM TOMS 26(3). */
function drawGamma(shape: number, draw: () => number, normal: () => number): number {
  if (shape < 1) return drawGamma(shape + 1, draw, normal) * draw() ** (1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = normal();
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(draw()) < x ** 2 / 2 + d - d * v + d * Math.log(v)) return d * v;
  }
}
