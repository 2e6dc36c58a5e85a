import type { Sql } from "@anyone/domain/transaction";
import { countOpen } from "../review-slots.ts";
import { type ReviewPurpose, SEEN_BEFORE } from "../review-tasks.ts";
import { type PageRequest, read, readPage } from "./page.ts";

export interface IterationRow {
  number: number;
  protocolId: string;
  evaluationSetId: string | null;
  trigger: string;
  state: string;
  policy: unknown;
  asked: number[];
  settled: number[];
  labellerBefore: string | null;
  labellerAfter: string | null;
  humanAnswers: number;
  scores: unknown;
  stopReason: string | null;
  openedAt: string;
  closedAt: string | null;
  tasks: Record<string, number>;
}

export interface ReviewTaskListRow {
  id: string;
  iteration: number;
  assetId: string;
  purpose: ReviewPurpose;
  categories: number[];
  blind: boolean;
  state: string;
  reviewer: string | null;
  leaseUntil: string | null;
  doneAt: string | null;
}

export interface Progress {
  open: number;
  forOthers: number;
  leased: number;
  done: number;
  mine: number;
  mineToday: number;
  iteration: { number: number; state: string } | null;
}

/** The iterations, latest first; one of them when `number` is given. Human answers are counted from their rows. */
export function readIterations(sql: Sql, number?: number): Promise<IterationRow[]> {
  return read(
    sql,
    `select i.number, i.protocol_id as "protocolId", i.evaluation_set_id as "evaluationSetId", i.trigger, i.state,
            i.policy, i.asked, i.settled, i.labeller_before as "labellerBefore", i.labeller_after as "labellerAfter",
            (select count(*)::int from human_answers h where h.iteration = i.number and h.carried_from is null and h.value <> -1) as "humanAnswers",
            i.scores, i.stop_reason as "stopReason", i.opened_at as "openedAt", i.closed_at as "closedAt",
            coalesce((select jsonb_object_agg(state, n) from (
              select state, count(*)::int as n from review_tasks t where t.iteration = i.number group by 1) g), '{}')
              as tasks
       from iterations i where $1::int is null or i.number = $1 order by i.number desc`,
    [number ?? null],
  );
}

const TASK = `select t.id, t.iteration, t.asset_id as "assetId", t.purpose, t.categories, t.blind, t.state, t.reviewer,
  t.lease_until as "leaseUntil", t.done_at as "doneAt" from review_tasks t`;

/** Review tasks, latest first. */
export function listReviewTasks(sql: Sql, filter: { state?: string; iteration?: number }, page: PageRequest) {
  const where = [
    { sql: "t.state = ?", value: filter.state },
    { sql: "t.iteration = ?", value: filter.iteration },
  ];
  return readPage<ReviewTaskListRow>(sql, { select: TASK, where, moment: "t.created_at", id: "t.id" }, page);
}

/** Rows of `human_answers` that somebody gave here: not copied from an older protocol, nor out of a file, nor taking one back. */
const GIVEN_HERE = "carried_from is null and purpose <> 'import' and value <> -1";

/** What waits for people, and what this reviewer has answered. */
export async function readProgress(sql: Sql, reviewer: string): Promise<Progress> {
  const rows = await read<Progress>(
    sql,
    `select (select count(*)::int from review_tasks where state = 'open') as open,
            (select count(*)::int from review_tasks t
              where state = 'open' and purpose in ('evaluation', 'tie-break') and ${SEEN_BEFORE}) as "forOthers",
            (select count(*)::int from review_tasks where state = 'leased') as leased,
            (select count(*)::int from review_tasks where state = 'done') as done,
            (select count(*)::int from human_answers where reviewer = $1 and ${GIVEN_HERE}) as mine,
            (select count(*)::int from human_answers
              where reviewer = $1 and ${GIVEN_HERE} and created_at > date_trunc('day', now())) as "mineToday",
            (select jsonb_build_object('number', number, 'state', state) from iterations
              order by number desc limit 1) as iteration`,
    [reviewer],
  );
  return rows[0] as Progress;
}

/** Counting the open slots of a category stops here: a chooser says "1000+", and looks at no millions. */
const COUNTED = 1_000;

/** No protocol has more categories; each costs one look at an index. */
const MOST_CATEGORIES = 256;

/** What waits per category, of those that have open slots or that this reviewer has answered; by number. */
export function readQuestions(sql: Sql, reviewer: string): Promise<{ category: number; open: number; mine: number }[]> {
  return read(
    sql,
    `with mine as (select category, count(*)::int as n from human_answers where reviewer = $1 and ${GIVEN_HERE} group by 1)
     select c::int as category, waits.open, coalesce(mine.n, 0) as mine
       from generate_series(1, ${MOST_CATEGORIES}) as c
       cross join lateral (${countOpen(String(COUNTED))}) as waits
       left join mine on mine.category = c
      where waits.open > 0 or mine.n > 0 order by c`,
    [reviewer],
  );
}
