import { type Estimate, Z95 } from "./interval.ts";
import type { Unit } from "./krippendorff.ts";

/**
 * Gwet's AC1 of any number of raters with missing answers: agreement over chance, where chance is read from how spread the
 * answers are. Where nearly everybody wears no hat, kappa and alpha fall to 0 though people agree; AC1 does not.
 *
 * Gwet 2008, British Journal of Mathematical and Statistical Psychology 61(1); estimate and variance for missing answers
 * as in Gwet 2014, Handbook of Inter-Rater Reliability, 4th ed., ch. 5. The 95 % interval takes the normal quantile.
 *
 * @param options how many answers the question allows; at least the number of different ones that occur
 */
export function gwetAc1(units: readonly Unit[], options: number): Estimate | null {
  const rated = units.filter((unit) => unit.length > 0);
  const n = rated.length;
  const pairs = rated.filter((unit) => unit.length > 1).length;
  const counts = rated.map(countValues);
  const shares = new Map<number, number>();
  counts.forEach((of, place) => {
    for (const [value, count] of of)
      shares.set(value, (shares.get(value) ?? 0) + count / ((rated[place] as Unit).length * n));
  });
  const kinds = Math.max(options, shares.size);
  if (pairs === 0 || kinds < 2) return null;
  const scale = 1 / (kinds * (kinds - 1));
  const spread = [...shares.values()].reduce((sum, share) => sum + share * (1 - share), 0);
  const chance = kinds * scale * spread;
  const agreed = counts.map((of, place) => {
    const m = (rated[place] as Unit).length;
    return m < 2 ? 0 : [...of.values()].reduce((sum, count) => sum + count * (count - 1), 0) / (m * (m - 1));
  });
  const value = (agreed.reduce((sum, share) => sum + share, 0) / pairs - chance) / (1 - chance);
  // how far each unit moves the estimate, first through agreement, then through chance
  const influence = counts.map((of, place) => {
    const m = (rated[place] as Unit).length;
    const byAgreement = ((n / pairs) * ((agreed[place] as number) - (m > 1 ? chance : 0))) / (1 - chance);
    const ownChance =
      (kinds * scale * [...of].reduce((sum, [kind, count]) => sum + count * (1 - (shares.get(kind) ?? 0)), 0)) / m;
    return byAgreement - (2 * (1 - value) * (ownChance - chance)) / (1 - chance) - value;
  });
  const variance = n > 1 ? influence.reduce((sum, one) => sum + one ** 2, 0) / (n * (n - 1)) : 1;
  const half = Z95 * Math.sqrt(variance);
  return { value, n: pairs, low: Math.max(-1, value - half), high: Math.min(1, value + half) };
}

function countValues(unit: Unit): Map<number, number> {
  const counts = new Map<number, number>();
  for (const value of unit) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}
