/** The size of the demo's wheel. Everything else is what any installation has. */
export const DEMO = {
  /** Drawn images the world offers after n turns. Only what is asked for is drawn. */
  images: (turn: number) => 3900 + 900 * turn,
  /** Share of a page of each source that is fetched: what its captions say to be rare comes first. */
  shares: { flickr: 0.5, laion: 0.2 },
  /** The pool's bounds: what the first turn evaluates on and asks about, and a tenth more a turn. Sourcing stops over the upper one. */
  pool: (turn: number) => ({ lower: 760 + 100 * turn, upper: 770 + 100 * turn }),
  review: { seed: 1, evaluationSize: 80, sampleSize: 260, maxIterations: 3, patience: 3 },
  /** Annotators: two answer each evaluation image, the third where they differ. Each errs so often. */
  annotators: 3,
  errorRate: 0.03,
  /** GPU workers, one thread each. */
  workers: 2,
  training: { recipe: "sd15_tiny", seeds: 3, steps: 75 },
} as const;
