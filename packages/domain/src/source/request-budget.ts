/** What a host or an API key allows. */
export interface BudgetRule {
  /** Milliseconds between two requests on the long run. */
  intervalMs: number;
  /** Requests that may leave at once after a rest: 1 keeps every two `intervalMs` apart. */
  burst: number;
  /** Requests in flight, over all processes. */
  concurrency: number;
}

/** The manners shown to one host or key so far. Moments are milliseconds of the database's clock. */
export interface BudgetState {
  /** When the bucket will be full again (the "theoretical arrival time" of the generic cell rate algorithm). */
  fullAt: number;
  /** Share of the rule's rate in use, over 0 to 1. */
  speed: number;
  /** The speed that is thought to be borne: below it recovery is quick, above it slow. */
  ceiling: number;
  /** The last time it was slowed down. */
  slowedAt: number;
  /** Nothing leaves before this. */
  restUntil: number;
  /** Bad answers in a row. */
  failures: number;
  /** Mean time to an answer; null before the first. */
  latencyMs: number | null;
  /** Requests in flight, and until when each may last: a process that is gone leaves its places when they are due. */
  visits: Readonly<Record<string, number>>;
  requests: number;
  answers: number;
  /** Answers of 429, and of 503 with a Retry-After. */
  throttled: number;
  /** Other 5xx, and requests that got no answer. */
  failed: number;
}

export const UNUSED: BudgetState = {
  fullAt: 0,
  speed: 1,
  ceiling: 1,
  slowedAt: 0,
  restUntil: 0,
  failures: 0,
  latencyMs: null,
  visits: {},
  requests: 0,
  answers: 0,
  throttled: 0,
  failed: 0,
};

export interface Budget {
  name: string;
  rule: BudgetRule;
  state: BudgetState;
}

export interface Wish {
  /** Names this request in every budget it takes from. */
  visit: string;
  /** Longest wait; beyond it nothing is booked. */
  patienceMs: number;
  /** After so long, the request is thought to have died with its process. */
  holdMs: number;
}

export type Admission =
  /** Booked in every budget: leave after `waitMs`. */
  | { admitted: true; waitMs: number; states: BudgetState[] }
  /** As many are in flight as may be: ask again after so long. */
  | { admitted: false; fullForMs: number }
  /** The next moment is further away than patience reaches. */
  | { admitted: false; tooFarMs: number };

/** How often a request asks again for a place. */
const LOOK_AGAIN_MS = 20;

/**
 * Books one request in all of its budgets or in none. Each is a token bucket, counted by the generic cell rate algorithm (ITU-T I.371):
 * in any window of `w` milliseconds at most `burst + w / intervalMs` requests leave, however many processes ask.
 */
export function admit(budgets: readonly Budget[], wish: Wish, now: number): Admission {
  const leaveAt = Math.max(now, ...budgets.map(nextMoment));
  if (leaveAt - now > wish.patienceMs) return { admitted: false, tooFarMs: leaveAt - now };
  const places = budgets.map(({ state }) => visitsAt(state, now));
  const full = budgets.some(({ state, rule }, i) => Object.keys(places[i] ?? {}).length >= placesOf(state, rule));
  if (full) return { admitted: false, fullForMs: Math.max(LOOK_AGAIN_MS, leaveAt - now) };
  const states = budgets.map(({ state, rule }, i) => ({
    ...state,
    fullAt: Math.max(state.fullAt, leaveAt) + paceOf(state, rule),
    visits: { ...places[i], [wish.visit]: leaveAt + wish.holdMs },
    requests: state.requests + 1,
  }));
  return { admitted: true, waitMs: leaveAt - now, states };
}

/** The earliest moment at which a budget lets another request leave. */
export function nextMoment({ state, rule }: Pick<Budget, "state" | "rule">): number {
  return Math.max(state.restUntil, state.fullAt - (rule.burst - 1) * paceOf(state, rule));
}

/** Milliseconds between requests at the present speed. */
export function paceOf({ speed }: BudgetState, { intervalMs }: BudgetRule): number {
  return intervalMs / speed;
}

/** Requests that could leave this very moment. */
export function tokensAt(budget: Pick<Budget, "state" | "rule">, now: number): number {
  const { state, rule } = budget;
  if (state.restUntil > now) return 0;
  const owed = Math.max(0, state.fullAt - now) / paceOf(state, rule);
  return Math.max(0, Math.floor(rule.burst - owed + 1e-9));
}

/** The requests in flight that are not overdue. */
export function visitsAt({ visits }: BudgetState, now: number): Record<string, number> {
  return Object.fromEntries(Object.entries(visits).filter(([, until]) => until > now));
}

/** Bad answers in a row that open the breaker. */
export const BREAKS_AFTER = 5;

export type Breaker = "closed" | "open" | "half-open";

/** Open: nothing leaves. Half-open: the rest is over, and one request at a time finds out whether the host is well again. */
export function breakerOf({ failures, restUntil }: BudgetState, now: number): Breaker {
  if (failures < BREAKS_AFTER) return "closed";
  return restUntil > now ? "open" : "half-open";
}

function placesOf(state: BudgetState, rule: BudgetRule): number {
  return state.failures >= BREAKS_AFTER ? 1 : rule.concurrency;
}
