import { fault } from "@anyone/domain/fault";
import { SourceId } from "@anyone/domain/ids";
import type { Grant, GrantState, NewGrant } from "@anyone/domain/source/grant";
import type { SourceUse } from "@anyone/domain/source/terms";
import type { Sql } from "@anyone/domain/transaction";
import { read } from "./browse/page.ts";

/** A grant with who recorded it and, if so, who revoked it, and when. */
export interface RecordedGrant extends Grant {
  recordedBy: string;
  recordedAt: string;
  revokedBy: string | null;
  revokedAt: string | null;
}

type GrantRow = Omit<RecordedGrant, "sourceId" | "state" | "uses"> & {
  sourceId: string;
  state: GrantState;
  uses: SourceUse[];
};

const GRANT = `select id, source_id as "sourceId", granted_by as "grantedBy", uses, to_char(until, 'YYYY-MM-DD') as until, document,
  recorded_by as "recordedBy", recorded_at as "recordedAt", revoked_by as "revokedBy", revoked_at as "revokedAt",
  case when revoked_at is not null then 'revoked'
       when until < (clock_timestamp() at time zone 'UTC')::date then 'expired' else 'in-force' end as state
  from grants`;

/** All grants ever recorded, latest first: those of one source, or of all. Whether one holds is told by PostgreSQL's clock. */
export async function readGrants(sql: Sql, filter: { sourceId?: string | undefined } = {}): Promise<RecordedGrant[]> {
  const rows = await read<GrantRow>(sql, `${GRANT} where $1::text is null or source_id = $1 order by id desc`, [
    filter.sourceId ?? null,
  ]);
  return rows.map((row) => ({ ...row, sourceId: SourceId.parse(row.sourceId) }));
}

/** All grants ever recorded, by the source they are for. */
export async function grantsBySource(sql: Sql): Promise<ReadonlyMap<string, RecordedGrant[]>> {
  return Map.groupBy(await readGrants(sql), ({ sourceId }) => sourceId as string);
}

/** Records a grant and returns it. The source must exist; a day that is over is refused. */
export async function recordGrant(sql: Sql, { sourceId, grantedBy, uses, until, document }: NewGrant, by: string) {
  const known = await sql.query("select from sources where id = $1", [sourceId]);
  if (known.length === 0) {
    throw fault("not-found", `There is no source "${sourceId}".`, { hint: "Add it first: PUT /v1/sources/:id." });
  }
  const [row] = await sql.query<{ id: number }>(
    `insert into grants (source_id, granted_by, uses, until, document, recorded_by)
     select $1, $2, $3, $4, $5, $6 where $4::date is null or $4::date >= (clock_timestamp() at time zone 'UTC')::date
     returning id`,
    [sourceId, grantedBy, uses, until, document, by],
  );
  if (!row) {
    throw fault("bad-input", `The grant's last day, ${until}, is over.`, { hint: "Record one that still holds." });
  }
  return grantOf(await readGrants(sql, { sourceId }), row.id);
}

/** Revokes a grant from now on. Faults: `not-found`; `conflict` when it was revoked before. */
export async function revokeGrant(sql: Sql, id: number, by: string): Promise<RecordedGrant> {
  const revoked = await sql.query(
    "update grants set revoked_by = $2, revoked_at = clock_timestamp() where id = $1 and revoked_at is null returning id",
    [id, by],
  );
  const grant = grantOf(await readGrants(sql), id);
  if (revoked.length === 0) throw fault("conflict", `Grant ${id} was revoked by ${grant.revokedBy} before.`);
  return grant;
}

function grantOf(grants: readonly RecordedGrant[], id: number): RecordedGrant {
  const grant = grants.find((one) => one.id === id);
  if (!grant) throw fault("not-found", `There is no grant ${id}.`);
  return grant;
}
