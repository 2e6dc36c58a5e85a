import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FLICKR_QUOTA, ruleOfQuota } from "./key-quota.ts";
import { afterReply, type Reply } from "./politeness.ts";
import {
  admit,
  type Budget,
  type BudgetRule,
  type BudgetState,
  breakerOf,
  tokensAt,
  UNUSED,
} from "./request-budget.ts";

const wish = (visit: string, patienceMs = 1e9) => ({ visit, patienceMs, holdMs: 60_000 });
const well: Reply = { how: "well", latencyMs: 50 };

/** Books a request and answers it at once; returns when it left, or undefined. */
function visit(budget: Budget, now: number, reply: Reply = well): number | undefined {
  const admission = admit([budget], wish(`at ${now}`), now);
  if (!admission.admitted) return undefined;
  budget.state = afterReply(
    admission.states[0] as BudgetState,
    `at ${now}`,
    reply,
    now + admission.waitMs,
    now + admission.waitMs,
  );
  return now + admission.waitMs;
}

function mostInAnyWindow(moments: readonly number[], width: number): number {
  return Math.max(0, ...moments.map((from) => moments.filter((at) => at >= from && at < from + width - 1e-6).length));
}

describe("a budget", () => {
  it("lets no window of any width hold more than its burst and its rate, whoever asks when", () => {
    const asks = fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 120 });
    const rules = fc.record({ intervalMs: fc.integer({ min: 1, max: 300 }), burst: fc.integer({ min: 1, max: 12 }) });
    fc.assert(
      fc.property(asks, rules, (pauses, { intervalMs, burst }) => {
        const budget: Budget = { name: "x", rule: { intervalMs, burst, concurrency: 1000 }, state: UNUSED };
        let now = 1e12;
        const moments = pauses.flatMap((pause) => {
          now += pause;
          return visit(budget, now) ?? [];
        });
        moments.sort((a, b) => a - b);
        for (const width of [intervalMs, 10 * intervalMs, 1000])
          expect(mostInAnyWindow(moments, width)).toBeLessThanOrEqual(burst + Math.floor(width / intervalMs));
      }),
    );
  });

  it("of a key gives all of its quota in each of its windows, and nothing more", () => {
    const rule = ruleOfQuota(FLICKR_QUOTA);
    const budget: Budget = { name: "key:flickr", rule, state: UNUSED };
    const moments: number[] = [];
    for (let now = 1e12; now < 1e12 + 2 * 3_600_000; now += 100) {
      if (tokensAt(budget, now) > 0) moments.push(visit(budget, now) as number);
    }
    const inFirstHour = moments.filter((at) => at < 1e12 + 3_600_000).length;
    expect(inFirstHour).toBeGreaterThan(3_590);
    expect(mostInAnyWindow(moments.slice(0, 4000), 3_600_000)).toBeLessThanOrEqual(3_600);
  }, 60_000);

  it("is taken from in all or in none", () => {
    const host: Budget = { name: "host:a", rule: { intervalMs: 10, burst: 1, concurrency: 2 }, state: UNUSED };
    const key: Budget = { name: "key:b", rule: { intervalMs: 1000, burst: 1, concurrency: 8 }, state: UNUSED };
    const first = admit([host, key], wish("1"), 1e12);
    expect(first).toMatchObject({ admitted: true, waitMs: 0 });
    const states = first.admitted ? first.states : [];
    const later = [host, key].map((budget, i) => ({ ...budget, state: states[i] as BudgetState }));
    expect(admit(later, wish("2", 500), 1e12)).toEqual({ admitted: false, tooFarMs: 1000 });
    expect(admit(later, wish("2", 5000), 1e12)).toMatchObject({ admitted: true, waitMs: 1000 });
  });

  it("has so many places and no more, and takes one back from a process that never returned", () => {
    const budget: Budget = { name: "host:a", rule: { intervalMs: 1, burst: 1, concurrency: 2 }, state: UNUSED };
    for (const name of ["1", "2"]) {
      const admission = admit([budget], wish(name), 1e12);
      budget.state = admission.admitted ? (admission.states[0] as BudgetState) : budget.state;
    }
    expect(admit([budget], wish("3"), 1e12 + 100)).toEqual({ admitted: false, fullForMs: 20 });
    expect(admit([budget], wish("3"), 1e12 + 60_002)).toMatchObject({ admitted: true });
  });
});

describe("manners", () => {
  const rule: BudgetRule = { intervalMs: 20, burst: 1, concurrency: 2 };
  const say = (state: BudgetState, reply: Reply, at: number) => afterReply(state, "", reply, at, at);

  it("leave a host alone for as long as it asks", () => {
    const state = say(UNUSED, { how: "throttled", retryAfterMs: 30_000 }, 1e12);
    expect(admit([{ name: "a", rule, state }], wish("", 1000), 1e12)).toEqual({ admitted: false, tooFarMs: 30_000 });
  });

  it("rest twice as long with each bad answer in a row, and begin anew after a good one", () => {
    const rests: number[] = [];
    let [state, now] = [UNUSED, 1e12];
    for (const how of ["failed", "failed", "throttled", "well", "failed"] as const) {
      state = say(state, { how }, now);
      rests.push(Math.max(0, state.restUntil - now));
      now = Math.max(now, state.restUntil) + 1;
    }
    expect(rests).toEqual([1000, 2000, 4000, 0, 1000]);
  });

  it("halve the speed once for all that was under way, and come back quickly to a tenth below", () => {
    let state = say(UNUSED, { how: "throttled" }, 1e12);
    expect(state).toMatchObject({ speed: 0.5, ceiling: 0.9 });
    state = afterReply(state, "", { how: "throttled" }, 1e12 - 10, 1e12 + 5);
    expect(state.speed).toBe(0.5);
    for (let i = 0; i < 20; i++) state = say(state, well, 1e12 + 1000 + i);
    expect(state.speed).toBeCloseTo(0.9);
    for (let i = 0; i < 100; i++) state = say(state, well, 1e12 + 2000 + i);
    expect(state.speed).toBeLessThan(0.93);
  });

  it("slow down for a host that answers ever more slowly", () => {
    let state = say(UNUSED, { how: "well", latencyMs: 100 }, 1e12);
    state = say(state, { how: "well", latencyMs: 900 }, 1e12 + 1);
    expect(state.speed).toBe(1);
    state = say(state, { how: "well", latencyMs: 5000 }, 1e12 + 2);
    expect(state.speed).toBe(0.75);
  });

  it("open the breaker after five bad answers, let one request look, and close it when that went well", () => {
    let [state, now] = [UNUSED, 1e12];
    for (let i = 0; i < 5; i++) {
      now = Math.max(now, state.restUntil);
      state = say(state, { how: "failed" }, now);
    }
    expect(breakerOf(state, now)).toBe("open");
    now = state.restUntil + 1;
    expect(breakerOf(state, now)).toBe("half-open");
    const first = admit([{ name: "a", rule, state }], wish("first"), now);
    const looking = first.admitted ? (first.states[0] as BudgetState) : state;
    expect(admit([{ name: "a", rule, state: looking }], wish("second"), now)).toMatchObject({ admitted: false });
    expect(breakerOf(afterReply(looking, "first", well, now, now), now)).toBe("closed");
  });

  it("find a limit that nobody told within a minute, and then hear 429 less than once in 200 answers", () => {
    const budget: Budget = { name: "host:a", rule, state: UNUSED };
    const [seen, heard]: [number[], { at: number; bad: boolean }[]] = [[], []];
    for (let now = 1e12; now < 1e12 + 600_000; ) {
      const admission = admit([budget], wish("v"), now);
      if (!admission.admitted) throw new Error("no turn");
      now += admission.waitMs;
      // the host bears 20 in any second, of the 50 that the rule would allow
      const bad = seen.filter((at) => at > now - 1000).length >= 20;
      if (!bad) seen.push(now);
      if (seen.length > 100) seen.splice(0, 50);
      budget.state = afterReply(
        admission.states[0] as BudgetState,
        "v",
        bad ? { how: "throttled" } : well,
        now,
        now + 5,
      );
      heard.push({ at: now, bad });
    }
    const settled = heard.filter(({ at }) => at > 1e12 + 60_000);
    expect(settled.filter(({ bad }) => bad).length / settled.length).toBeLessThan(0.005);
    expect(settled.length / 540).toBeGreaterThan(13);
  });
});
