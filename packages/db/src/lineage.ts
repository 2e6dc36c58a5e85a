import type { Sql } from "@anyone/domain/transaction";
import type { AssetSummaryRow } from "./browse/filter.ts";
import { read } from "./browse/page.ts";
import { reservedBy } from "./evidence.ts";

export interface Lineage {
  asset: AssetSummaryRow;
  source: { id: string; connector: string };
  crawl: { id: string; trigger: string; startedAt: string };
  candidate: {
    id: string;
    url: string;
    landingUrl: string | null;
    licence: string | null;
    author: string | null;
    sha256: string | null;
    fetchedAt: string | null;
  };
  answers: {
    protocolId: string;
    labellerId: string | null;
    tier: string | null;
    byModel: number;
    byPeople: number;
    answeredAt: string;
  }[];
  evaluationSets: string[];
  iterations: number[];
  versions: { number: number; name: string; split: string; shard: number; state: string }[];
  runs: LineageRun[];
}

interface LineageRun {
  id: string;
  kind: string;
  recipe: string;
  arm: string | null;
  version: number | null;
  state: string;
  checkpoints: { id: string; step: number; promotedAt: string | null }[];
}

/**
 * Every link from an asset's source to the checkpoints trained on it. A run counts when its version holds the asset in
 * the split it trains on; a labeller's run when people answered the asset in its iteration or before, outside the
 * evaluation set, or a file with answers about it had been imported.
 */
export async function readLineage(sql: Sql, assetId: string): Promise<Lineage | undefined> {
  const [origin] = await read<{
    asset: AssetSummaryRow;
    source: Lineage["source"];
    crawl: Lineage["crawl"];
    candidate: Lineage["candidate"];
  }>(sql, ORIGIN, [assetId]);
  if (!origin) return undefined;
  const [answers, evaluation, samples, versions, runs] = await Promise.all([
    read<Lineage["answers"][number]>(sql, ANSWERS, [assetId]),
    read<{ id: string }>(sql, `select set_id as id from evaluation_items where asset_id = $1 order by 1`, [assetId]),
    read<{ iteration: number }>(sql, `select iteration from samples where asset_id = $1 order by 1`, [assetId]),
    read<Lineage["versions"][number]>(sql, VERSIONS, [assetId]),
    read<LineageRun>(sql, RUNS, [assetId]),
  ]);
  return {
    ...origin,
    answers,
    evaluationSets: evaluation.map((row) => row.id),
    iterations: samples.map((row) => row.iteration),
    versions,
    runs,
  };
}

const UTC = `'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'`;
const moment = (column: string) => `to_char(${column} at time zone 'UTC', ${UTC})`;

const ORIGIN = `
  select jsonb_build_object('id', a.id, 'candidateId', a.candidate_id, 'sourceId', a.source_id, 'width', a.width,
           'height', a.height, 'brisque', a.brisque, 'groupId', a.group_id,
           'reservedBy', ${reservedBy("a.candidate_id")}, 'admittedAt', ${moment("a.admitted_at")}) as asset,
         jsonb_build_object('id', s.id, 'connector', s.connector) as source,
         jsonb_build_object('id', w.id, 'trigger', w.trigger, 'startedAt', ${moment("w.started_at")}) as crawl,
         jsonb_build_object('id', c.id, 'url', c.url, 'landingUrl', c.landing_url, 'licence', c.licence,
           'author', c.author, 'sha256', c.sha256, 'fetchedAt', ${moment("c.fetched_at")}) as candidate
    from assets a
    join candidates c on c.id = a.candidate_id
    join crawls w on w.id = c.crawl_id
    join sources s on s.id = c.source_id
   where a.id = $1`;

const ANSWERS = `
  select n.protocol_id as "protocolId", l.id as "labellerId", l.tier, n.answered_at as "answeredAt",
         (select count(*)::int from unnest(n.giver) g where g = 1) as "byModel",
         (select count(*)::int from unnest(n.giver) g where g = 2) as "byPeople"
    from answers n left join labellers l on l.number = n.labeller
   where n.asset_id = $1 order by n.answered_at`;

const VERSIONS = `
  select v.number, v.name, i.split, i.shard, v.state
    from dataset_items i join dataset_versions v on v.number = i.version
   where i.asset_id = $1 order by v.number`;

const RUNS = `
  select r.id, r.kind, r.recipe, r.arm, r.version, r.state,
         coalesce((select jsonb_agg(jsonb_build_object('id', c.id, 'step', c.step, 'promotedAt', ${moment("c.promoted_at")})
                     order by c.step) from checkpoints c where c.run_id = r.id), '[]') as checkpoints
    from runs r
   where (r.kind = 'diffusion' and exists (
            select 1 from dataset_items i where i.version = r.version and i.asset_id = $1 and i.split = 'train'))
      or (r.kind = 'labeller' and exists (
            select 1 from human_answers h where h.asset_id = $1 and (h.iteration <= r.iteration and h.purpose = 'sample'
               or h.imported_at <= r.created_at and not exists (select 1 from evaluation_items e where e.asset_id = $1))))
   order by r.created_at`;
