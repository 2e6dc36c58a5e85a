import { randomUUID } from "node:crypto";
import { fault } from "@anyone/domain/fault";
import { CrawlId, SourceId } from "@anyone/domain/ids";
import type { Crawl, CrawlState, CrawlTrigger } from "@anyone/domain/source/crawl";
import { crawlRefusal } from "@anyone/domain/source/permission";
import type { Sql, Transaction } from "@anyone/domain/transaction";
import { readGrants } from "./grants.ts";

export interface CrawlStart {
  sourceId: SourceId;
  /** New candidates wanted. */
  target: number;
  trigger: CrawlTrigger;
  /** The reason, in a sentence for people. */
  why: string;
}

/**
 * Opens a crawl where the source's last one stopped. The caller writes the task `source.discover { crawlId, page: 0 }` in
 * the same transaction. Faults: `not-found`, `conflict` when the source is disabled, is being crawled, or may not be: by its terms and grants.
 */
export async function startCrawl(tx: Transaction, { sourceId, target, trigger, why }: CrawlStart): Promise<CrawlId> {
  const [source] = await tx.query<{ enabled: boolean; cursor: string | null; kind: string }>(
    "SELECT enabled, cursor, connector AS kind FROM sources WHERE id = $1 FOR UPDATE",
    [sourceId],
  );
  if (!source) throw fault("not-found", `There is no source "${sourceId}".`);
  if (!source.enabled) throw fault("conflict", `The source "${sourceId}" is disabled.`, { hint: "Enable it first." });
  const refusal = crawlRefusal({ sourceId, kind: source.kind, grants: await readGrants(tx, { sourceId }) });
  if (refusal) throw refusal;
  // Asked once the lock is held: a statement that waited for it would still see the crawls from before its wait.
  const running = await tx.query("SELECT FROM crawls WHERE source_id = $1 AND state = 'running'", [sourceId]);
  if (running.length > 0) {
    throw fault("conflict", `The source "${sourceId}" is being crawled.`, { hint: "Wait for that crawl or stop it." });
  }
  const id = CrawlId.parse(randomUUID());
  await tx.query("INSERT INTO crawls (id, source_id, trigger, why, target, cursor) VALUES ($1, $2, $3, $4, $5, $6)", [
    id,
    sourceId,
    trigger,
    why,
    target,
    source.cursor,
  ]);
  await tx.query("UPDATE sources SET exhausted_at = NULL WHERE id = $1", [sourceId]);
  return id;
}

export interface PageRecord {
  crawlId: CrawlId;
  /** The page just listed; must be the one the crawl waits for. */
  page: number;
  listed: number;
  found: number;
  cursor: string | null;
  end?: { state: CrawlState; stopReason: string } | undefined;
}

/**
 * Moves a crawl on by one page, and its source's cursor with it.
 * @throws Fault `conflict` when that page was recorded before or the crawl has ended: the page's transaction is undone
 */
export async function recordPage(tx: Transaction, record: PageRecord): Promise<void> {
  const { crawlId, page, listed, found, cursor, end } = record;
  const [crawl] = await tx.query<{ source_id: string }>(
    `UPDATE crawls SET pages = pages + 1, listed = listed + $3, found = found + $4, cursor = $5,
       state = coalesce($6, state), stop_reason = $7, finished_at = CASE WHEN $6::text IS NULL THEN NULL ELSE clock_timestamp() END
     WHERE id = $1 AND pages = $2 AND state = 'running' RETURNING source_id`,
    [crawlId, page, listed, found, cursor, end?.state ?? null, end?.stopReason ?? null],
  );
  if (!crawl) throw fault("conflict", `Page ${page} of crawl ${crawlId} was recorded before, or the crawl has ended.`);
  const exhausted = end?.stopReason === "source-exhausted";
  await tx.query(
    "UPDATE sources SET cursor = $2, exhausted_at = CASE WHEN $3 THEN clock_timestamp() END WHERE id = $1",
    [crawl.source_id, exhausted ? null : cursor, exhausted],
  );
}

/** Ends running crawls: `stopped` by a person or the pool's watch, `failed` by what a source answered. Returns those it ended. */
export async function endCrawls(
  tx: Transaction,
  ids: readonly CrawlId[],
  end: { state: "stopped" | "failed"; stopReason: string },
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
  };
}

type CrawlRow = Omit<Crawl, "sourceId" | "id" | "stopReason"> & {
  id: string;
  source_id: string;
  stop_reason: string | null;
};

const SELECT = "SELECT id, source_id, trigger, why, state, target, found, pages, cursor, stop_reason FROM crawls";

function fromRow({ source_id, stop_reason, ...row }: CrawlRow): Crawl {
  return { ...row, id: CrawlId.parse(row.id), sourceId: SourceId.parse(source_id), stopReason: stop_reason };
}
