import { randomUUID } from "node:crypto";
import { fault } from "@anyone/domain/fault";
import { CrawlId, SourceId } from "@anyone/domain/ids";
import type { Aim } from "@anyone/domain/source/aim";
import type { Crawl, CrawlState, CrawlTrigger, Progress } from "@anyone/domain/source/crawl";
import { crawlRefusal } from "@anyone/domain/source/permission";
import type { Sql, Transaction } from "@anyone/domain/transaction";
import { readGrants } from "./grants.ts";

export interface CrawlStart {
  sourceId: SourceId;
  /** Most new candidates. */
  target: number;
  /** Accepted images wanted; without it, as many as the candidates give. */
  wanted?: number | undefined;
  /** Searched for in place of the source's own text. Such a crawl goes on where the source's last one for the same words stopped. */
  query?: string | undefined;
  /** What it is aimed at, as the pool stood when it was planned. */
  plan?: Aim | undefined;
  trigger: CrawlTrigger;
  /** The reason, in a sentence for people. */
  why: string;
}

/**
 * Opens a crawl where the source's last one stopped. The caller writes the task `source.discover { crawlId, page: 0 }` in
 * the same transaction. Faults: `not-found`, `conflict` when the source is disabled, is being crawled, or may not be: by its terms and grants.
 */
export async function startCrawl(tx: Transaction, start: CrawlStart): Promise<CrawlId> {
  const { sourceId, target, wanted = null, query = null, plan = null, trigger, why } = start;
  const [source] = await tx.query<{ enabled: boolean; cursor: string | null; kind: string }>(
    "SELECT enabled, cursor, connector AS kind FROM sources WHERE id = $1 FOR UPDATE",
    [sourceId],
  );
  if (!source) throw fault("not-found", `There is no source "${sourceId}".`);
  if (!source.enabled) throw fault("conflict", `The source "${sourceId}" is disabled.`, { hint: "Enable it first." });
  const refusal = crawlRefusal({ sourceId, kind: source.kind, grants: await readGrants(tx, { sourceId }) });
  if (refusal) throw refusal;
  // Asked once the lock is held: a statement that waited for it would still see the crawls from before its wait.
  const [open] = await tx.query<{ id: string; state: CrawlState }>(
    `SELECT id, state FROM crawls WHERE source_id = $1 AND ${LISTING} LIMIT 1`,
    [sourceId],
  );
  if (open?.state === "paused") {
    const hint = `Go on with it: anyone crawl resume ${open.id}; or give it up: anyone crawl cancel ${open.id}.`;
    throw fault("conflict", `A crawl of the source "${sourceId}" is paused.`, { hint });
  }
  if (open) {
    const hint = `Wait for it, or end it: anyone crawl cancel ${open.id}.`;
    throw fault("conflict", `The source "${sourceId}" is being crawled.`, { hint });
  }
  const cursor = query === null ? source.cursor : await cursorOf(tx, sourceId, query);
  const id = CrawlId.parse(randomUUID());
  await tx.query(
    `INSERT INTO crawls (id, source_id, trigger, why, target, wanted, query, plan, cursor) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [id, sourceId, trigger, why, target, wanted, query, plan === null ? null : JSON.stringify(plan), cursor],
  );
  if (query === null) await tx.query("UPDATE sources SET exhausted_at = NULL WHERE id = $1", [sourceId]);
  return id;
}

/** Crawls that have not listed to their end, running or paused. */
const LISTING = "(state = 'running' OR state = 'paused' AND paused_from = 'running')";

/** Where the source's last crawl for these words stopped; from the start where it came to their end. */
async function cursorOf(tx: Transaction, sourceId: SourceId, query: string): Promise<string | null> {
  const [last] = await tx.query<{ cursor: string | null }>(
    `SELECT CASE WHEN stop_reason IS DISTINCT FROM 'source-exhausted' THEN cursor END AS cursor FROM crawls
     WHERE source_id = $1 AND query = $2 ORDER BY started_at DESC LIMIT 1`,
    [sourceId, query],
  );
  return last?.cursor ?? null;
}

export interface PageRecord {
  crawlId: CrawlId;
  /** The turn that the page's task was written in. */
  turn: number;
  /** The page just listed; must be the one the crawl waits for. */
  page: number;
  listed: number;
  found: number;
  cursor: string | null;
  end?: { state: CrawlState; stopReason: string } | undefined;
}

/**
 * Moves a crawl on by one page, and its source's cursor with it.
 * @returns whether the crawl goes on: one that was paused meanwhile keeps the page and waits
 * @throws Fault `conflict` when that page was recorded before or the crawl has ended or was resumed since: the page's transaction is undone
 */
export async function recordPage(tx: Transaction, record: PageRecord): Promise<{ goesOn: boolean }> {
  const { crawlId, turn, page, listed, found, cursor, end } = record;
  const [crawl] = await tx.query<{ source_id: string; state: CrawlState; query: string | null }>(
    `UPDATE crawls SET pages = pages + 1, listed = listed + $3, found = found + $4, cursor = $5, stop_reason = $7,
       state = CASE WHEN state = 'paused' THEN state ELSE coalesce($6, state) END,
       paused_from = CASE WHEN state = 'paused' THEN coalesce($6, paused_from) END,
       finished_at = CASE WHEN $6::text IS NULL THEN NULL ELSE clock_timestamp() END
     WHERE id = $1 AND pages = $2 AND turn = $8 AND ${LISTING} RETURNING source_id, state, query`,
    [crawlId, page, listed, found, cursor, end?.state ?? null, end?.stopReason ?? null, turn],
  );
  if (!crawl) throw fault("conflict", `Page ${page} of crawl ${crawlId} was recorded before, or the crawl has ended.`);
  const exhausted = end?.stopReason === "source-exhausted";
  if (crawl.query === null) {
    await tx.query(
      "UPDATE sources SET cursor = $2, exhausted_at = CASE WHEN $3 THEN clock_timestamp() END WHERE id = $1",
      [crawl.source_id, exhausted ? null : cursor, exhausted],
    );
  }
  return { goesOn: crawl.state !== "paused" };
}

/** Ends running crawls: `stopped` by the pool's watch, `failed` by what a source answered, `done` at their bound. Returns those it ended. */
export async function endCrawls(
  tx: Transaction,
  ids: readonly CrawlId[],
  end: { state: "done" | "stopped" | "failed"; stopReason: string },
): Promise<CrawlId[]> {
  const rows = await tx.query<{ id: string }>(
    `UPDATE crawls SET state = $2, stop_reason = $3, finished_at = clock_timestamp()
     WHERE id = ANY($1::text[]) AND state = 'running' RETURNING id`,
    [ids, end.state, end.stopReason],
  );
  return rows.map((row) => CrawlId.parse(row.id));
}

export interface CrawlRepository {
  /** Fault `not-found` when there is none. */
  get(id: CrawlId): Promise<Crawl>;
  running(): Promise<Crawl[]>;
  /** How far it is, by its candidates. */
  progress(id: CrawlId): Promise<Progress>;
}

export function crawlRepository(db: Sql): CrawlRepository {
  return {
    async get(id) {
      const [row] = await db.query<CrawlRow>(`${SELECT} WHERE id = $1`, [id]);
      if (!row) throw fault("not-found", `There is no crawl "${id}".`);
      return fromRow(row);
    },

    async running() {
      return (await db.query<CrawlRow>(`${SELECT} WHERE state = 'running' ORDER BY started_at`)).map(fromRow);
    },

    async progress(id) {
      const [row] = await db.query<Progress>(
        `SELECT count(*) FILTER (WHERE status IN ('listed', 'fetched'))::int AS "inFlight",
           count(*) FILTER (WHERE status = 'kept')::int AS kept,
           count(*) FILTER (WHERE status IN ('dropped', 'failed'))::int AS lost FROM candidates WHERE crawl_id = $1`,
        [id],
      );
      return row ?? { inFlight: 0, kept: 0, lost: 0 };
    },
  };
}

type CrawlRow = Omit<Crawl, "sourceId" | "id" | "stopReason"> & {
  id: string;
  source_id: string;
  stop_reason: string | null;
};

const SELECT =
  "SELECT id, source_id, trigger, why, state, target, wanted, query, turn, found, pages, cursor, stop_reason FROM crawls";

function fromRow({ source_id, stop_reason, ...row }: CrawlRow): Crawl {
  return { ...row, id: CrawlId.parse(row.id), sourceId: SourceId.parse(source_id), stopReason: stop_reason };
}
