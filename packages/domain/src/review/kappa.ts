import { type Estimate, Z95 } from "./interval.ts";

/**
 * Cohen's kappa of two raters over the items that both answered: 1 is full agreement, 0 what chance gives (Cohen 1960,
 * Educational and Psychological Measurement 20(1)). The 95 % interval is by the variance of Fleiss, Cohen and Everitt
 * 1969, Psychological Bulletin 72(5), equation 13. Null where chance alone agrees always, or nothing was answered.
 */
export function cohenKappa(pairs: readonly (readonly [number, number])[]): Estimate | null {
  const n = pairs.length;
  const rows = shares(pairs.map(([first]) => first));
  const columns = shares(pairs.map(([, second]) => second));
  const observed = pairs.filter(([first, second]) => first === second).length / n;
  const expected = [...rows].reduce((sum, [value, share]) => sum + share * (columns.get(value) ?? 0), 0);
  if (n === 0 || expected === 1) return null;
  const value = (observed - expected) / (1 - expected);
  // each pair weighs 1/n, so the double sum over cells is a sum over pairs
  const spread = pairs.reduce((sum, [first, second]) => {
    const term =
      first === second
        ? (1 - ((rows.get(first) ?? 0) + (columns.get(first) ?? 0)) * (1 - value)) ** 2
        : (1 - value) ** 2 * ((columns.get(first) ?? 0) + (rows.get(second) ?? 0)) ** 2;
    return sum + term / n;
  }, 0);
  const variance = (spread - (value - expected * (1 - value)) ** 2) / (n * (1 - expected) ** 2);
  const half = Z95 * Math.sqrt(Math.max(0, variance));
  return { value, n, low: Math.max(-1, value - half), high: Math.min(1, value + half) };
}

function shares(values: readonly number[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1 / values.length);
  return counts;
}
