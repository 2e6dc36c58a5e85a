import { createHash, randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { type KeyQuota, ruleOfQuota } from "@anyone/domain/source/key-quota";
import type { Reply } from "@anyone/domain/source/politeness";
import type { Asked, RequestBudgets } from "@anyone/domain/source/request-budgets";
import type { Politeness } from "@anyone/domain/source/source";

/** A host that must be left alone longer than a task may wait. */
export interface TooFar {
  tooFarMs: number;
}

export interface Turn {
  /** Gives the place back and says how the host answered. */
  leave(reply: Omit<Reply, "latencyMs">): Promise<void>;
}

/** An API key whose quota a request takes from. */
export interface KeyBudget {
  provider: string;
  key: string;
  quota: KeyQuota;
}

export interface Visit {
  /** The registrable host. */
  host: string;
  rule: Politeness;
  key?: KeyBudget;
  /** Longest wait for a turn; beyond it the caller puts its work off instead of sleeping on a lease. */
  patienceMs: number;
  /** Longest that the request itself may take. */
  deadlineMs: number;
  signal?: AbortSignal;
  /** Called at the head of the line, before anything is booked; may throw where the request is not wanted any more. */
  stillWanted?: (() => Promise<void>) | undefined;
}

/**
 * Turns at hosts. What may leave when is decided in the database, over all processes; here those of this process who want the same
 * host stand in line, so that only the first of them asks.
 */
export class HostQueues {
  readonly #budgets: RequestBudgets;
  readonly #lines = new Map<string, Promise<unknown>>();
  readonly #slowest = new Map<string, number>();

  constructor(budgets: RequestBudgets) {
    this.#budgets = budgets;
  }

  /** Never faster than one request per `ms` to this host, whatever a source's settings say (robots.txt's Crawl-delay). */
  slowDown(host: string, ms: number): void {
    this.#slowest.set(host, Math.min(ms, 60_000));
  }

  /** Waits for a turn at a host, and for the key's quota where there is one. */
  async enter(visit: Visit): Promise<Turn | TooFar> {
    const { host, signal } = visit;
    const ahead = this.#lines.get(host);
    const asked = (async () => {
      await ahead;
      signal?.throwIfAborted();
      await visit.stillWanted?.();
      return await this.#ask(visit);
    })();
    const place = asked.catch(() => {});
    this.#lines.set(host, place);
    void place.then(() => this.#lines.get(host) === place && this.#lines.delete(host));
    const booked = await asked;
    if ("tooFarMs" in booked) return booked;
    const { id, names, waitMs, leaveAt } = booked;
    try {
      await sleep(waitMs, undefined, { signal });
    } catch (error) {
      await this.#budgets.leave(names, id, { how: "none" }, leaveAt);
      throw error;
    }
    const left = performance.now();
    return {
      leave: (reply) => this.#budgets.leave(names, id, { ...reply, latencyMs: performance.now() - left }, leaveAt),
    };
  }

  async #ask({ host, rule, key, patienceMs, deadlineMs, signal }: Visit) {
    const id = randomUUID();
    const intervalMs = Math.max(1000 / rule.perSecond, this.#slowest.get(host) ?? 0);
    const asked: Asked[] = [
      { name: `host:${host}`, rule: { intervalMs, burst: 1, concurrency: rule.concurrency } },
      ...(key ? [{ name: keyName(key), rule: ruleOfQuota(key.quota) }] : []),
    ];
    const until = performance.now() + patienceMs;
    for (;;) {
      const entered = await this.#budgets.enter(asked, { visit: id, patienceMs, holdMs: deadlineMs + GRACE_MS });
      if ("tooFarMs" in entered) return entered;
      if ("leaveAt" in entered) return { ...entered, id, names: asked.map(({ name }) => name) };
      if (performance.now() > until) return { tooFarMs: Math.max(entered.fullForMs, 1000) };
      // A little chance keeps processes that were refused together from asking together again.
      await sleep(entered.fullForMs * (1 + Math.random() / 4), undefined, { signal });
    }
  }
}

/** A request that is still out so long after its deadline has died with its process. */
const GRACE_MS = 5_000;

/** A key is told apart by its hash: no budget's name gives it away. */
function keyName({ provider, key }: KeyBudget): string {
  return `key:${provider}:${createHash("sha256").update(key).digest("hex").slice(0, 8)}`;
}
