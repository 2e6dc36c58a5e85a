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
  return everyEnded(sql, gates, async ({ after, upTo }, cuts) => {
    const rows = await sql.query<JudgedRow>(`${JUDGED} where ${ENDED_IN} order by c.id`, [after, upTo]);
    return rows.map((row) => judgedOf(row, cuts));
  });
}

/** Candidates by id: those over `after` up to `upTo`, or all that follow. */
export interface Range {
  after: string;
  upTo: string | null;
}

/** What the filter ended, of `candidates c`, over the id that is the first parameter. */
export const ENDED_AFTER = "c.status in ('kept', 'dropped') and c.id > $1";
/** Of them those up to the second one, if it is one. */
export const ENDED_IN = `${ENDED_AFTER} and ($2::text is null or c.id <= $2)`;

/**
 * Every candidate that the filter ended, in the order of their ids, as `readRange` reads them, with the cuts of all sources. However many there
 * are, memory holds one page. Where a page ends is asked of the index of ids alone: with a limit on what the filter ended, PostgreSQL sorts all of
 * them for every page until the table has statistics.
 */
export async function* everyEnded<Ended>(
  sql: Sql,
  gates: Gates,
  readRange: (range: Range, cuts: ReadonlyMap<string, Cuts>) => Promise<readonly Ended[]>,
): AsyncGenerator<Ended, void> {
  const sources = await sql.query<{ id: string }>("SELECT id FROM sources");
  const cuts = await readCuts(
    sql,
    sources.map(({ id }) => id),
    gates,
  );
  for (let after: string | null = ""; after !== null; ) {
    const [end]: { id: string }[] = await sql.query(
      `SELECT id FROM candidates WHERE id > $1 ORDER BY id OFFSET ${PAGE - 1} LIMIT 1`,
      [after],
    );
    const upTo: string | null = end?.id ?? null;
    yield* await readRange({ after, upTo }, cuts);
    after = upTo;
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
