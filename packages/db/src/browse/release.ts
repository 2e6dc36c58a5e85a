import type { Sql } from "@anyone/domain/transaction";
import { type Page, type PageRequest, read } from "./page.ts";

export interface VersionRow {
  number: number;
  name: string;
  state: string;
  protocolId: string;
  labellerId: string | null;
  seed: number;
  policy: unknown;
  manifestKey: string | null;
  manifestSha256: string | null;
  counts: Record<string, unknown>;
  createdAt: string;
  releasedAt: string | null;
  items: number;
  shards: {
    number: number;
    split: string;
    state: string;
    sha256: string | null;
    bytes: number | null;
    count: number;
  }[];
}

export interface ItemRow {
  assetId: string;
  split: string;
  shard: number;
  record: unknown;
}

/** The dataset versions with their shards, latest first; one of them when `number` is given. */
export function readVersions(sql: Sql, number?: number): Promise<VersionRow[]> {
  return read(
    sql,
    `select v.number, v.name, v.state, v.protocol_id as "protocolId", v.labeller_id as "labellerId", v.seed, v.policy,
            v.manifest_key as "manifestKey", v.manifest_sha256 as "manifestSha256", v.counts,
            v.created_at as "createdAt", v.released_at as "releasedAt",
            (select count(*)::int from dataset_items i where i.version = v.number) as items,
            coalesce((select jsonb_agg(jsonb_build_object('number', s.number, 'split', s.split, 'state', s.state,
                        'sha256', s.sha256, 'bytes', s.bytes, 'count', s.count) order by s.number)
                        from shards s where s.version = v.number), '[]') as shards
       from dataset_versions v where $1::int is null or v.number = $1 order by v.number desc`,
    [number ?? null],
  );
}

/** The items of a version by asset id; the cursor is the last id of the page before. */
export async function listItems(
  sql: Sql,
  version: number,
  filter: { split?: string | undefined },
  page: PageRequest,
): Promise<Page<ItemRow>> {
  const rows = await read<ItemRow>(
    sql,
    `select asset_id as "assetId", split, shard, record from dataset_items
      where version = $1 and ($2::text is null or split = $2) and ($3::text is null or asset_id > $3)
      order by asset_id limit $4`,
    [version, filter.split ?? null, page.cursor ?? null, page.limit + 1],
  );
  const items = rows.slice(0, page.limit);
  return { items, nextCursor: rows.length > page.limit ? (items.at(-1)?.assetId ?? null) : null };
}

export async function shardObject(sql: Sql, version: number, shard: number): Promise<string | undefined> {
  const rows = await read<{ key: string }>(
    sql,
    "select key from shards where version = $1 and number = $2 and key is not null",
    [version, shard],
  );
  return rows[0]?.key;
}

export interface Difference {
  added: number;
  removed: number;
  changed: number;
  unchanged: number;
  moved: number;
  examples: { added: string[]; removed: string[]; changed: string[] };
}

/** What changed from one version to another: by asset id, then by the frozen record and the split. */
export async function diffVersions(sql: Sql, from: number, to: number): Promise<Difference> {
  const rows = await read<{
    kind: "added" | "removed" | "changed" | "same";
    moved: number;
    count: number;
    some: string[];
  }>(
    sql,
    `select kind, count(*)::int as count, (count(*) filter (where moved))::int as moved,
            (array_agg(id order by id))[1:12] as some
       from (
         select coalesce(b.asset_id, a.asset_id) as id,
                case when a.asset_id is null then 'added' when b.asset_id is null then 'removed'
                     when a.record is distinct from b.record then 'changed' else 'same' end as kind,
                (a.split is not null and b.split is not null and a.split <> b.split) as moved
           from (select * from dataset_items where version = $1) a
           full join (select * from dataset_items where version = $2) b on a.asset_id = b.asset_id
       ) d group by kind`,
    [from, to],
  );
  const of = (kind: string) => rows.find((row) => row.kind === kind);
  return {
    added: of("added")?.count ?? 0,
    removed: of("removed")?.count ?? 0,
    changed: of("changed")?.count ?? 0,
    unchanged: of("same")?.count ?? 0,
    moved: rows.reduce((sum, row) => sum + row.moved, 0),
    examples: {
      added: of("added")?.some ?? [],
      removed: of("removed")?.some ?? [],
      changed: of("changed")?.some ?? [],
    },
  };
}
