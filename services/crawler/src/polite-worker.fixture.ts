import { openDatabase } from "@anyone/db/client";
import { requestBudgets } from "@anyone/db/request-budgets";
import { safeFetcher } from "./fetch/safe-fetch.ts";
import { politeFetch } from "./polite-fetch.ts";
import { HostQueues, type KeyBudget } from "./politeness.ts";

/** What one process of the tests does: asks for `url` again and again, from `loops` places at once, until `untilMs` by its clock. */
export interface PoliteWork {
  databaseUrl: string;
  url: string;
  allow: string;
  perSecond: number;
  concurrency: number;
  loops: number;
  untilMs: number;
  key?: KeyBudget;
}

const work: PoliteWork = JSON.parse(process.argv[2] ?? "{}");
const db = openDatabase(work.databaseUrl, { max: 2 });
const fetcher = safeFetcher({ allowPrivate: new Set([work.allow]) }, "test");
const fetch = politeFetch(fetcher, new HostQueues(requestBudgets(db)));
const { perSecond, concurrency, key } = work;
await Promise.all(
  Array.from({ length: work.loops }, async () => {
    while (Date.now() < work.untilMs)
      await fetch(work.url, { politeness: { perSecond, concurrency }, key, patienceMs: 3_000, deadlineMs: 5_000 });
  }),
);
await fetcher.close();
await db.close();
