import { type OpenDatabase, openDatabase } from "@anyone/db/client";
import { requestBudgets } from "@anyone/db/request-budgets";
import { createDatabase } from "@anyone/test/support/servers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { HostQueues, type Visit } from "./politeness.ts";
import { registrableHost } from "./registrable-host.ts";

let url: string;
let db: OpenDatabase;

beforeAll(async () => {
  url = await createDatabase();
  db = openDatabase(url);
});
afterAll(() => db.close());

let hosts = 0;
const newHost = () => `host-${hosts++}.test`;
const visit = (host: string, perSecond: number, concurrency: number, rest: Partial<Visit> = {}): Visit => ({
  host,
  rule: { perSecond, concurrency },
  patienceMs: 60_000,
  deadlineMs: 30_000,
  ...rest,
});

async function turns(queues: HostQueues, count: number, wanted: Visit): Promise<number[]> {
  const times: number[] = [];
  await Promise.all(
    Array.from({ length: count }, async () => {
      const turn = await queues.enter(wanted);
      if ("tooFarMs" in turn) throw new Error("too far");
      times.push(performance.now());
      await turn.leave({ how: "well" });
    }),
  );
  return times.sort((a, b) => a - b);
}

describe("turns at hosts", () => {
  it("are spaced at one host, and let other hosts go ahead", async () => {
    const queues = new HostQueues(requestBudgets(db));
    const started = performance.now();
    const [slowly, quickly] = await Promise.all([
      turns(queues, 6, visit(newHost(), 10, 2)),
      turns(queues, 6, visit(newHost(), 1000, 2)),
    ]);
    expect((slowly.at(-1) ?? 0) - started).toBeGreaterThan(480);
    expect(quickly.at(-1)).toBeLessThan(slowly.at(-1) as number);
  });

  it("are never more at once than they may be", async () => {
    const queues = [new HostQueues(requestBudgets(db)), new HostQueues(requestBudgets(db))];
    const host = newHost();
    let running = 0;
    let most = 0;
    await Promise.all(
      Array.from({ length: 10 }, async (_, i) => {
        const turn = await queues[i % 2]?.enter(visit(host, 1000, 2));
        if (!turn || "tooFarMs" in turn) throw new Error("too far");
        most = Math.max(most, ++running);
        await new Promise((resolve) => setTimeout(resolve, 15));
        running--;
        await turn.leave({ how: "well" });
      }),
    );
    expect(most).toBe(2);
  });

  it("are refused in every process while a host asks to be left alone, and say for how long", async () => {
    const host = newHost();
    const turn = await new HostQueues(requestBudgets(db)).enter(visit(host, 1000, 1));
    if ("tooFarMs" in turn) throw new Error("too far");
    await turn.leave({ how: "throttled", retryAfterMs: 30_000 });
    const refused = await new HostQueues(requestBudgets(db)).enter(visit(host, 1000, 1, { patienceMs: 1000 }));
    expect("tooFarMs" in refused && refused.tooFarMs).toBeGreaterThan(29_000);
  });

  it("honour a Crawl-delay over a source's own settings", async () => {
    const queues = new HostQueues(requestBudgets(db));
    const host = newHost();
    queues.slowDown(host, 150);
    const times = await turns(queues, 3, visit(host, 1000, 2));
    expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeGreaterThan(270);
  });

  it("give their place back when the task ends while they wait, also in the line behind them", async () => {
    const queues = new HostQueues(requestBudgets(db));
    const host = newHost();
    const first = await queues.enter(visit(host, 1, 1));
    if (!("tooFarMs" in first)) await first.leave({ how: "well" });
    const gone = { signal: AbortSignal.timeout(50) };
    await expect(queues.enter(visit(host, 1, 1, gone))).rejects.toThrow();
    const third = queues.enter(visit(host, 1000, 1));
    await expect(third).resolves.toHaveProperty("leave");
  });
});

describe("the host that a request burdens", () => {
  it.each([
    ["https://live.staticflickr.com/a.jpg", "staticflickr.com"],
    ["https://farm1.staticflickr.com:8443/a.jpg", "staticflickr.com"],
    ["https://www.example.co.uk/", "example.co.uk"],
    ["https://mine.github.io/", "mine.github.io"],
    ["https://photos.s3.amazonaws.com/a.jpg", "photos.s3.amazonaws.com"],
    ["http://127.0.0.1:4010/a.jpg", "127.0.0.1:4010"],
    ["http://[2606:4700::1111]/", "[2606:4700::1111]"],
    ["http://localhost:8080/", "localhost:8080"],
  ])("of %s is %s", (href, host) => {
    expect(registrableHost(new URL(href))).toBe(host);
  });
});
