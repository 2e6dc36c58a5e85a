import { openDatabase } from "@anyone/db/client";
import { requestBudgets } from "@anyone/db/request-budgets";
import type { RequestBudgets } from "@anyone/domain/source/request-budgets";
import { safeFetcher } from "./fetch/safe-fetch.ts";
import { politeFetch } from "./polite-fetch.ts";
import { HostQueues, type KeyBudget } from "./politeness.ts";

/** What one process of the tests does: asks for `url` again and again, from `loops` places at once, for `forMs` from its start. */
export interface PoliteWork {
  databaseUrl: string;
  url: string;
  allow: string;
  perSecond: number;
  concurrency: number;
  loops: number;
  forMs: number;
  key?: KeyBudget;
}

const work: PoliteWork = JSON.parse(process.argv[2] ?? "{}");
const db = openDatabase(work.databaseUrl, { max: 2 });
const fetcher = safeFetcher({ allowPrivate: new Set([work.allow]) }, "test");
const budgets = requestBudgets(db);
/** Every booked moment is told to the test. */
const told: RequestBudgets = {
  ...budgets,
  async enter(asked, wish) {
    const entered = await budgets.enter(asked, wish);
    if ("leaveAt" in entered) process.send?.(entered.leaveAt);
    return entered;
  },
};
const fetch = politeFetch(fetcher, new HostQueues(told));
const { perSecond, concurrency, key } = work;
const until = Date.now() + work.forMs;
await Promise.all(
  Array.from({ length: work.loops }, async () => {
    while (Date.now() < until)
      await fetch(work.url, { politeness: { perSecond, concurrency }, key, patienceMs: 3_000, deadlineMs: 5_000 });
  }),
);
await fetcher.close();
await db.close();
process.disconnect?.();
