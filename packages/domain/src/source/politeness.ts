import { BREAKS_AFTER, type BudgetState } from "./request-budget.ts";

/** How a request ended, as far as manners are concerned. */
export interface Reply {
  /** `none`: it never left, or nothing can be told from how it ended. */
  how: "well" | "throttled" | "failed" | "none";
  /** Milliseconds from leaving to the answer. */
  latencyMs?: number;
  /** Milliseconds the host asked us to wait. */
  retryAfterMs?: number;
}

/** Slower than this many times its mean, a host is thought to be under strain, */
const STRAINED = 4;
/** if that is also slower than this. */
const STRAINED_MS = 1_000;
const SLOWEST = 1 / 64;
/** Up to the ceiling, speed comes back by this much with each good answer. */
const RECOVERY = 0.02;
/** Above it by this factor: 10 % more takes 330 good answers, so that finding a host's limit again costs 1 answer in 300. */
const PROBE = 1.0003;
/** Weight of a new latency in the mean. */
const LATENCY_WEIGHT = 0.1;
const FIRST_REST_MS = 1_000;
const LONGEST_REST_MS = 15 * 60_000;

/**
 * What a host's answer teaches: additive increase, multiplicative decrease. A good answer brings speed back; 429 halves it, and so do
 * failures; a strained answer takes a quarter. Bad answers let the host rest, twice as long each time in a row or as long as it asks;
 * after {@link BREAKS_AFTER} of them the breaker is open for that rest.
 * @param visit the request's name, whose place is given back
 * @param leftAt when the request left: one that left before the last slowing tells nothing new
 */
export function afterReply(state: BudgetState, visit: string, reply: Reply, leftAt: number, now: number): BudgetState {
  const { [visit]: _, ...visits } = state.visits;
  switch (reply.how) {
    case "none":
      return { ...state, visits };
    case "well":
      return { ...afterWell(state, reply, leftAt, now), visits };
    case "throttled":
      return { ...afterBad(state, reply, leftAt, now), visits, throttled: state.throttled + 1 };
    case "failed":
      return { ...afterBad(state, reply, leftAt, now), visits, failed: state.failed + 1 };
  }
}

function afterWell(state: BudgetState, { latencyMs }: Reply, leftAt: number, now: number): BudgetState {
  const mean = state.latencyMs;
  const strained = latencyMs !== undefined && mean !== null && latencyMs > Math.max(STRAINED_MS, STRAINED * mean);
  const next = {
    ...state,
    failures: 0,
    answers: state.answers + 1,
    latencyMs: latencyMs === undefined ? mean : mean === null ? latencyMs : mean + LATENCY_WEIGHT * (latencyMs - mean),
  };
  if (strained) return leftAt < state.slowedAt ? next : { ...next, ...slowed(state, 0.75, now) };
  const { speed, ceiling } = state;
  if (speed < ceiling) return { ...next, speed: Math.min(ceiling, speed + RECOVERY) };
  const faster = Math.min(1, speed * PROBE);
  return { ...next, speed: faster, ceiling: faster };
}

function afterBad(state: BudgetState, { retryAfterMs }: Reply, leftAt: number, now: number): BudgetState {
  const failures = state.failures + 1;
  const rest = Math.min(FIRST_REST_MS * 2 ** Math.min(failures - 1, 20), LONGEST_REST_MS);
  return {
    ...state,
    ...(leftAt < state.slowedAt ? {} : slowed(state, 0.5, now)),
    failures,
    answers: state.answers + 1,
    restUntil: Math.max(state.restUntil, now + (retryAfterMs ?? rest)),
  };
}

/** The ceiling stays a tenth under where it hurt. */
function slowed(
  { speed }: BudgetState,
  factor: number,
  now: number,
): Pick<BudgetState, "speed" | "ceiling" | "slowedAt"> {
  return { speed: Math.max(SLOWEST, speed * factor), ceiling: Math.max(SLOWEST, speed * 0.9), slowedAt: now };
}
