import {
  AT_THE_BAR,
  MIXED,
  type Outcome,
  PROJECTS,
  simulateGates,
} from "../../packages/domain/src/review/gate-simulation.fixture.ts";
import { BETAS, type Coverage, simulateCoverage } from "../../packages/domain/src/review/ppi-simulation.fixture.ts";
import type { BenchResult } from "./run.ts";

const FULL = { projects: 2000, pools: 10, samplesPerPool: 200 };

/**
 * What the gate promises, tried on simulated projects of 70 correlated categories, looked at after every 10 answers; and
 * what prediction-powered intervals promise, on simulated pools. `false_graduation` is the mean share of what is not over
 * the bar among what went, in the worse of two mixtures; `gold_saved` is against 400 answers a category.
 */
export async function run({ projects, pools, samplesPerPool } = FULL): Promise<BenchResult> {
  const fixed = PROJECTS.cap * MIXED.length;
  const table = [
    [
      "labeller, rule",
      "wrong of what went",
      "any wrong",
      "wrong",
      "right",
      "wrongly tail",
      "undecided",
      "answers",
      "fewer",
    ],
  ];
  const row = (name: string, outcome: Outcome) => [
    name,
    percent(outcome.falseShare),
    percent(outcome.anyFalse),
    outcome.falseGraduations.toFixed(2),
    outcome.trueGraduations.toFixed(1),
    outcome.falseTails.toFixed(2),
    outcome.undecided.toFixed(1),
    outcome.answers.toFixed(0),
    percent(1 - outcome.answers / fixed),
  ];
  const mixed = simulateGates({ ...PROJECTS, projects, accuracies: MIXED });
  const atTheBar = simulateGates({ ...PROJECTS, projects, accuracies: AT_THE_BAR });
  for (const [name, gates] of [
    ["mixed", mixed],
    ["a third at the bar", atTheBar],
  ] as const) {
    table.push(row(`${name}, evidence`, gates.evidence), row(`${name}, evidence, gives up`, gates.thrifty));
    table.push(row(`${name}, point at 400`, gates.pointOnce), row(`${name}, point, peeking`, gates.pointPeeking));
  }

  const coverages = [200, 40].flatMap((labels) =>
    BETAS.map((beta) => ({
      labels,
      beta,
      ...simulateCoverage({ seed: "coverage", beta, pools, poolSize: 20_000, samplesPerPool, labels, alpha: 0.05 }),
    })),
  );
  table.push(
    [],
    ["pool accuracy, labels", "betting PPI", "width", "betting alone", "normal PPI", "width", "classic", "width"],
  );
  for (const { labels, beta, ...found } of coverages)
    table.push(coverageRow(`${labels}, Beta(${beta.join(", ")})`, found));

  const worst = [mixed.evidence, mixed.thrifty, atTheBar.evidence, atTheBar.thrifty];
  return {
    table,
    figures: {
      projects,
      false_graduation: round(Math.max(...worst.map(({ falseShare }) => falseShare))),
      any_false_mixed: round(mixed.thrifty.anyFalse),
      any_false_at_bar: round(Math.max(atTheBar.evidence.anyFalse, atTheBar.thrifty.anyFalse)),
      any_false_point: round(mixed.pointOnce.anyFalse),
      gold_saved: round(1 - mixed.thrifty.answers / fixed),
      gold_saved_never_giving_up: round(1 - mixed.evidence.answers / fixed),
      graduated_of_55: round(mixed.thrifty.trueGraduations),
      graduated_of_55_point: round(mixed.pointOnce.trueGraduations),
      ppi_coverage: round(Math.min(...coverages.map(({ betting }) => betting))),
      ppi_normal_coverage: round(Math.min(...coverages.map(({ normal }) => normal))),
    },
  };
}

function coverageRow(name: string, found: Coverage): string[] {
  return [
    name,
    ...[percent(found.betting), found.bettingWidth.toFixed(3), found.plainBettingWidth.toFixed(3)],
    ...[percent(found.normal), found.normalWidth.toFixed(3), percent(found.classic), found.classicWidth.toFixed(3)],
  ];
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function round(value: number): number {
  return Number(value.toFixed(4));
}
