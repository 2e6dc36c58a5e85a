import { z } from "zod";
import type { BudgetRule } from "./request-budget.ts";

/** What an API grants one key. */
export const KeyQuota = z.object({
  /** Most requests in any window of `perSeconds`. */
  requests: z.int().min(2),
  perSeconds: z.number().positive(),
});
export type KeyQuota = z.infer<typeof KeyQuota>;

/** Flickr: 3,600 queries an hour for each key. */
export const FLICKR_QUOTA: KeyQuota = { requests: 3_600, perSeconds: 3_600 };

/** Unsplash: 50 requests an hour for a demo key. */
export const UNSPLASH_QUOTA: KeyQuota = { requests: 50, perSeconds: 3_600 };
/** Pixabay: 100 requests in 60 seconds. */
export const PIXABAY_QUOTA: KeyQuota = { requests: 100, perSeconds: 60 };

/** A tenth of the quota may leave at once, the rest comes evenly: no window of the quota's length, whenever it begins, holds more. */
export function ruleOfQuota({ requests, perSeconds }: KeyQuota): BudgetRule {
  const burst = Math.max(1, Math.floor(requests / 10));
  return { burst, intervalMs: (perSeconds * 1000) / (requests - burst), concurrency: 8 };
}
