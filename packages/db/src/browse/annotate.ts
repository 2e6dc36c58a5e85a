import type { Sql } from "@anyone/domain/transaction";
import { type ReviewFlagRow, reviewFlags } from "../review-flags.ts";
import { read } from "./page.ts";

export interface ProtocolRow {
  id: string;
  sha256: string;
  createdAt: string;
  usedAt: string | null;
  usedBy: string | null;
  inUse: boolean;
}

export interface LabellerRow {
  id: string;
  number: number;
  protocolId: string;
  model: string;
  tier: string;
  sha256: string | null;
  iteration: number | null;
  trainedOn: number;
  facts: unknown;
  createdAt: string;
  promotedAt: string | null;
  current: boolean;
  assets: number;
}

/** The order in which protocols come into question for use: the first is in use. As `protocolRepository.newest` has it. */
const IN_USE_FIRST = "order by used_at desc nulls last, created_at desc, id desc";
const SUMMARY = `id, sha256, created_at as "createdAt", used_at as "usedAt", used_by as "usedBy",
  id = (select id from protocols ${IN_USE_FIRST} limit 1) as "inUse"`;

/** The label protocols that were loaded, the one in use first. */
export function listProtocols(sql: Sql): Promise<ProtocolRow[]> {
  return read(sql, `select ${SUMMARY} from protocols ${IN_USE_FIRST}`);
}

/** One protocol with its document; the one in use for `current`. */
export async function readProtocol(
  sql: Sql,
  id: string,
): Promise<(ProtocolRow & { content: Record<string, unknown> }) | undefined> {
  const rows = await read<ProtocolRow & { content: Record<string, unknown> }>(
    sql,
    `select ${SUMMARY}, content from protocols where $1 = 'current' or id = $1 ${IN_USE_FIRST} limit 1`,
    [id],
  );
  return rows[0];
}

/** The versions of the labeller; the one promoted last is `current`. */
export function listLabellers(sql: Sql): Promise<LabellerRow[]> {
  return read(
    sql,
    `select l.id, l.number, l.protocol_id as "protocolId", l.model, l.tier, l.sha256, l.iteration,
            l.trained_on as "trainedOn", l.facts, l.created_at as "createdAt", l.promoted_at as "promotedAt",
            (l.promoted_at is not null and l.promoted_at = max(l.promoted_at) over ()) as current,
            coalesce(n.assets, 0) as assets
       from labellers l
       left join (select labeller, count(distinct asset_id)::int as assets from answers group by 1) n on n.labeller = l.number
      order by l.number desc`,
  );
}

const GIVERS = ["nobody", "model", "person"] as const;
export type GiverName = (typeof GIVERS)[number];

export interface AssetAnswersRow {
  protocolId: string | null;
  labeller: { id: string; model: string; tier: string } | null;
  answeredAt: string | null;
  answers: { category: number; value: number; confidence: number; giver: GiverName }[];
  human: HumanAnswerRow[];
  flags: ReviewFlagRow[];
}

interface HumanAnswerRow {
  category: number;
  value: number;
  text: string | null;
  reviewer: string;
  iteration: number;
  purpose: string;
  milliseconds: number | null;
  createdAt: string;
}

/** The answers of one asset under the latest protocol that answered it, and what people said under it. */
export async function readAnswers(sql: Sql, assetId: string): Promise<AssetAnswersRow> {
  const [packed] = await read<{
    protocolId: string;
    value: number[];
    confidence: number[];
    giver: number[];
    answeredAt: string;
    labeller: AssetAnswersRow["labeller"];
  }>(
    sql,
    `select n.protocol_id as "protocolId", n.value, n.confidence, n.giver, n.answered_at as "answeredAt",
            case when l.id is null then null
                 else jsonb_build_object('id', l.id, 'model', l.model, 'tier', l.tier) end as labeller
       from answers n left join labellers l on l.number = n.labeller
      where n.asset_id = $1 order by n.answered_at desc limit 1`,
    [assetId],
  );
  const human = await read<HumanAnswerRow>(
    sql,
    `select category, value, text, reviewer, iteration, purpose, milliseconds, created_at as "createdAt"
       from human_answers where asset_id = $1 and ($2::text is null or protocol_id = $2) order by category, id`,
    [assetId, packed?.protocolId ?? null],
  );
  const flags = await reviewFlags.about(sql, assetId);
  if (!packed) return { protocolId: null, labeller: null, answeredAt: null, answers: [], human, flags };
  return {
    protocolId: packed.protocolId,
    labeller: packed.labeller,
    answeredAt: packed.answeredAt,
    answers: packed.value.map((value, index) => ({
      category: index + 1,
      value,
      confidence: (packed.confidence[index] ?? 0) / 1000,
      giver: GIVERS[packed.giver[index] ?? 0] ?? "nobody",
    })),
    human,
    flags,
  };
}

/** How often each answer of one category (1-based) of the protocol in use stands in the pool; at most 200 values. */
export function answerDistribution(
  sql: Sql,
  category: number,
): Promise<{ value: number; giver: GiverName; count: number; confidence: number }[]> {
  return read(
    sql,
    `select value[$1]::int as value, (array['nobody', 'model', 'person'])[giver[$1] + 1] as giver,
            count(*)::int as count, avg(confidence[$1])::float8 / 1000 as confidence
       from answers where value[$1] is not null and giver[$1] between 0 and 2
        and protocol_id = (select id from protocols ${IN_USE_FIRST} limit 1)
      group by 1, 2 order by 3 desc limit 200`,
    [category],
  );
}
