/** What the procedure chose, and the log e-value that one more hypothesis would have to reach to be chosen as well. */
export interface Chosen {
  chosen: boolean[];
  /** Natural logarithm of the e-value from which on a hypothesis that was not chosen would be. */
  logNeeded: number;
}

/**
 * The e-BH procedure (Wang and Ramdas 2022, JRSS B 84(3), §3): of K hypotheses the k with the largest e-values are chosen,
 * k the most for which the k-th largest is at least K / (alpha k). Whatever the dependence between the e-values, the
 * expected share of wrong choices among the chosen is at most alpha.
 *
 * The e-values must be those of the moment each hypothesis stopped at, never their maxima over time: maxima are no
 * e-values. A hypothesis that was chosen once may be kept with the e-value it had then: later rounds, with more chosen,
 * only lower the threshold, so that the set stays one that this procedure would choose.
 *
 * @param logs natural logarithms of the e-values, one for each hypothesis that is tested, also of those without data (0)
 */
export function eBenjaminiHochberg(logs: readonly number[], alpha: number): Chosen {
  const whole = logs.length;
  const thresholdOf = (k: number) => Math.log(whole / (alpha * k));
  const falling = [...logs].sort((a, b) => b - a);
  let most = 0;
  falling.forEach((log, place) => {
    if (log >= thresholdOf(place + 1)) most = place + 1;
  });
  const threshold = most === 0 ? Number.POSITIVE_INFINITY : (falling[most - 1] as number);
  // what ties with the last one chosen would have been chosen with it, so `>=` chooses exactly `most`
  return { chosen: logs.map((log) => log >= threshold), logNeeded: thresholdOf(Math.min(whole, most + 1)) };
}
