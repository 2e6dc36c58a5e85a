/** How undecided a model was at one question. */
export interface Doubt {
  /** Probability of the likeliest class less that of the next: 0 a tie, 1 sure. */
  margin: number;
  /** Entropy in shares of the largest possible one: 0 sure, 1 every class alike. */
  entropy: number;
}

/**
 * What a model's probabilities over all classes of a question say beyond the confidence of its answer (Settles 2009, Active
 * Learning Literature Survey, section 3.1). Where it told only the confidence, all the rest is taken to be one other class.
 *
 * @param probabilities one per option, then "not visible"; scaled to sum to 1
 */
export function doubtOf(probabilities: readonly number[], confidence: number): Doubt {
  const known = probabilities.length > 1 ? probabilities : [confidence, 1 - confidence];
  const total = known.reduce((sum, one) => sum + Math.max(0, one), 0);
  if (!(total > 0)) return { margin: 0, entropy: 1 };
  const shares = known.map((one) => Math.max(0, one) / total).sort((a, b) => b - a);
  const entropy = -shares.reduce((sum, share) => sum + (share > 0 ? share * Math.log(share) : 0), 0);
  return {
    margin: (shares[0] ?? 0) - (shares[1] ?? 0),
    entropy: Math.min(1, Math.max(0, entropy / Math.log(shares.length))),
  };
}
