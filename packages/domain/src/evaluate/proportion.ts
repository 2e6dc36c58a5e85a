import { z } from "zod";
import { normalQuantile } from "../review/normal-quantile.ts";

/** So many of so many, the share, and its 95 % interval after Wilson; without a trial there is no share. */
export const Proportion = z.object({
  count: z.number().int().min(0),
  of: z.number().int().min(0),
  share: z.number().nullable(),
  low: z.number().nullable(),
  high: z.number().nullable(),
});
export type Proportion = z.infer<typeof Proportion>;

/** Standard deviations that 95 % of a normal distribution lie within. */
const Z = normalQuantile(0.975);

/** `count` of `of` with Wilson's score interval (Wilson 1927, JASA 22), which stays inside 0 to 1 and holds for few trials, too. */
export function proportion(count: number, of: number): Proportion {
  if (of === 0) return { count, of, share: null, low: null, high: null };
  const share = count / of;
  const middle = (share + Z ** 2 / (2 * of)) / (1 + Z ** 2 / of);
  const half = (Z / (1 + Z ** 2 / of)) * Math.sqrt((share * (1 - share)) / of + Z ** 2 / (4 * of ** 2));
  const low = count === 0 ? 0 : middle - half;
  const high = count === of ? 1 : middle + half;
  return { count, of, share: short(share), low: short(low), high: short(high) };
}

function short(value: number): number {
  return Number(value.toFixed(4));
}
