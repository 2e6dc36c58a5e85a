import { fault } from "@anyone/domain/fault";
import { CandidateId, type CrawlId } from "@anyone/domain/ids";
import type { CrawlState, Resumed } from "@anyone/domain/source/crawl";
import type { Sql, Transaction } from "@anyone/domain/transaction";

interface Held {
  state: CrawlState;
  paused_from: CrawlState | null;
  turn: number;
  pages: number;
  /** Whether candidates wait to be fetched. */
  waiting: boolean;
}

/**
 * Pauses a crawl: nothing more of it is listed or fetched until it is resumed. What is under way is finished and kept. One that has
 * listed to its end can still be paused while candidates wait to be fetched.
 * @throws Fault `not-found`; `conflict` when there is nothing to pause
 */
export async function pauseCrawl(tx: Transaction, id: CrawlId): Promise<void> {
  const crawl = await hold(tx, id);
  if (crawl.state === "paused") throw fault("conflict", "The crawl is paused already.");
  if (!isOpen(crawl)) throw fault("conflict", `The crawl has nothing left to pause: it is ${crawl.state}.`);
  await tx.query("UPDATE crawls SET state = 'paused', paused_from = state WHERE id = $1", [id]);
}

/**
 * Lets a paused crawl go on where it stood. The caller writes the tasks of what is returned in the same transaction: those of the turn before
 * have ended or do nothing more.
 * @throws Fault `not-found`; `conflict` when it is not paused
 */
export async function resumeCrawl(tx: Transaction, id: CrawlId): Promise<Resumed> {
  const crawl = await hold(tx, id);
  if (crawl.state !== "paused") throw fault("conflict", `The crawl is not paused: it is ${crawl.state}.`);
  await tx.query("UPDATE crawls SET state = paused_from, paused_from = NULL, turn = turn + 1 WHERE id = $1", [id]);
  const rows = await tx.query<{ id: string }>(
    "SELECT id FROM candidates WHERE crawl_id = $1 AND status = 'listed' ORDER BY listed_at, id",
    [id],
  );
  return {
    page: crawl.paused_from === "running" ? crawl.pages : undefined,
    turn: crawl.turn + 1,
    waiting: rows.map((row) => CandidateId.parse(row.id)),
  };
}

/**
 * Ends a crawl for good: what it listed and did not fetch is given up, what it fetched still gets its verdict.
 * @returns how many candidates were given up
 * @throws Fault `not-found`; `conflict` when there is nothing left to cancel
 */
export async function cancelCrawl(tx: Transaction, id: CrawlId, stopReason: string): Promise<number> {
  const crawl = await hold(tx, id);
  if (crawl.state !== "paused" && !isOpen(crawl)) {
    throw fault("conflict", `The crawl has nothing left to cancel: it is ${crawl.state}.`);
  }
  await tx.query(
    `UPDATE crawls SET state = 'cancelled', paused_from = NULL, stop_reason = $2, finished_at = clock_timestamp() WHERE id = $1`,
    [id, stopReason],
  );
  // In one order, as everybody who locks several candidates does.
  const given = await tx.query(
    `UPDATE candidates SET status = 'failed', reason = 'cancelled', fetched_at = clock_timestamp()
     WHERE id IN (SELECT id FROM candidates WHERE crawl_id = $1 AND status = 'listed' ORDER BY id FOR UPDATE) RETURNING id`,
    [id],
  );
  return given.length;
}

/** Whether a listed candidate may be fetched by a task of this crawl and turn: not once the crawl was paused, cancelled or resumed since. */
export async function mayFetch(db: Sql, id: CandidateId, of: { crawlId: CrawlId; turn: number }): Promise<boolean> {
  const rows = await db.query(
    `SELECT FROM candidates JOIN crawls ON crawls.id = crawl_id
     WHERE candidates.id = $1 AND status = 'listed' AND crawl_id = $2 AND turn = $3 AND state NOT IN ('paused', 'cancelled')`,
    [id, of.crawlId, of.turn],
  );
  return rows.length > 0;
}

/** Keeps a crawl from being paused, resumed or cancelled until the transaction ends. */
export async function shareCrawl(tx: Transaction, id: CrawlId): Promise<void> {
  await tx.query("SELECT FROM crawls WHERE id = $1 FOR KEY SHARE", [id]);
}

async function hold(tx: Transaction, id: CrawlId): Promise<Held> {
  const [crawl] = await tx.query<Omit<Held, "waiting">>(
    "SELECT state, paused_from, turn, pages FROM crawls WHERE id = $1 FOR UPDATE",
    [id],
  );
  if (!crawl) throw fault("not-found", `There is no crawl "${id}".`, { hint: "anyone crawl list shows them." });
  const waiting = await tx.query("SELECT FROM candidates WHERE crawl_id = $1 AND status = 'listed' LIMIT 1", [id]);
  return { ...crawl, waiting: waiting.length > 0 };
}

function isOpen({ state, waiting }: Held): boolean {
  return state === "running" || (waiting && state !== "cancelled");
}
