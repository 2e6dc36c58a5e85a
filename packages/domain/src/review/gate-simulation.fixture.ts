import { random } from "../random.ts";
import { eBenjaminiHochberg } from "./e-bh.ts";
import { logEvidenceAbove, logEvidenceBelow } from "./e-process.ts";
import { worthAsking } from "./needed-answers.ts";
import { normalDraws } from "./normal-draws.fixture.ts";
import { normalQuantile } from "./normal-quantile.ts";

/** Projects whose labeller has these accuracies, asked about one evaluation image after the other. */
export interface Simulated {
  seed: string;
  projects: number;
  /** True accuracy per category. */
  accuracies: readonly number[];
  /** How much an image's difficulty is shared between categories, in a Gaussian copula. */
  correlation: number;
  bar: number;
  alpha: number;
  /** Answers after which one looks and decides, and after which one stops. */
  every: number;
  cap: number;
}

/** One way to decide, over all projects. */
export interface Outcome {
  /** Projects in which something went that is not over the bar. */
  anyFalse: number;
  /** Mean share of such categories among those that went: what e-BH bounds. */
  falseShare: number;
  /** Mean counts a project. */
  falseGraduations: number;
  trueGraduations: number;
  falseTails: number;
  undecided: number;
  /** Evaluation answers a project. */
  answers: number;
}

export interface SimulatedGates {
  /** The gate, looking all the time and asking on only about what is not decided. */
  evidence: Outcome;
  /** The same, and it stops asking about what the cap will hardly decide: that stays with people. */
  thrifty: Outcome;
  /** The paper's rule on all answers, once. */
  pointOnce: Outcome;
  /** The paper's rule, looking as often as the gate does. */
  pointPeeking: Outcome;
}

/** What a labeller might be: mostly good, some just over the bar, some just under it, a tail. */
export const MIXED = [
  ...Array(30).fill(0.95),
  ...Array(15).fill(0.92),
  ...Array(10).fill(0.88),
  ...Array(10).fill(0.82),
  ...Array(5).fill(0.75),
] as number[];
/** The hardest case for a promise of no false graduation: a third of the categories exactly at the bar. */
export const AT_THE_BAR = [...Array(24).fill(0.95), ...Array(23).fill(0.92), ...Array(23).fill(0.85)] as number[];

export const PROJECTS: Omit<Simulated, "projects" | "accuracies"> = {
  ...{ seed: "gate", correlation: 0.3, bar: 0.85, alpha: 0.05, every: 10, cap: 400 },
};

/** Lets every rule decide the same simulated projects. */
export function simulateGates(simulated: Simulated): SimulatedGates {
  const { seed, projects, accuracies, correlation, bar, every, cap } = simulated;
  const normal = normalDraws(random(seed));
  const reach = accuracies.map((accuracy) => normalQuantile(accuracy));
  const [shared, own] = [Math.sqrt(correlation), Math.sqrt(1 - correlation)];
  const good = accuracies.map((accuracy) => accuracy > bar);
  const logs = evidenceTable(bar);
  const [evidence, thrifty] = [tallyOutcomes(good), tallyOutcomes(good)];
  const [pointOnce, pointPeeking] = [tallyOutcomes(good), tallyOutcomes(good)];

  for (let project = 0; project < projects; project++) {
    const correct = accuracies.map(() => 0);
    const gates = [sequentialGate(simulated, logs, false), sequentialGate(simulated, logs, true)] as const;
    const peeked = accuracies.map(() => false);
    for (let n = 1; n <= cap; n++) {
      const difficulty = shared * normal();
      for (let category = 0; category < accuracies.length; category++)
        if (difficulty + own * normal() < (reach[category] as number))
          correct[category] = (correct[category] as number) + 1;
      if (n % every > 0) continue;
      for (const gate of gates) gate.look(n, correct);
      correct.forEach((right, category) => {
        if (right / n > bar) peeked[category] = true;
      });
    }
    evidence.add(gates[0].found());
    thrifty.add(gates[1].found());
    const once = correct.map((right) => right / cap > bar);
    pointOnce.add({ gone: once, tails: once.map((gone) => !gone), answers: cap * accuracies.length });
    pointPeeking.add({ gone: peeked, tails: peeked.map((gone) => !gone), answers: cap * accuracies.length });
  }
  return {
    evidence: evidence.mean(),
    thrifty: thrifty.mean(),
    pointOnce: pointOnce.mean(),
    pointPeeking: pointPeeking.mean(),
  };
}

/** The gate over time: what was decided once keeps the e-value of that moment, and is asked about no more. */
function sequentialGate(
  { accuracies, alpha, bar, cap }: Simulated,
  logs: ReturnType<typeof evidenceTable>,
  thrifty: boolean,
) {
  const gone = accuracies.map(() => false);
  const tails = accuracies.map(() => false);
  const stoppedAt = accuracies.map((): number | null => null);
  const above = accuracies.map(() => 0);
  return {
    look(n: number, correct: readonly number[]) {
      const below = correct.map((right, category) => {
        if (stoppedAt[category] !== null) return 0;
        const log = logs(n, right);
        above[category] = log.above;
        return log.below;
      });
      const { chosen, logNeeded } = eBenjaminiHochberg(above, alpha);
      const target = { bar, logAbove: logNeeded, logBelow: -Math.log(alpha) };
      for (let category = 0; category < accuracies.length; category++) {
        if (stoppedAt[category] !== null) continue;
        gone[category] = chosen[category] === true;
        tails[category] = !gone[category] && (below[category] as number) >= target.logBelow;
        const count = { n, correct: correct[category] as number };
        const hopeless = thrifty && n >= FEWEST && !worthAsking(count, target, cap - n);
        if (gone[category] || tails[category] || hopeless) stoppedAt[category] = n;
      }
    },
    found: () => ({ gone, tails, answers: stoppedAt.reduce<number>((sum, n) => sum + (n ?? cap), 0) }),
  };
}

/** Answers before the thrifty gate gives anything up. */
const FEWEST = 100;

/** E-values of all counts, each worked out once. */
function evidenceTable(bar: number) {
  const known = new Map<number, { above: number; below: number }>();
  return (n: number, correct: number) => {
    const key = n * 10_000 + correct;
    const found = known.get(key);
    if (found) return found;
    const count = { n, correct };
    const made = { above: logEvidenceAbove(bar, count), below: logEvidenceBelow(bar, count) };
    known.set(key, made);
    return made;
  };
}

function tallyOutcomes(good: readonly boolean[]) {
  const sums = {
    anyFalse: 0,
    falseShare: 0,
    falseGraduations: 0,
    trueGraduations: 0,
    falseTails: 0,
    undecided: 0,
    answers: 0,
  };
  let projects = 0;
  return {
    add({ gone, tails, answers }: { gone: readonly boolean[]; tails: readonly boolean[]; answers: number }) {
      const count = (holds: (category: number) => boolean) => good.filter((_, category) => holds(category)).length;
      const wrong = count((category) => gone[category] === true && !good[category]);
      const all = count((category) => gone[category] === true);
      projects += 1;
      sums.anyFalse += wrong > 0 ? 1 : 0;
      sums.falseShare += all > 0 ? wrong / all : 0;
      sums.falseGraduations += wrong;
      sums.trueGraduations += all - wrong;
      sums.falseTails += count((category) => tails[category] === true && good[category] === true);
      sums.undecided += count((category) => !gone[category] && !tails[category]);
      sums.answers += answers;
    },
    mean(): Outcome {
      return Object.fromEntries(
        Object.entries(sums).map(([name, sum]) => [name, sum / projects]),
      ) as unknown as Outcome;
    },
  };
}
