import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createDatabase } from "@anyone/test/support/servers";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { PoliteWork } from "./polite-worker.fixture.ts";

const PROCESSES = 8;

let server: Server;
let origin: string;
let databaseUrl: string;
/** Every request that arrived: when, and how it was answered. */
let arrived: { at: number; status: number }[];
/** Every moment that was booked, in milliseconds of the database's clock. */
let booked: number[];
let answer: (response: ServerResponse) => number;
let inFlight: number;
let most: number;
const children = new Set<ChildProcess>();

beforeAll(async () => {
  server = createServer((request, response) => {
    if (request.url === "/robots.txt") return void response.writeHead(404).end();
    most = Math.max(most, ++inFlight);
    response.on("close", () => inFlight--);
    const status = answer(response);
    arrived.push({ at: performance.now(), status });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});

beforeEach(async () => {
  databaseUrl = await createDatabase();
  [arrived, booked, inFlight, most] = [[], [], 0, 0];
});

afterAll(() => {
  for (const child of children) child.kill("SIGKILL");
  server.closeAllConnections();
  server.close();
});

function start(work: Omit<PoliteWork, "databaseUrl" | "url" | "allow">): ChildProcess {
  const given: PoliteWork = { ...work, databaseUrl, url: `http://${origin}/`, allow: origin };
  const child = fork(new URL("./polite-worker.fixture.ts", import.meta.url), [JSON.stringify(given)]);
  children.add(child);
  child.on("message", (moment: number) => booked.push(moment));
  child.once("exit", () => children.delete(child));
  return child;
}

async function runAll(work: Omit<PoliteWork, "databaseUrl" | "url" | "allow">): Promise<void> {
  const processes = Array.from({ length: PROCESSES }, () => start(work));
  const codes = await Promise.all(processes.map(async (child) => (await once(child, "exit"))[0]));
  expect(codes).toEqual(Array(PROCESSES).fill(0));
  expect(arrived.length).toBeGreaterThan(PROCESSES);
}

function arrivals(): number[] {
  return arrived.map(({ at }) => at);
}

/** The most moments that any span shorter than `widthMs` holds. */
function mostWithin(widthMs: number, moments: readonly number[]): number {
  let [first, found] = [0, 0];
  for (const [last, at] of moments.entries()) {
    while (at - (moments[first] as number) >= widthMs) first++;
    found = Math.max(found, last - first + 1);
  }
  return found;
}

describe(`${PROCESSES} processes`, () => {
  it("keep one host to its rate and to two requests in flight", async () => {
    answer = (response) => {
      setTimeout(() => response.end("x"), 60);
      return 200;
    };
    await runAll({ perSecond: 20, concurrency: 2, loops: 3, forMs: 8_000 });
    const seconds = ((arrived.at(-1)?.at ?? 0) - (arrived[0]?.at ?? 0)) / 1000;
    expect(most).toBeLessThanOrEqual(2);
    expect((arrived.length - 1) / seconds).toBeLessThanOrEqual(20.2);
    // a slot may be used a little late and the next one on time
    expect(mostWithin(1000, arrivals())).toBeLessThanOrEqual(22);
  }, 40_000);

  it("share the quota of one key to the request", async () => {
    answer = (response) => {
      response.end("x");
      return 200;
    };
    const key = { provider: "photos", key: "secret", quota: { requests: 60, perSeconds: 3 } };
    await runAll({ perSecond: 1000, concurrency: 8, loops: 4, key, forMs: 9_000 });
    const moments = booked.toSorted((a, b) => a - b);
    expect(moments.length).toBeGreaterThan(60);
    // a thousandth of a millisecond is what the clock's doubles lose
    expect(mostWithin(3_000 - 0.001, moments)).toBeLessThanOrEqual(60);
    expect(mostWithin(3_000 / 54, moments)).toBeLessThanOrEqual(7);
    expect(arrived.length).toBeLessThanOrEqual(moments.length);
  }, 40_000);

  it("hold no place for one of them that was killed, and use no more places meanwhile", async () => {
    const held: ServerResponse[] = [];
    answer = (response) => {
      held.push(response);
      return 200;
    };
    const victim = start({ perSecond: 100, concurrency: 2, loops: 2, forMs: 60_000 });
    await expect.poll(() => arrived.length, { timeout: 10_000 }).toBe(2);
    victim.kill("SIGKILL");
    await once(victim, "exit");
    answer = (response) => {
      response.end("x");
      return 200;
    };
    const other = start({ perSecond: 100, concurrency: 2, loops: 2, forMs: 20_000 });
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    expect(arrived.length).toBe(2);
    // 5 s of deadline and 5 s of grace after the booking
    await expect.poll(() => arrived.length, { timeout: 15_000 }).toBeGreaterThan(4);
    other.kill("SIGTERM");
  }, 60_000);

  it("learn a hostile host's secret limit", async () => {
    const limit = 20;
    const seen: number[] = [];
    answer = (response) => {
      const now = performance.now();
      while ((seen[0] ?? now) < now - 1000) seen.shift();
      const status = seen.length < limit ? 200 : 429;
      if (status === 200) seen.push(now);
      response.writeHead(status, status === 429 ? { "retry-after": "1" } : {}).end("x");
      return status;
    };
    await runAll({ perSecond: 50, concurrency: 2, loops: 2, forMs: 12_000 });
    expect(mostWithin(1000, arrivals())).toBeLessThanOrEqual(52);
    // How seldom 429 is heard in the end, the rule itself tells in ten virtual minutes.
    const share = arrived.filter(({ status }) => status === 429).length / arrived.length;
    expect(share).toBeLessThan(0.25);
  }, 60_000);
});
