/** The size of the demo's wheel. Everything else is what any installation has. */
export const DEMO = {
  /** Drawn images the world offers after n turns. Only what is asked for is drawn. */
  images: (turn: number) => 5100 + 900 * turn,
  /** Share of a page of each source that is fetched: what its captions say to be rare comes first. */
  shares: { flickr: 0.4, laion: 0.15 },
  /** Candidates that each turn takes from every other source. */
  fromOthers: 24,
  /** Images the first turn wants in the pool, and how many more every later one. */
  pool: { first: 1100, more: 100 },
  /** Seconds that filling the pool may take. Then it is what it holds, from `fewest` on: a slow machine learns from less, not for longer. */
  filling: { seconds: 215, fewest: 300 },
  /** All that is not evaluated on is asked about, in as many equal parts as there are iterations. */
  /** By the paper's rule: 80 images are evidence of few questions only, and the others would all be asked again. The evidence stands beside it. */
  review: { seed: 1, rule: "point", evaluationSize: 80, maxIterations: 3, patience: 3 },
  /** Annotators: two answer each evaluation image, the third where they differ. Each errs so often. */
  annotators: 3,
  errorRate: 0.03,
  /** GPU workers, one thread each. */
  workers: 2,
  training: { recipe: "sd15_tiny", seeds: 3, steps: 50 },
} as const;
