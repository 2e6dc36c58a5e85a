import type { Politeness } from "@anyone/domain/source/source";

/** The part of politeness that all processes share: when the next request to a host may leave. Implemented on PostgreSQL. */
export interface HostBudgets {
  /**
   * Books the host's next free moment and moves it on by `intervalMs`.
   * @returns milliseconds until the booked moment, or undefined when it is further away than `patienceMs`: then nothing is booked
   */
  book(host: string, intervalMs: number, patienceMs: number): Promise<{ waitMs: number } | { tooFarMs: number }>;
  /** Tells how the host answered: after 429 and 5xx nothing leaves before `pauseMs`, and failures in a row are counted. */
  report(host: string, answer: { failed: boolean; pauseMs: number }): Promise<void>;
  /** Failures in a row, as reported by all processes. */
  failures(host: string): Promise<number>;
}

/** A host that must be left alone longer than a task may wait. */
export interface TooFar {
  tooFarMs: number;
}

export interface Turn {
  /** Gives the place back and says how the host answered. `retryAfterMs` is what it asked for, if it did. */
  leave(answer: { status?: number; retryAfterMs?: number }): Promise<void>;
}

/** Longest pause after failures when the host names none. */
const LONGEST_PAUSE_MS = 10 * 60_000;

/**
 * One queue per host: at most `concurrency` requests in flight in this process, and over all processes at most `perSecond`.
 * 429 and 5xx push the host's next moment away, twice as far each time in a row, or as far as Retry-After says.
 */
export class HostQueues {
  readonly #budgets: HostBudgets;
  readonly #inFlight = new Map<string, { running: number; waiting: (() => void)[] }>();
  readonly #slowest = new Map<string, number>();

  constructor(budgets: HostBudgets) {
    this.#budgets = budgets;
  }

  /** Never faster than one request per `ms` to this host, whatever a source's settings say (robots.txt's Crawl-delay). */
  slowDown(host: string, ms: number): void {
    this.#slowest.set(host, Math.min(ms, 60_000));
  }

  /**
   * Waits for a turn at a host.
   * @param patienceMs longest wait for the host's moment; beyond it the caller puts its work off instead of sleeping on a lease
   */
  async enter(host: string, rule: Politeness, patienceMs: number, signal?: AbortSignal): Promise<Turn | TooFar> {
    await this.#takePlace(host, rule.concurrency);
    try {
      const interval = Math.max(1000 / rule.perSecond, this.#slowest.get(host) ?? 0);
      const booked = await this.#budgets.book(host, interval, patienceMs);
      if ("tooFarMs" in booked) {
        this.#givePlace(host);
        return booked;
      }
      await sleep(booked.waitMs, signal);
    } catch (error) {
      this.#givePlace(host);
      throw error;
    }
    return { leave: (answer) => this.#leave(host, answer) };
  }

  async #leave(host: string, { status, retryAfterMs }: { status?: number; retryAfterMs?: number }): Promise<void> {
    this.#givePlace(host);
    if (status === undefined) return;
    const failed = status === 429 || status >= 500;
    if (!failed) return this.#budgets.report(host, { failed, pauseMs: 0 });
    const row = await this.#budgets.failures(host);
    const backOff = Math.min(1000 * 2 ** Math.min(row, 20), LONGEST_PAUSE_MS);
    await this.#budgets.report(host, { failed, pauseMs: retryAfterMs ?? backOff });
  }

  #takePlace(host: string, concurrency: number): Promise<void> {
    const state = this.#inFlight.get(host) ?? { running: 0, waiting: [] };
    this.#inFlight.set(host, state);
    if (state.running < concurrency) {
      state.running++;
      return Promise.resolve();
    }
    return new Promise((resolve) => state.waiting.push(resolve));
  }

  #givePlace(host: string): void {
    const state = this.#inFlight.get(host);
    if (!state) return;
    const following = state.waiting.shift();
    if (following) following();
    else if (--state.running === 0) this.#inFlight.delete(host);
  }
}

function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const onAbort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    }, ms);
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}
