import { random } from "../random.ts";

export const SPLITS = ["train", "validation", "test"] as const;
export type Split = (typeof SPLITS)[number];

export interface SplitShares {
  validation: number;
  test: number;
}

/**
 * The split of a near-duplicate group, by a seeded hash of its id: near duplicates stay together, and a group keeps its
 * split in every later version cut with the same seed, however the pool grows.
 */
export function splitOf(groupId: string, seed: number, shares: SplitShares = { validation: 0.05, test: 0.05 }): Split {
  const place = random(`split.${seed}.${groupId}`)();
  if (place < shares.test) return "test";
  return place < shares.test + shares.validation ? "validation" : "train";
}
