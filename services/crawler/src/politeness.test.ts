import { type OpenDatabase, openDatabase } from "@anyone/db/client";
import { hostBudgets } from "@anyone/db/host-budgets";
import { createDatabase } from "@anyone/test/support/servers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { HostQueues } from "./politeness.ts";

let url: string;
let db: OpenDatabase;

beforeAll(async () => {
  url = await createDatabase();
  db = openDatabase(url);
});
afterAll(() => db.close());

let hosts = 0;
const newHost = () => `host-${hosts++}.test:80`;

async function turns(
  queues: HostQueues,
  host: string,
  count: number,
  rule: { perSecond: number; concurrency: number },
) {
  const times: number[] = [];
  await Promise.all(
    Array.from({ length: count }, async () => {
      const turn = await queues.enter(host, rule, 60_000);
      if ("tooFarMs" in turn) throw new Error("too far");
      times.push(performance.now());
      await turn.leave({ status: 200 });
    }),
  );
  return times.sort((a, b) => a - b);
}

describe("politeness", () => {
  it("spaces requests to one host, and lets other hosts go ahead", async () => {
    const queues = new HostQueues(hostBudgets(db));
    const slow = newHost();
    const started = performance.now();
    const [slowly, quickly] = await Promise.all([
      turns(queues, slow, 6, { perSecond: 10, concurrency: 2 }),
      turns(queues, newHost(), 6, { perSecond: 1000, concurrency: 2 }),
    ]);
    expect((slowly.at(-1) ?? 0) - started).toBeGreaterThan(480);
    expect((quickly.at(-1) ?? 0) - started).toBeLessThan(400);
  });

  it("keeps to one rate over all processes", async () => {
    const second = openDatabase(url);
    const host = newHost();
    const rule = { perSecond: 20, concurrency: 2 };
    const queues = [new HostQueues(hostBudgets(db)), new HostQueues(hostBudgets(second))];
    const times = (await Promise.all(queues.map((one) => turns(one, host, 8, rule)))).flat().sort((a, b) => a - b);
    await second.close();
    expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeGreaterThan(15 * 50 - 60);
  });

  it("never has more in flight to a host than it may", async () => {
    const queues = new HostQueues(hostBudgets(db));
    const host = newHost();
    let running = 0;
    let most = 0;
    await Promise.all(
      Array.from({ length: 10 }, async () => {
        const turn = await queues.enter(host, { perSecond: 1000, concurrency: 2 }, 60_000);
        if ("tooFarMs" in turn) throw new Error("too far");
        most = Math.max(most, ++running);
        await new Promise((resolve) => setTimeout(resolve, 15));
        running--;
        await turn.leave({ status: 200 });
      }),
    );
    expect(most).toBe(2);
  });

  it("leaves a host alone as long as it asks, in every process, and says how long that is", async () => {
    const queues = new HostQueues(hostBudgets(db));
    const host = newHost();
    const rule = { perSecond: 1000, concurrency: 1 };
    const turn = await queues.enter(host, rule, 1000);
    if ("tooFarMs" in turn) throw new Error("too far");
    await turn.leave({ status: 429, retryAfterMs: 30_000 });
    const refused = await new HostQueues(hostBudgets(db)).enter(host, rule, 1000);
    expect(refused).toMatchObject({ tooFarMs: expect.any(Number) });
    expect("tooFarMs" in refused && refused.tooFarMs).toBeGreaterThan(29_000);
  });

  it("backs off twice as far with each failure in a row, and forgets them after a success", async () => {
    const queues = new HostQueues(hostBudgets(db));
    const host = newHost();
    const pauses: number[] = [];
    const visit = async (status: number) => {
      await db.query("UPDATE host_budgets SET next_at = clock_timestamp() WHERE host = $1", [host]);
      const turn = await queues.enter(host, { perSecond: 1000, concurrency: 1 }, 1000);
      if ("tooFarMs" in turn) throw new Error("too far");
      await turn.leave({ status });
      const [row] = await db.query<{ ms: number }>(
        "SELECT extract(epoch FROM next_at - clock_timestamp())::float8 * 1000 AS ms FROM host_budgets WHERE host = $1",
        [host],
      );
      pauses.push(Math.max(0, Math.round((row?.ms ?? 0) / 500) * 500));
    };
    for (const status of [503, 503, 429, 200, 503]) await visit(status);
    expect(pauses).toEqual([1000, 2000, 4000, 0, 1000]);
  });

  it("honours a Crawl-delay over a source's own settings", async () => {
    const queues = new HostQueues(hostBudgets(db));
    const host = newHost();
    queues.slowDown(host, 150);
    const times = await turns(queues, host, 3, { perSecond: 1000, concurrency: 2 });
    expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeGreaterThan(270);
  });

  it("gives its place back when the task ends while it waits", async () => {
    const queues = new HostQueues(hostBudgets(db));
    const host = newHost();
    const rule = { perSecond: 1, concurrency: 1 };
    const first = await queues.enter(host, rule, 60_000);
    if (!("tooFarMs" in first)) await first.leave({ status: 200 });
    await expect(queues.enter(host, rule, 60_000, AbortSignal.timeout(50))).rejects.toThrow();
    const third = queues.enter(host, { perSecond: 1000, concurrency: 1 }, 60_000);
    await expect(third).resolves.toHaveProperty("leave");
  });
});
