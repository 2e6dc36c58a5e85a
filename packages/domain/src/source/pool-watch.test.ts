import { describe, expect, it } from "vitest";
import { type PoolState, watchPool } from "./pool-watch.ts";

const bounds = { lower: 100, upper: 200, enabled: true };
const state = (given: Partial<PoolState>): PoolState => ({
  pool: 0,
  inFlight: 0,
  filling: false,
  running: 0,
  sources: 1,
  judged: 1000,
  kept: 500,
  ...given,
});

describe("the pool's watch", () => {
  it("starts sourcing under the lower bound, for what is missing to the upper one at the yield seen", () => {
    expect(watchPool(bounds, state({ pool: 90, judged: 150, kept: 25 }))).toMatchObject({
      action: "start",
      target: 440,
    });
  });

  it("expects half to be kept before it knows better, and is not misled by the first drops", () => {
    expect(watchPool(bounds, state({ pool: 90, judged: 0, kept: 0 }))).toMatchObject({ action: "start", target: 220 });
    expect(watchPool(bounds, state({ pool: 90, judged: 10, kept: 0 }))).toMatchObject({ action: "start", target: 264 });
  });

  it("leaves a pool between the bounds alone, unless it was being filled", () => {
    expect(watchPool(bounds, state({ pool: 150 }))).toMatchObject({ action: "wait" });
    expect(watchPool(bounds, state({ pool: 150, filling: true }))).toMatchObject({ action: "start", target: 100 });
  });

  it("stops once the upper bound is reached by what is there and what is on its way", () => {
    expect(watchPool(bounds, state({ pool: 200, filling: true, running: 2 }))).toMatchObject({ action: "stop" });
    expect(watchPool(bounds, state({ pool: 20, inFlight: 360, filling: true }))).toMatchObject({ action: "stop" });
    expect(watchPool(bounds, state({ pool: 20, inFlight: 350, filling: true }))).toMatchObject({ action: "start" });
    expect(watchPool(bounds, state({ pool: 250 }))).toMatchObject({ action: "wait" });
  });

  it("counts what is on its way, by its yield", () => {
    expect(watchPool(bounds, state({ pool: 20, inFlight: 400 }))).toMatchObject({ action: "wait" });
    expect(watchPool(bounds, state({ pool: 20, inFlight: 100 }))).toMatchObject({ action: "start", target: 260 });
  });

  it("waits for running crawls, for sources, and when it is off", () => {
    expect(watchPool(bounds, state({ running: 1 }))).toMatchObject({
      action: "wait",
      reason: expect.stringContaining("running"),
    });
    expect(watchPool(bounds, state({ sources: 0 }))).toMatchObject({
      action: "wait",
      reason: expect.stringContaining("no automatic source"),
    });
    expect(watchPool({ ...bounds, enabled: false }, state({}))).toMatchObject({ action: "wait" });
  });

  it("does not run away when nothing is kept", () => {
    expect(watchPool(bounds, state({ judged: 10_000, kept: 0 }))).toMatchObject({ action: "start", target: 20_000 });
  });

  it("settles: filling from empty to over the upper bound takes one start and one stop", () => {
    let pool = 0;
    let filling = false;
    let running = 0;
    const actions: string[] = [];
    for (let look = 0; look < 200; look++) {
      const decision = watchPool(bounds, state({ pool, filling, running }));
      if (decision.action !== "wait") actions.push(decision.action);
      if (decision.action === "start") [filling, running] = [true, 1];
      if (decision.action === "stop") [filling, running] = [false, 0];
      if (running) pool += 5;
    }
    expect(actions).toEqual(["start", "stop"]);
    expect(pool).toBe(200);
  });
});
