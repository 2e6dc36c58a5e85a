import { GIVER } from "@anyone/domain/annotate/answer";
import type { Drawable } from "@anyone/domain/review/evaluation-set";
import type { IterationFacts } from "@anyone/domain/review/iteration";
import type { ReviewPolicy } from "@anyone/domain/review/policy";
import { type Doubted, type Drawn, RARE_BELOW, type Taken } from "@anyone/domain/review/sample";
import type { Sql } from "@anyone/domain/transaction";
import { evaluationSets } from "./evaluation-sets.ts";
import type { Iteration } from "./iterations.ts";

/** Enough to know an option's share of one in fifty to a tenth of itself. */
const COUNTED = 20_000;

/** Doubt about one answer, in per mille. */
const DOUBT: Record<ReviewPolicy["doubt"], string> = {
  margin: "(1000 - coalesce(w.margin[c], w.confidence[c]))",
  entropy: "coalesce(w.entropy[c], 1000 - w.confidence[c])",
  confidence: "(1000 - w.confidence[c])",
};

/** What a tick of an iteration looks at, read from the truth in one query per question. */
export const iterationFacts = {
  async read(sql: Sql, iteration: Iteration): Promise<IterationFacts> {
    const { number, state, policy, protocolId } = iteration;
    // only drawing asks how large the pool is, and only whether it is large enough
    const frozen = state !== "sampling" || (await evaluationSets.current(sql, protocolId)) !== undefined;
    const needed = frozen ? 1 : policy.evaluationSize + policy.sampleSize;
    const [row] = await sql.query<Omit<IterationFacts, "state" | "poolReady" | "unanswered"> & { groups: number }>(
      FACTS,
      [number, needed, protocolId],
    );
    const { groups, ...facts } = row as NonNullable<typeof row>;
    const unanswered = (await this.unanswered(sql, iteration, 1)).length;
    return { ...facts, state, poolReady: groups >= needed, unanswered };
  },

  /**
   * Assets that the wanted labeller was not asked about yet and whose answers are not its own: of the evaluation set while
   * annotating, of the pool while spreading, and while sampling after an operator's choice; none in other states. It is asked
   * in the order of their ids, once about each: what it would say alike stays another's, and a broken image holds nothing up.
   */
  async unanswered(sql: Sql, iteration: Iteration, limit: number) {
    const { state, protocolId, evaluationSetId, askedTo } = iteration;
    const labeller = await wantedLabeller(sql, iteration);
    if (labeller === null) return [];
    const rows = await sql.query<{ id: string }>(
      `SELECT a.id FROM assets a
         LEFT JOIN answers w ON w.asset_id = a.id AND w.protocol_id = $1
        WHERE w.labeller IS DISTINCT FROM (SELECT number FROM labellers WHERE id = $2)
          AND CASE WHEN $3::text IS NULL THEN EXISTS (SELECT FROM pool WHERE pool.id = a.id)
                ELSE EXISTS (SELECT 1 FROM evaluation_items e WHERE e.set_id = $3 AND e.asset_id = a.id) END
          AND a.id > $4
        ORDER BY a.id LIMIT $5`,
      [protocolId, labeller, state === "annotating" ? evaluationSetId : null, askedTo, limit],
    );
    return rows.map(({ id }) => id);
  },

  /** The pool's answered assets, and how many of them stand as this labeller answered them; the others it answered alike. */
  async spread(sql: Sql, { protocolId, labellerAfter }: Iteration): Promise<{ answered: number; anew: number }> {
    const [row] = await sql.query<{ answered: number; anew: number }>(
      `SELECT count(*)::int AS answered,
              count(*) FILTER (WHERE w.labeller = (SELECT number FROM labellers WHERE id = $2))::int AS anew
         FROM pool a JOIN answers w ON w.asset_id = a.id AND w.protocol_id = $1`,
      [protocolId, labellerAfter],
    );
    return row ?? { answered: 0, anew: 0 };
  },

  /** The labeller that an iteration's learning made. */
  async labellerOf(sql: Sql, iteration: number): Promise<string | null> {
    const [row] = await sql.query<{ id: string }>(
      `SELECT id FROM labellers WHERE iteration = $1 ORDER BY number DESC LIMIT 1`,
      [iteration],
    );
    return row?.id ?? null;
  },

  /**
   * Every asset of the pool with the labeller's mean doubt about the asked categories, by the policy's measure (by the
   * confidence where no more is known), 1 where it has not answered, and the rarest option it gave of those that fewer than `RARE_BELOW` of the answered assets have. How often an option stands
   * is counted over at most `COUNTED` assets, the first in the order of their ids, which are hashes.
   */
  async pool(
    sql: Sql,
    protocolId: string,
    asked: readonly number[],
    measure: ReviewPolicy["doubt"],
  ): Promise<Doubted[]> {
    return sql.query<Doubted>(
      `WITH few AS (SELECT w.value, w.giver FROM pool a JOIN answers w ON w.asset_id = a.id AND w.protocol_id = $1
                     ORDER BY a.id LIMIT ${COUNTED}),
            options AS (SELECT c, few.value[c] AS value, count(*) AS n FROM few, unnest($2::int[]) AS c
                         WHERE few.giver[c] = 1 AND few.value[c] >= 0 GROUP BY 1, 2),
            rare AS (SELECT c, value, n FROM options WHERE n < $3::float8 * (SELECT count(*) FROM few))
       SELECT a.id AS "assetId", a.group_id AS "groupId", a.person_key AS "personKey", coalesce((
                SELECT avg(${DOUBT[measure]}::float8 / 1000) FROM unnest($2::int[]) AS asked (c) WHERE w.giver[c] = 1
              ), 1)::float8 AS doubt,
              (SELECT c || ':' || rare.value FROM rare WHERE w.giver[c] = 1 AND w.value[c] = rare.value
                ORDER BY n, c, rare.value LIMIT 1) AS rare
         FROM pool a LEFT JOIN answers w ON w.asset_id = a.id AND w.protocol_id = $1
        ORDER BY a.id`,
      [protocolId, asked, RARE_BELOW],
    );
  },

  /** Assets of the evaluation sets, in the groups of when they were frozen and of now, and of every sample so far. */
  async taken(sql: Sql): Promise<Taken> {
    const [evaluated, sampled] = await Promise.all([
      sql.query<Drawable>(
        `SELECT e.asset_id AS "assetId", e.group_id AS "groupId", a.person_key AS "personKey"
           FROM evaluation_items e LEFT JOIN assets a ON a.id = e.asset_id
         UNION SELECT a.id, a.group_id, a.person_key FROM evaluation_items e JOIN assets a ON a.id = e.asset_id`,
      ),
      sql.query<Drawable>(
        `SELECT DISTINCT a.id AS "assetId", a.group_id AS "groupId", a.person_key AS "personKey"
           FROM samples s JOIN assets a ON a.id = s.asset_id`,
      ),
    ]);
    return { evaluated, sampled };
  },

  /** Assets of which files say all that is asked: no sample asks it again. */
  fromFiles(sql: Sql, protocolId: string, asked: readonly number[]): Promise<Drawable[]> {
    return sql.query<Drawable>(`SELECT asset_id AS "assetId", group_id AS "groupId" FROM (${FROM_FILES}) AS said`, [
      protocolId,
      asked,
    ]);
  },

  /** How many near-duplicate groups are left to sample, and how many assets the pool holds. */
  async left(sql: Sql, protocolId: string, asked: readonly number[]): Promise<{ groups: number; pool: number }> {
    const [row] = await sql.query<{ groups: number; pool: number }>(
      `SELECT (SELECT count(DISTINCT group_id)::int FROM pool WHERE group_id NOT IN (
                 SELECT a.group_id FROM evaluation_kin k JOIN assets a ON a.id = k.asset_id
                 UNION SELECT a.group_id FROM samples s JOIN assets a ON a.id = s.asset_id
                 UNION SELECT group_id FROM (${FROM_FILES}) AS said)) AS groups,
              (SELECT count(*)::int FROM pool) AS pool`,
      [protocolId, asked],
    );
    return row ?? { groups: 0, pool: 0 };
  },

  async recordSample(sql: Sql, iteration: number, drawn: readonly Drawn[]) {
    await sql.query(
      `INSERT INTO samples (iteration, asset_id, probability, uniform)
       SELECT $1, * FROM unnest($2::text[], $3::real[], $4::boolean[]) ON CONFLICT DO NOTHING`,
      [
        iteration,
        drawn.map(({ assetId }) => assetId),
        drawn.map(({ probability }) => probability),
        drawn.map(({ uniform }) => uniform),
      ],
    );
  },

  /** The labeller's own packed answers about assets, with its confidence per mille; what a person gave is not among them. */
  async labellerAnswers(
    sql: Sql,
    protocolId: string,
    assetIds: readonly string[],
  ): Promise<Map<string, { value: number[]; confidence: number[] }>> {
    const rows = await sql.query<{ id: string; value: number[]; confidence: number[]; giver: number[] }>(
      `SELECT asset_id AS id, value, confidence, giver FROM answers WHERE protocol_id = $1 AND asset_id = ANY ($2::text[])`,
      [protocolId, assetIds],
    );
    return new Map(
      rows.map(({ id, value, confidence, giver }) => [
        id,
        { value: value.map((packed, place) => (giver[place] === 1 ? packed : -1)), confidence },
      ]),
    );
  },
};

const FROM_FILES = `
  SELECT a.id AS asset_id, a.group_id FROM answers w JOIN assets a ON a.id = w.asset_id
   WHERE w.protocol_id = $1 AND EXISTS (SELECT FROM human_answers h WHERE h.asset_id = a.id AND h.purpose = 'import')
     AND EXISTS (SELECT FROM unnest($2::int[]) AS c WHERE w.giver[c] = ${GIVER.person})
     AND NOT EXISTS (SELECT FROM unnest($2::int[]) AS c WHERE w.giver[c] = ${GIVER.model})`;

async function wantedLabeller(sql: Sql, { state, labellerBefore, labellerAfter }: Iteration): Promise<string | null> {
  if (state === "annotating" || state === "spreading") return labellerAfter;
  if (state !== "sampling" || labellerBefore === null) return null;
  // one that won its iteration has answered the pool by then
  const [last] = await sql.query<{ rule: string }>(
    `SELECT rule FROM promotions WHERE slot = 'vlm' AND promoted AND subject = $1 ORDER BY decided_at DESC LIMIT 1`,
    [labellerBefore],
  );
  return last?.rule === "operator@1" ? labellerBefore : null;
}

const FACTS = `
  SELECT (SELECT count(*)::int FROM (SELECT FROM review_tasks WHERE iteration = $1 AND state IN ('open', 'leased') LIMIT 10000) AS some_pages) AS "openTasks",
         (SELECT count(*)::int FROM (
            (SELECT FROM standing_answers WHERE iteration = $1 AND purpose = 'sample' AND carried_from IS NULL LIMIT 1)
            UNION ALL (SELECT FROM teaching_answers WHERE protocol_id = $3 AND imported_at > coalesce(
              (SELECT max(created_at) FROM labellers WHERE protocol_id = $3 AND iteration IS NOT NULL), '-infinity') LIMIT 1)
          ) AS any_answer) AS learnable,
         EXISTS (SELECT 1 FROM labellers WHERE iteration = $1) AS learned,
         coalesce((SELECT coalesce(reason, state) FROM runs
                    WHERE kind = 'labeller' AND iteration = $1 AND state IN ('failed', 'cancelled') LIMIT 1),
                  (SELECT reason FROM tasks WHERE id = 'train.fine-tune-labeller:' || $1 AND state = 'dead'))
           AS "learningFailed",
         (SELECT count(*)::int FROM tasks WHERE stage = 'annotate' AND state IN ('ready', 'leased')
             AND name = 'annotate.assets' AND (payload ->> 'iteration')::int = $1) AS "openAnnotateTasks",
         (SELECT count(*)::int FROM (SELECT DISTINCT group_id FROM pool LIMIT $2) AS few) AS groups`;
