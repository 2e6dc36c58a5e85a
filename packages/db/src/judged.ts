import type { Gates } from "@anyone/domain/filter/gate";
import type { Cuts } from "@anyone/domain/filter/ranking";
import { type JudgedCandidate, storedMeasurement, storedReason } from "@anyone/domain/filter/stored";
import type { Sql } from "@anyone/domain/transaction";
import { type Page, type PageRequest, readPage } from "./browse/page.ts";
import { readCuts } from "./cuts.ts";

export interface JudgedRow {
  id: string;
  sourceId: string;
  externalId: string;
  url: string;
  status: string;
  reason: string | null;
  verdict: Record<string, unknown> | null;
  assetId: string | null;
  measures: unknown;
  models: unknown;
  viewable: boolean;
}

/** Of `candidates c left join assets a`. */
export const JUDGED_COLUMNS = `c.id, c.source_id as "sourceId", c.external_id as "externalId", c.url, c.status, c.reason, c.verdict,
  a.id as "assetId", a.measures, a.models,
  (c.object_key is not null and c.content_type in ('image/jpeg', 'image/png', 'image/webp')) as viewable`;
const JUDGED = `select ${JUDGED_COLUMNS} from candidates c left join assets a on a.candidate_id = c.id`;

/** Candidates that the filter ended, with what was measured on them, latest first. */
export async function listJudged(
  sql: Sql,
  gates: Gates,
  filter: { sourceId?: string | undefined },
  page: PageRequest,
): Promise<Page<JudgedCandidate>> {
  const where = [
    { sql: "c.status = any(?)", value: ["kept", "dropped"] },
    { sql: "c.source_id = ?", value: filter.sourceId },
  ];
  const { items, nextCursor } = await readPage<JudgedRow>(
    sql,
    { select: JUDGED, where, moment: "c.listed_at", id: "c.id" },
    page,
  );
  const cuts = await readCuts(sql, [...new Set(items.map(({ sourceId }) => sourceId))], gates);
  return { items: items.map((row) => judgedOf(row, cuts)), nextCursor };
}

const PAGE = 2_000;

/** Every candidate that the filter ended, in the order of their ids. */
export function everyJudged(sql: Sql, gates: Gates): AsyncGenerator<JudgedCandidate, void> {
  return everyEnded(sql, gates, async (after, cuts) => {
    const rows = await sql.query<JudgedRow>(`${JUDGED} ${NEXT_ENDED}`, [after]);
    return rows.map((row) => judgedOf(row, cuts));
  });
}

/** What the filter ended, of `candidates c`, over the id that is the first parameter. */
export const ENDED_AFTER = "c.status in ('kept', 'dropped') and c.id > $1";
/** The page of them that follows. */
export const NEXT_ENDED = `where ${ENDED_AFTER} order by c.id limit ${PAGE}`;

/**
 * Every candidate that the filter ended, in the order of their ids, as `nextPage` reads those over an id, with the cuts of all sources. However
 * many there are, memory holds one page.
 */
export async function* everyEnded<Ended extends { id: string }>(
  sql: Sql,
  gates: Gates,
  nextPage: (after: string, cuts: ReadonlyMap<string, Cuts>) => Promise<readonly Ended[]>,
): AsyncGenerator<Ended, void> {
  const sources = await sql.query<{ id: string }>("SELECT id FROM sources");
  const cuts = await readCuts(
    sql,
    sources.map(({ id }) => id),
    gates,
  );
  for (let last = ""; ; ) {
    const page = await nextPage(last, cuts);
    yield* page;
    if (page.length < PAGE) return;
    last = page.at(-1)?.id ?? last;
  }
}

/** A candidate as it was judged, with its source's cuts. */
export function judgedOf(row: JudgedRow, cuts: ReadonlyMap<string, Cuts>): JudgedCandidate {
  const { id, sourceId, externalId, url, assetId, viewable, verdict } = row;
  const asset = assetId === null ? null : { measures: row.measures, models: row.models };
  return {
    ...{ id, sourceId, externalId, url, assetId, viewable },
    kept: row.status === "kept",
    reason: storedReason(row.reason),
    thresholds: String(verdict?.gates ?? "unknown"),
    measured: storedMeasurement(verdict, asset),
    cuts: cuts.get(sourceId),
  };
}
