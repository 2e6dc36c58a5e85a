/** What one rater, a person or the labeller, said about one item of a question. Options are counted from 0. */
export interface Rating {
  item: string;
  rater: string;
  value: number;
}

export interface Crowd {
  /** Per item the chance of each option. */
  truth: Map<string, number[]>;
  /** Per rater a matrix: row = what is true, column = what the rater says. Rows sum to 1. */
  confusion: Map<string, number[][]>;
  /** The share of each option. */
  prior: number[];
}

const LEAST = 1e-10;

/**
 * What is true and who errs how, told from the answers alone: the maximum-likelihood estimate of Dawid and Skene 1979,
 * Applied Statistics 28(1), equations 2.3 to 2.5, by EM from the majority's vote. Every rater counts alike, the labeller
 * with them. Ends when the log-likelihood per rating gains less than `tolerance`, or after `rounds`.
 */
export function dawidSkene(
  ratings: readonly Rating[],
  options: number,
  { rounds = 200, tolerance = 1e-8 }: { rounds?: number; tolerance?: number } = {},
): Crowd {
  const byItem = Map.groupBy(ratings, ({ item }) => item);
  let truth = new Map([...byItem].map(([item, said]) => [item, votes(said, options)]));
  let model = maximize(ratings, truth, options);
  let before = Number.NEGATIVE_INFINITY;
  for (let round = 0; round < rounds; round++) {
    const expected = expect(byItem, model);
    truth = expected.truth;
    model = maximize(ratings, truth, options);
    if (expected.logLikelihood - before < tolerance * ratings.length) break;
    before = expected.logLikelihood;
  }
  return { truth, ...model };
}

function votes(said: readonly Rating[], options: number): number[] {
  return Array.from({ length: options }, (_, n) => said.filter(({ value }) => value === n).length / said.length);
}

/** Equations 2.3 and 2.4: error rates and shares, given what is likely true. */
function maximize(ratings: readonly Rating[], truth: ReadonlyMap<string, number[]>, options: number) {
  const confusion = new Map<string, number[][]>();
  for (const { item, rater, value } of ratings) {
    const matrix =
      confusion.get(rater) ?? Array.from({ length: options }, () => new Array<number>(options).fill(LEAST));
    confusion.set(rater, matrix);
    (truth.get(item) as number[]).forEach((chance, right) => {
      (matrix[right] as number[])[value] = (matrix[right]?.[value] ?? 0) + chance;
    });
  }
  for (const matrix of confusion.values()) for (const row of matrix) normalize(row);
  const prior = new Array<number>(options).fill(LEAST);
  for (const chances of truth.values())
    chances.forEach((chance, n) => {
      prior[n] = (prior[n] ?? 0) + chance;
    });
  return { confusion, prior: normalize(prior) };
}

/** Equation 2.5: what is likely true, given error rates and shares; with the log-likelihood of all ratings. */
function expect(
  byItem: ReadonlyMap<string, readonly Rating[]>,
  { confusion, prior }: Pick<Crowd, "confusion" | "prior">,
) {
  let logLikelihood = 0;
  const truth = new Map<string, number[]>();
  for (const [item, said] of byItem) {
    const logs = prior.map((share, right) =>
      said.reduce(
        (sum, { rater, value }) => sum + Math.log(confusion.get(rater)?.[right]?.[value] ?? LEAST),
        Math.log(share),
      ),
    );
    const most = Math.max(...logs);
    const chances = logs.map((log) => Math.exp(log - most));
    logLikelihood += most + Math.log(chances.reduce((sum, chance) => sum + chance, 0));
    truth.set(item, normalize(chances));
  }
  return { truth, logLikelihood };
}

function normalize(row: number[]): number[] {
  const total = row.reduce((sum, chance) => sum + chance, 0);
  row.forEach((chance, n) => {
    row[n] = chance / total;
  });
  return row;
}
