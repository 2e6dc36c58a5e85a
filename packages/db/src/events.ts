import type { Sql, Transaction } from "@anyone/domain/transaction";
import { type Page, type PageRequest, read } from "./browse/page.ts";

export interface EventRow {
  id: number;
  at: string;
  stage: string;
  kind: string;
  text: string;
  data: unknown;
}

const EVENT = "select id::float8 as id, at, stage, kind, text, data from events";

/** Records a notable fact beside the rows that made it: never one per image. */
export async function recordEvent(
  tx: Transaction,
  event: { stage: string; kind: string; text: string; data?: Record<string, unknown> },
): Promise<void> {
  await tx.query("insert into events (stage, kind, text, data) values ($1, $2, $3, $4)", [
    event.stage,
    event.kind,
    event.text,
    JSON.stringify(event.data ?? {}),
  ]);
}

/** Events after `id` in ascending order. */
export function eventsAfter(sql: Sql, id: number, limit: number): Promise<EventRow[]> {
  return read(sql, `${EVENT} where id > $1 order by id limit $2`, [id, limit]);
}

/** The id of the latest event, 0 when there is none. */
export async function latestEvent(sql: Sql): Promise<number> {
  const [row] = await read<{ id: number }>(sql, "select coalesce(max(id), 0)::float8 as id from events");
  return row?.id ?? 0;
}

/** What happened last, latest first; the cursor is the last id of the page before. */
export async function listEvents(
  sql: Sql,
  filter: { stage?: string | undefined },
  page: PageRequest,
): Promise<Page<EventRow>> {
  const before = page.cursor !== undefined && /^\d{1,15}$/.test(page.cursor) ? Number(page.cursor) : null;
  const rows = await read<EventRow>(
    sql,
    `${EVENT} where ($1::bigint is null or id < $1) and ($2::text is null or stage = $2) order by id desc limit $3`,
    [before, filter.stage ?? null, page.limit + 1],
  );
  const items = rows.slice(0, page.limit);
  return { items, nextCursor: rows.length > page.limit ? String(items.at(-1)?.id) : null };
}
