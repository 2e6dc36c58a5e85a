import type { Experience } from "@anyone/domain/source/estimate";
import type { Sql } from "@anyone/domain/transaction";
import { read } from "./page.ts";

/** Verdicts from which on a source speaks for itself; before, all sources of its kind do. */
const ENOUGH = 20;

/** How candidates of a source came off so far, or of its kind where it has few of its own. */
export async function readExperience(
  sql: Sql,
  { sourceId, kind }: { sourceId: string; kind: string },
): Promise<Experience> {
  const [row] = await read<{
    judged: number;
    kept: number;
    kindJudged: number;
    kindKept: number;
    bytes: number | null;
    kindBytes: number | null;
  }>(
    sql,
    `with c as (select source_id = $1 as own, status, reason, bytes from candidates join sources s on s.id = source_id
                 where s.connector = $2 and (status in ('kept', 'dropped') or status = 'failed' and reason <> 'cancelled'))
     select count(*) filter (where own)::int as judged, count(*) filter (where own and status = 'kept')::int as kept,
            count(*)::int as "kindJudged", count(*) filter (where status = 'kept')::int as "kindKept",
            (avg(bytes) filter (where own))::float8 as bytes, avg(bytes)::float8 as "kindBytes" from c`,
    [sourceId, kind],
  );
  if (!row || row.kindJudged === 0) return { judged: 0, kept: 0, of: "nothing", bytesPerImage: null };
  const bytesPerImage = row.bytes ?? row.kindBytes;
  if (row.judged >= ENOUGH || row.judged === row.kindJudged) {
    return { judged: row.judged, kept: row.kept, of: "source", bytesPerImage };
  }
  return { judged: row.kindJudged, kept: row.kindKept, of: "kind", bytesPerImage };
}
