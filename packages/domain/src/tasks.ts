import type { Stage } from "./flywheel.ts";
import type { Transaction } from "./transaction.ts";

/**
 * The port to the table of tasks: one row is one chunk of one stage's work, and that row is the truth about it.
 * A queue only says "look at this row". Every clock in here is the database's.
 *
 *     ready --claim--> leased --settle--> done | dead | ready (again, later)
 *       ^                 |
 *       +--lease expired--+
 */
export interface TaskStore {
  /** Writes tasks beside the business rows that cause them. A task whose id exists already is left as it is. Returns the ids that are new. */
  add(tx: Transaction, tasks: readonly NextTask[]): Promise<string[]>;
  /** Marks ready tasks as dispatched (epoch + 1), most urgent first, at most as many per stage as there is room for. */
  dispatch(room: ReadonlyMap<Stage, number>): Promise<Dispatch[]>;
  /** Takes the lease of every named task that is free (fence + 1, attempts + 1). What is missing from the answer belongs to somebody else. */
  claim(ids: readonly string[]): Promise<ClaimedTask[]>;
  /** Extends the leases still held; returns the ids of those. */
  extend(leases: readonly Lease[]): Promise<Set<string>>;
  /** Ends several tasks in one transaction, each under its own fence; one that fails does not disturb the others. */
  settle(settlements: readonly Settlement[]): Promise<Settled[]>;
  /** Makes tasks with an expired lease ready again; returns how many per stage. */
  expireLeases(): Promise<Map<Stage, number>>;
  /** Ready tasks that were dispatched more than `olderThanSeconds` ago and not claimed since, oldest first. */
  unclaimed(olderThanSeconds: number, limit: number): Promise<Dispatch[]>;
  /** Forgets the dispatch of tasks that are still ready at this epoch, so that they are dispatched again. Returns how many. */
  redispatch(lost: readonly Dispatch[]): Promise<number>;
  /** The operator's retry: dead tasks become ready with their attempts forgotten. Returns how many. */
  retryDead(which: { ids: readonly string[] } | { stage: Stage }): Promise<number>;
  /**
   * Forgets tasks of these stages that were done longer than `olderThanDays` ago, at most `limit` of them; dead ones stay
   * until somebody has seen to them. Returns how many.
   */
  prune(stages: readonly Stage[], olderThanDays: number, limit: number): Promise<number>;
  /** Seconds the oldest ready task of these stages has been due, 0 when none is. */
  oldestReady(stages: readonly Stage[]): Promise<number>;
  /** Counts and ages per stage. */
  counts(): Promise<StageCounts[]>;
  /** Calls back when tasks became ready. A hint: it may be lost, polling is the truth. Returns how to stop listening. */
  onReady(listener: () => void): () => Promise<void>;
}

/** A task to be written: made by `next()` from a job's declaration. */
export interface NextTask {
  /** `<job name>:<key>`; the same work always has the same id. */
  id: string;
  /** `<stage>.<verb-noun>` */
  name: string;
  stage: Stage;
  payload: Record<string, unknown>;
  /** Higher is sooner; 0 is usual. */
  priority: number;
  /** Not dispatched before this moment. */
  notBefore?: Date | undefined;
  /** Seconds a lease lasts without a heartbeat. */
  leaseSeconds: number;
  /** W3C trace context of the work that caused this task. */
  traceparent?: string | undefined;
}

export interface Dispatch {
  id: string;
  stage: Stage;
  epoch: number;
  priority: number;
}

export interface Lease {
  id: string;
  fence: number;
}

export interface ClaimedTask extends Lease {
  name: string;
  stage: Stage;
  payload: unknown;
  /** Claims so far, this one included. */
  attempts: number;
  leaseSeconds: number;
  traceparent: string | null;
}

/** How a leased task ends. */
export type Settlement = Lease & Ending;

export type Ending =
  | { end: "done"; write?: ((tx: Transaction) => Promise<void>) | undefined; next: readonly NextTask[] }
  | { end: "skipped"; reason: string }
  /** Tried and failed: ready again after a while. */
  | { end: "retry"; reason: string; delaySeconds: number }
  /** Not tried: ready again after a while, and the attempt is given back. */
  | { end: "postponed"; reason: string; delaySeconds: number }
  | { end: "dead"; reason: string }
  /** Replaced by smaller tasks; `attempts` is what each of these starts with. */
  | { end: "split"; reason: string; parts: readonly { payload: Record<string, unknown>; attempts: number }[] };

export type Settled =
  | { id: string; result: "committed" }
  /** The lease had gone to somebody else: nothing of this settlement was written. */
  | { id: string; result: "fenced" }
  /** Its own writes failed and were rolled back; the lease is still held. */
  | { id: string; result: "failed"; error: unknown };

export interface StageCounts {
  stage: Stage;
  ready: number;
  leased: number;
  done: number;
  dead: number;
  /** Seconds the oldest ready task has been due, 0 when none is. */
  oldestReadySeconds: number;
}
