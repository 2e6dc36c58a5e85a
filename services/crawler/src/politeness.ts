import type { HostBudgets } from "@anyone/domain/source/host-budget";
import type { Politeness } from "@anyone/domain/source/source";

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
      return { leave: (answer) => this.#leave(host, booked.failures, answer) };
    } catch (error) {
      this.#givePlace(host);
      throw error;
    }
  }

  async #leave(host: string, failures: number, answer: { status?: number; retryAfterMs?: number }): Promise<void> {
    this.#givePlace(host);
    const { status, retryAfterMs } = answer;
    if (status === undefined) return;
    if (status !== 429 && status < 500) return failures > 0 ? this.#budgets.recovered(host) : undefined;
    const backOff = Math.min(1000 * 2 ** Math.min(failures, 20), LONGEST_PAUSE_MS);
    await this.#budgets.pause(host, retryAfterMs ?? backOff);
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
