import { random } from "../../../packages/domain/src/random.ts";
import { type FetchFailure, retryDelay } from "../../../packages/domain/src/source/candidate.ts";
import { FETCH_CHUNK } from "../../../packages/domain/src/source/crawl.ts";
import { afterReply, type Reply } from "../../../packages/domain/src/source/politeness.ts";
import {
  admit,
  type BudgetRule,
  type BudgetState,
  UNUSED,
} from "../../../packages/domain/src/source/request-budget.ts";

/** As the crawler has them: tasks under way in a process, requests in flight of a task, patience, and what a request may last. */
const TASKS_AT_ONCE = 6;
const REQUESTS_AT_ONCE = 8;
const PATIENCE_MS = 20_000;
const HOLD_MS = 35_000;
/** Share of requests that fail for a moment, and of those whose picture is gone. */
const FAILING = 0.01;
const GONE = 0.15;
/** One host bears only this many requests a second, and answers 429 to what is more. */
const BEARS_PER_SECOND = 0.5;

export interface TrafficOptions {
  processes: number;
  hosts: number;
  hours: number;
  rule: BudgetRule;
}

export interface Traffic {
  requests: number;
  /** Pictures fetched, candidates that ended without one, and answers of 429. */
  fetched: number;
  gone: number;
  throttled: number;
  /** Times that the budgets were asked, that a request was put off for its host's turn was too far, and candidates that ended by being put off too often. */
  asked: number;
  putOff: number;
  lost: number;
  /** Most requests that any host got in a window of `rateWindowMs`, over what its rule allows there. */
  worstRate: number;
  /** Least time between two requests to one host, and most requests in flight at one host. */
  leastGapMs: number;
  mostInFlight: number;
  fetchedPerSecond: number;
}

interface Host {
  state: BudgetState;
  left: number[];
  inFlight: number;
  latencyMs: number;
  fragile: boolean;
}

/** Those of one process who want one host stand in line: only the first of them asks. */
type Line = ((now: number) => void)[];

interface Task {
  process: number;
  items: number[];
  attempt: number;
  under: number;
  later: { host: number; ms: number }[];
}

/**
 * Virtual time: every request passes the budgets' own rules, on one clock as in the database; latencies, failures and gone pictures are drawn.
 * Candidates come in chunks as a crawl hands them out, each on a host by chance; there is always another chunk.
 */
export function simulateTraffic({ processes, hosts: hostCount, hours, rule }: TrafficOptions): Traffic {
  const chance = random("traffic");
  const hosts: Host[] = Array.from({ length: hostCount }, (_, i) => ({
    state: UNUSED,
    left: [],
    inFlight: 0,
    latencyMs: 150 + 1_200 * chance(),
    fragile: i === 0,
  }));
  const end = hours * 3_600_000;
  const events = new Agenda();
  const later: Agenda = new Agenda();
  const told: Traffic = {
    requests: 0,
    fetched: 0,
    gone: 0,
    throttled: 0,
    asked: 0,
    putOff: 0,
    lost: 0,
    worstRate: 0,
    leastGapMs: Number.POSITIVE_INFINITY,
    mostInFlight: 0,
    fetchedPerSecond: 0,
  };
  let visits = 0;

  const lines: Line[][] = Array.from({ length: processes }, () => hosts.map(() => []));

  const take = (process: number, now: number): Task => {
    const due = later.nextBefore(now) as Task | undefined;
    if (due) return { ...due, process };
    const items = Array.from({ length: FETCH_CHUNK }, () => Math.floor(chance() * hostCount));
    return { process, items, attempt: 1, under: 0, later: [] };
  };
  const begin = (process: number, now: number) => {
    const task = take(process, now);
    for (let i = 0; i < REQUESTS_AT_ONCE; i++) proceed(task, now);
  };
  /** The task's next candidate, or its end once none is under way: what is to come again comes as a later task. */
  const proceed = (task: Task, now: number) => {
    const item = task.items.pop();
    if (item !== undefined) {
      task.under++;
      const line = (lines[task.process] as Line[])[item] as Line;
      if (line.push((first) => enter(task, item, first, first)) === 1) line[0]?.(now);
    } else if (task.under === 0) {
      if (task.later.length > 0) {
        const items = task.later.map(({ host }) => host);
        const again: Task = { process: task.process, items, attempt: task.attempt + 1, under: 0, later: [] };
        later.add(now + Math.max(...task.later.map(({ ms }) => ms)), again);
      }
      task.under = -1; // several of its places see the end; one begins the next
      begin(task.process, now);
    }
  };
  const nextInLine = (process: number, host: number, now: number) => {
    const line = (lines[process] as Line[])[host] as Line;
    line.shift();
    line[0]?.(now);
  };
  const settle = (
    task: Task,
    host: number,
    reason: FetchFailure | undefined,
    waitMs: number | undefined,
    now: number,
    impatient = false,
  ) => {
    task.under--;
    const again = reason === undefined ? undefined : retryDelay(reason, task.attempt, waitMs);
    if (reason === undefined) told.fetched++;
    else if (again === undefined && impatient) told.lost++;
    else if (again === undefined) told.gone++;
    else task.later.push({ host, ms: again });
    proceed(task, now);
  };
  const enter = (task: Task, number: number, since: number, now: number) => {
    const host = hosts[number] as Host;
    const visit = String(visits++);
    told.asked++;
    const booked = admit(
      [{ name: "", rule, state: host.state }],
      { visit, patienceMs: PATIENCE_MS, holdMs: HOLD_MS },
      now,
    );
    if (booked.admitted) {
      host.state = booked.states[0] as BudgetState;
      events.add(now + booked.waitMs, () => leave(task, number, visit, now + booked.waitMs));
      nextInLine(task.process, number, now);
    } else if ("fullForMs" in booked && now - since <= PATIENCE_MS) {
      const again = now + booked.fullForMs * (1 + chance() / 4);
      events.add(again, () => enter(task, number, since, again));
    } else {
      told.putOff++;
      const farMs = "tooFarMs" in booked ? booked.tooFarMs : Math.max(booked.fullForMs, 1000);
      nextInLine(task.process, number, now);
      settle(task, number, "rate-limited", farMs, now, true);
    }
  };
  const leave = (task: Task, number: number, visit: string, leftAt: number) => {
    const host = hosts[number] as Host;
    told.requests++;
    told.leastGapMs = Math.min(told.leastGapMs, leftAt - (host.left.at(-1) ?? Number.NEGATIVE_INFINITY));
    host.left.push(leftAt);
    told.mostInFlight = Math.max(told.mostInFlight, ++host.inFlight);
    const refuses = host.fragile && (host.left.at(-2) ?? 0) > leftAt - 1000 / BEARS_PER_SECOND;
    const latencyMs = host.latencyMs * (0.6 + 0.8 * chance());
    const [fails, gone] = [chance() < FAILING, chance() < GONE];
    const reply: Reply = refuses ? { how: "throttled" } : fails ? { how: "failed" } : { how: "well", latencyMs };
    const back = leftAt + latencyMs;
    events.add(back, () => {
      host.inFlight--;
      host.state = afterReply(host.state, visit, reply, leftAt, back);
      if (refuses) told.throttled++;
      const reason = refuses ? "rate-limited" : fails ? "server-error" : gone ? "not-found" : undefined;
      settle(task, number, reason, undefined, back);
    });
  };

  for (let slot = 0; slot < processes * TASKS_AT_ONCE; slot++) events.add(slot, () => begin(slot % processes, slot));
  for (let event = events.nextBefore(end); event; event = events.nextBefore(end)) (event as () => void)();
  for (const host of hosts) told.worstRate = Math.max(told.worstRate, worstRate(host.left, rule));
  told.fetchedPerSecond = told.fetched / (end / 1000);
  return told;
}

/** Most requests in any minute, over those that the rule allows: at most 1. */
function worstRate(left: readonly number[], { burst, intervalMs }: BudgetRule): number {
  const windowMs = 60_000;
  let [most, from] = [0, 0];
  for (const [i, at] of left.entries()) {
    while ((left[from] as number) <= at - windowMs) from++;
    most = Math.max(most, i - from + 1);
  }
  return most / (burst + windowMs / intervalMs);
}

/** What is to happen, the earliest first: a binary heap. */
class Agenda {
  readonly #heap: { at: number; what: unknown }[] = [];

  add(at: number, what: unknown): void {
    const heap = this.#heap;
    let i = heap.push({ at, what }) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if ((heap[parent] as { at: number }).at <= at) break;
      [heap[i], heap[parent]] = [heap[parent] as never, heap[i] as never];
      i = parent;
    }
  }

  nextBefore(end: number): unknown {
    const heap = this.#heap;
    const first = heap[0];
    if (!first || first.at > end) return undefined;
    const last = heap.pop() as { at: number; what: unknown };
    if (heap.length === 0) return first.what;
    heap[0] = last;
    for (let i = 0; ; ) {
      let least = 2 * i + 1;
      if (least >= heap.length) break;
      if (least + 1 < heap.length && (heap[least + 1] as { at: number }).at < (heap[least] as { at: number }).at)
        least++;
      if ((heap[least] as { at: number }).at >= last.at) break;
      [heap[i], heap[least]] = [heap[least] as never, heap[i] as never];
      i = least;
    }
    return first.what;
  }
}
