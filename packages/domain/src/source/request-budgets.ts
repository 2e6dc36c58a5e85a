import type { Reply } from "./politeness.ts";
import type { BudgetRule, Wish } from "./request-budget.ts";

/** A budget by its name: `host:example.org`, `key:flickr:1a2b3c4d`. */
export interface Asked {
  name: string;
  rule: BudgetRule;
}

export type Entered = { waitMs: number; leaveAt: number } | { fullForMs: number } | { tooFarMs: number };

/** The budgets that all processes share, kept where the truth is. */
export interface RequestBudgets {
  /** Books one request in all of its budgets or in none, atomically, on the database's clock. */
  enter(asked: readonly Asked[], wish: Wish): Promise<Entered>;
  /** Gives the places back and says how the host answered. `leaveAt` is the moment that was booked. */
  leave(names: readonly string[], visit: string, reply: Reply, leaveAt: number): Promise<void>;
}
