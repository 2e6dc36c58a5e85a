/** What was said about one question of one asset: `options` says how many answers it allows. */
export interface CrowdItem {
  /** The asset: answers about one asset err together. */
  asset: string;
  question: number;
  options: number;
  votes: readonly { rater: string; value: number }[];
  /** The right answer, where it is known for sure. */
  gold?: number;
}

/** How good one rater is. */
export interface Skill {
  rater: string;
  /** Answers that say something of the rater: somebody else answered too, or the right one is known. */
  n: number;
  /** Share of answers that are right, as far as the others can tell. */
  accuracy: number;
  /** 0: no better than one who draws answers at the usual frequencies, 1: always right. */
  skill: number;
  /** Standard error of the skill, over assets. */
  error: number;
}

/** Pseudo-answers of a rater of average quality, so that nobody is perfect after three answers. */
const PRIOR = { right: 8, wrong: 2 };
const LEAST = 1e-6;
/** No accuracy moved by more: more rounds would change nothing that matters. */
const SETTLED = 1e-3;

/**
 * How skilled each rater is, over all questions at once: one chance per rater to be right (the one-coin model of Dawid and
 * Skene; Zhang, Chen, Zhou and Jordan 2014, NeurIPS, section 2), because one person answers seventy questions a few dozen
 * times each and a matrix per question would be guesswork. The labeller is a rater like any other.
 *
 * A rater is judged by what the others and the gold say, never by the own vote; and against chance: whoever always gives
 * the usual answer is mostly right and has skill 0. The error counts assets, because answers about one err together.
 */
export function crowdSkills(items: readonly CrowdItem[], rounds = 30): Skill[] {
  const judged = items.filter(({ votes, gold }) => votes.length > 1 || gold !== undefined);
  let priors = usualAnswers(judged, ({ votes, gold }) =>
    gold === undefined ? votes.map(({ value }) => [value, 1 / votes.length] as const) : [[gold, 1]],
  );
  let accuracy = new Map(judged.flatMap(({ votes }) => votes.map(({ rater }) => [rater, 0.8])));
  for (let round = 0; round < rounds; round++) {
    const truths = new Map(judged.map((item) => [item, truthOf(item, priors, accuracy)]));
    const learned = learnAccuracy(truths, accuracy.keys());
    priors = usualAnswers(judged, (item) => truths.get(item) ?? []);
    const moved = Math.max(0, ...[...learned].map(([rater, share]) => Math.abs(share - (accuracy.get(rater) ?? 0))));
    accuracy = learned;
    if (moved < SETTLED) break;
  }
  return measure(judged, priors, accuracy);
}

function learnAccuracy(truths: ReadonlyMap<CrowdItem, ReadonlyMap<number, number>>, raters: Iterable<string>) {
  const sums = new Map([...raters].map((rater) => [rater, { ...PRIOR }]));
  for (const [{ votes }, truth] of truths) {
    for (const { rater, value } of votes) {
      const sum = sums.get(rater) as { right: number; wrong: number };
      sum.right += truth.get(value) ?? 0;
      sum.wrong += 1 - (truth.get(value) ?? 0);
    }
  }
  return new Map([...sums].map(([rater, { right, wrong }]) => [rater, right / (right + wrong)]));
}

/** What each rater gains over chance, per asset, against what everybody else says. */
function measure(items: readonly CrowdItem[], priors: Priors, accuracy: ReadonlyMap<string, number>): Skill[] {
  const found = new Map<
    string,
    { n: number; right: number; assets: Map<string, { gained: number; possible: number }> }
  >();
  for (const item of items) {
    for (const { rater, value } of item.votes) {
      const others = item.votes.filter((vote) => vote.rater !== rater);
      const right = truthOf({ ...item, votes: others }, priors, accuracy).get(value) ?? 0;
      const chance = shareOf(priors, item, value);
      const sums = found.get(rater) ?? { n: 0, right: 0, assets: new Map() };
      found.set(rater, sums);
      sums.n += 1;
      sums.right += right;
      const asset = sums.assets.get(item.asset) ?? { gained: 0, possible: 0 };
      sums.assets.set(item.asset, asset);
      asset.gained += right - chance;
      asset.possible += 1 - chance;
    }
  }
  return [...found].map(([rater, { n, right, assets }]) => {
    const all = [...assets.values()];
    const possible = all.reduce((sum, asset) => sum + asset.possible, 0);
    const skill = possible > 0 ? all.reduce((sum, asset) => sum + asset.gained, 0) / possible : 0;
    // linearised variance of a ratio of sums (Cochran 1977, Sampling Techniques, section 6.4)
    const squares = all.reduce((sum, asset) => sum + (asset.gained - skill * asset.possible) ** 2, 0);
    const error = all.length > 1 && possible > 0 ? Math.sqrt((squares * all.length) / (all.length - 1)) / possible : 1;
    return { rater, n, accuracy: right / n, skill, error };
  });
}

/** The chance of each answer that somebody gave: by Bayes from how usual it is and how good those are who gave it. */
function truthOf(item: CrowdItem, priors: Priors, accuracy: ReadonlyMap<string, number>): Map<number, number> {
  if (item.gold !== undefined) return new Map([[item.gold, 1]]);
  const candidates = [...(priors.get(item.question)?.keys() ?? [])];
  const logs = candidates.map((candidate) =>
    item.votes.reduce(
      (sum, { rater, value }) => {
        const sure = Math.min(1 - LEAST, Math.max(LEAST, accuracy.get(rater) ?? 0.8));
        return sum + Math.log(value === candidate ? sure : (1 - sure) / Math.max(1, item.options - 1));
      },
      Math.log(shareOf(priors, item, candidate)),
    ),
  );
  const most = Math.max(...logs);
  const chances = logs.map((log) => Math.exp(log - most));
  const total = chances.reduce((sum, chance) => sum + chance, 0);
  return new Map(candidates.map((candidate, place) => [candidate, (chances[place] as number) / total]));
}

type Priors = ReadonlyMap<number, ReadonlyMap<number, number>>;

function shareOf(priors: Priors, { question }: CrowdItem, value: number): number {
  return priors.get(question)?.get(value) ?? LEAST;
}

/** How usual each answer to each question is, of what is likely true. */
function usualAnswers(
  items: readonly CrowdItem[],
  truthOf: (item: CrowdItem) => Iterable<readonly [value: number, chance: number]>,
): Priors {
  const counts = new Map<number, { total: number; of: Map<number, number> }>();
  for (const item of items) {
    const sums = counts.get(item.question) ?? { total: 0, of: new Map<number, number>() };
    counts.set(item.question, sums);
    for (const [value, chance] of truthOf(item)) {
      sums.total += chance;
      sums.of.set(value, (sums.of.get(value) ?? 0) + chance);
    }
  }
  return new Map(
    [...counts].map(([question, { total, of }]) => [
      question,
      new Map([...of].map(([value, sum]) => [value, sum / total])),
    ]),
  );
}
