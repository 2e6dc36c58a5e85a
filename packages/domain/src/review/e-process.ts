/** Right answers among those that were scored. */
export interface Count {
  n: number;
  correct: number;
}

/**
 * Log of the evidence that an accuracy is above `p`: a test of "at most p" by betting, whose wealth after `correct` of `n`
 * right answers is an e-value at every n at once.
 *
 * It is Robbins' method of mixtures (Howard, Ramdas, McAuliffe and Sekhon 2021, Annals of Statistics 49(2)): for each
 * q > p the wealth (q/p)^correct ((1-q)/(1-p))^(n-correct) is a supermartingale while the truth is at most p, so is any
 * mixture over q, and by Ville's inequality it ever exceeds 1/alpha with probability at most alpha. The mixture is
 * finite, so it is valid without numerical error terms.
 *
 * @param p in (0, 1)
 * @returns natural logarithm of the e-value; 0 without answers
 */
export function logEvidenceAbove(p: number, { n, correct }: Count): number {
  return logWealth(p, { n, correct }, (at) => p + (1 - p) * at);
}

/** Log of the evidence that an accuracy is below `p`: the same bets on the other side, against "at least p". */
export function logEvidenceBelow(p: number, { n, correct }: Count): number {
  return logWealth(p, { n, correct }, (at) => p * at);
}

function logWealth(p: number, { n, correct }: Count, accuracyAt: (at: number) => number): number {
  let most = Number.NEGATIVE_INFINITY;
  let total = 0;
  const terms: number[] = [];
  for (let node = 0; node < NODES; node++) {
    const q = accuracyAt((node + 0.5) / NODES);
    const weight = prior(q);
    total += weight;
    const term = Math.log(weight) + correct * Math.log(q / p) + (n - correct) * Math.log((1 - q) / (1 - p));
    terms.push(term);
    most = Math.max(most, term);
  }
  return most + Math.log(terms.reduce((sum, term) => sum + Math.exp(term - most), 0)) - Math.log(total);
}

const NODES = 64;

/**
 * Nine tenths of the bet lie as Beta(18, 2), where labellers that are good enough or nearly so are found, one tenth evenly
 * over its side of p, so that accuracies far from there cost little more.
 */
function prior(accuracy: number): number {
  return 0.1 + 0.9 * 342 * accuracy ** 17 * (1 - accuracy);
}
