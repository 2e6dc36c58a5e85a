import { z } from "zod";
import { SourceId } from "../ids.ts";

/** Days after which evidence is old, unless somebody asks for something else. */
export const OLD_AFTER_DAYS = 30;

/** Candidates that one page of a recheck finds, and that one task asks about: a host that wants a second a request takes half a minute. */
export const RECHECK_PAGE = 960;
export const RECHECK_CHUNK = 32;

/** Which fetched candidates are to be asked about again. */
export const RecheckStart = z.strictObject({
  /** Every source when absent. */
  sourceId: SourceId.optional(),
  /** At most so many. */
  most: z.int().min(1).max(100_000_000).optional(),
  /** Those last asked longer ago, or never. */
  olderThanDays: z.int().min(0).max(3650).default(OLD_AFTER_DAYS),
});
export type RecheckStart = z.infer<typeof RecheckStart>;

/**
 * How often the pool's hosts are asked again without anybody saying so: about each picture that was last asked about so many days ago, or while the
 * last time went on. 0: never.
 */
export const PoolRefresh = z.strictObject({ everyDays: z.int().min(0).max(365) });
export type PoolRefresh = z.infer<typeof PoolRefresh>;

/** The key of the setting that holds it, and what stands until the operator says otherwise. */
export const POOL_REFRESH = "pool.refresh";
export const DEFAULT_REFRESH: PoolRefresh = { everyDays: 7 };

/** What a host says of a picture that it gave before. */
export type Found = "unchanged" | "changed" | "opted-out" | "gone" | "unanswered";

/** A walk over candidates whose evidence is old. */
export interface Recheck {
  id: string;
  sourceId: string | null;
  most: number | null;
  before: string;
  why: string;
  /** Whether all of them are found; until then `found` grows. */
  listed: boolean;
  found: number;
  unchanged: number;
  changed: number;
  optedOut: number;
  gone: number;
  unanswered: number;
  /** Assets that left the pool by what was said, and that came back to it. */
  departed: number;
  returned: number;
  startedAt: string;
  finishedAt: string | null;
}

/** How many of those found were asked about. */
export function askedOf({
  unchanged,
  changed,
  optedOut,
  gone,
  unanswered,
}: Pick<Recheck, "unchanged" | "changed" | "optedOut" | "gone" | "unanswered">): number {
  return unchanged + changed + optedOut + gone + unanswered;
}
