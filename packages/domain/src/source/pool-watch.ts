import { z } from "zod";

/** Sourcing starts by itself when the pool is under `lower` and stops when it is over `upper` (assets). */
export const PoolBounds = z
  .object({ lower: z.int().min(0), upper: z.int().min(1), enabled: z.boolean() })
  .refine((bounds) => bounds.lower < bounds.upper, { message: "lower must be under upper", path: ["lower"] });
export type PoolBounds = z.infer<typeof PoolBounds>;

/** The key of the setting that holds the bounds. */
export const POOL_BOUNDS = "pool.bounds";

/** Until the operator says otherwise, nothing is sourced without being asked for. */
export const DEFAULT_BOUNDS: PoolBounds = { lower: 1_000, upper: 2_000, enabled: false };

export interface PoolState {
  /** Assets open to annotation. */
  pool: number;
  /** Candidates found or fetched, with no verdict yet. */
  inFlight: number;
  /** Recent candidates of automatic sources with a verdict, and how many of them were kept. */
  judged: number;
  kept: number;
  /** Whether the last trigger was a start that no stop has followed. */
  filling: boolean;
  /** Crawls running now. */
  running: number;
  /** Automatic sources that have more to give. */
  sources: number;
}

/** `yield`: the share of its candidates that is expected to be kept. */
export type PoolDecision =
  | { action: "start"; target: number; yield: number; reason: string }
  | { action: "stop"; reason: string }
  | { action: "wait"; reason: string };

/**
 * Half of the candidates are expected to be kept, as sure as if so many verdicts had said so. The first verdicts alone mislead: what is
 * dropped is dropped at the first gates, long before anything is kept.
 */
const EXPECTED = { judged: 50, kept: 25 };
/** A single crawl never asks for more than this, so that a wrong yield cannot run away. */
const MOST_AT_ONCE = 20_000;

/**
 * Decides what the pool's watch does: a two-point controller. Between the bounds it keeps doing what it did,
 * so the pool does not flicker around one number. Candidates on their way count by the yield seen so far, for starting as for stopping.
 */
export function watchPool(bounds: PoolBounds, state: PoolState): PoolDecision {
  const share = (state.kept + EXPECTED.kept) / (state.judged + EXPECTED.judged);
  const coming = Math.floor(state.inFlight * share);
  const level = `pool ${state.pool}, about ${coming} coming`;
  if (!bounds.enabled) return { action: "wait", reason: "automatic sourcing is off" };
  if (state.filling && state.pool + coming >= bounds.upper)
    return { action: "stop", reason: `${level}: upper bound ${bounds.upper} is reached` };
  if (!state.filling && state.pool >= bounds.lower)
    return { action: "wait", reason: `${level}: not under lower bound ${bounds.lower}` };
  if (state.running > 0) return { action: "wait", reason: `${level}: ${state.running} crawls running` };
  if (state.pool + coming >= bounds.upper) return { action: "wait", reason: `${level}: enough on its way` };
  if (state.sources === 0) return { action: "wait", reason: `${level}: no automatic source has more to give` };
  const target = Math.min(Math.ceil((bounds.upper - state.pool - coming) / share), MOST_AT_ONCE);
  const why = state.filling ? `filling to upper bound ${bounds.upper}` : `under lower bound ${bounds.lower}`;
  return { action: "start", target, yield: share, reason: `${level}: ${why}` };
}
