import { STAGES, type Stage } from "@anyone/domain/flywheel";
import type { Sql } from "@anyone/domain/transaction";
import { read } from "./browse/page.ts";

export interface StageView {
  stage: Stage;
  tasks: { ready: number; leased: number; done: number; dead: number; oldestReadySeconds: number };
  unit: string;
  lastMinute: number;
  lastHour: number;
  counts: { name: string; count: number }[];
  reasons: { reason: string; count: number }[];
}

export interface Overview {
  at: string;
  stages: StageView[];
  turn: {
    iteration: { number: number; state: string } | null;
    version: { number: number; name: string; state: string } | null;
    labeller: { id: string; tier: string } | null;
    checkpoint: { id: string; step: number } | null;
  };
}

/** The seven stages as one picture. Counts are of rows, so they are the truth, not what some process remembers. */
export async function readOverview(sql: Sql): Promise<Overview> {
  const [tasks, views, turn] = await Promise.all([
    read<StageView["tasks"] & { stage: Stage }>(sql, TASKS),
    Promise.all(STAGES.map((stage) => read<{ view: Omit<StageView, "stage" | "tasks"> }>(sql, VIEWS[stage]))),
    read<Overview["turn"] & { at: string }>(sql, TURN),
  ]);
  const stages = STAGES.map((stage, index): StageView => {
    const found = tasks.find((row) => row.stage === stage);
    return {
      stage,
      tasks: {
        ready: found?.ready ?? 0,
        leased: found?.leased ?? 0,
        done: found?.done ?? 0,
        dead: found?.dead ?? 0,
        oldestReadySeconds: found?.oldestReadySeconds ?? 0,
      },
      ...(views[index]?.[0]?.view as Omit<StageView, "stage" | "tasks">),
    };
  });
  const [now] = turn as [Overview["turn"] & { at: string }];
  const { at, ...rest } = now;
  return { at, stages, turn: rest };
}

const TASKS = `
  select stage, (count(*) filter (where state = 'ready'))::int as ready,
         (count(*) filter (where state = 'leased'))::int as leased,
         (count(*) filter (where state = 'done'))::int as done,
         (count(*) filter (where state = 'dead'))::int as dead,
         coalesce(extract(epoch from now() - min(next_at) filter (where state = 'ready' and next_at <= now())), 0)::float8
           as "oldestReadySeconds"
    from tasks group by stage`;

const TURN = `
  select now() as at,
         (select jsonb_build_object('number', number, 'state', state) from iterations order by number desc limit 1) as iteration,
         (select jsonb_build_object('number', number, 'name', name, 'state', state) from dataset_versions
           order by number desc limit 1) as version,
         (select jsonb_build_object('id', id, 'tier', tier) from labellers where promoted_at is not null
           order by promoted_at desc limit 1) as labeller,
         (select jsonb_build_object('id', c.id, 'step', c.step) from checkpoints c join runs r on r.id = c.run_id
           where r.kind = 'diffusion' and c.promoted_at is not null order by c.promoted_at desc limit 1) as checkpoint`;

interface Parts {
  unit: string;
  /** Rows of `moments(at)`: when each item went through. */
  moments: string;
  /** Pairs of a name and SQL that counts. */
  counts: readonly (readonly [string, string])[];
  /** Rows of `(reason, count)`. */
  reasons?: string;
}

function view({ unit, moments, counts, reasons }: Parts): string {
  const named = counts.map(([name, count]) => `jsonb_build_object('name', '${name}', 'count', (${count}))`);
  return `
    select jsonb_build_object(
      'unit', '${unit}',
      'lastMinute', (select count(*) from (${moments}) m where m.at > now() - interval '1 minute'),
      'lastHour', (select count(*) from (${moments}) m where m.at > now() - interval '1 hour'),
      'counts', jsonb_build_array(${named.join(", ")}),
      'reasons', ${
        reasons
          ? `coalesce((select jsonb_agg(jsonb_build_object('reason', reason, 'count', count) order by count desc)
              from (${reasons} order by 2 desc limit 12) r), '[]')`
          : "'[]'::jsonb"
      }) as view`;
}

const candidates = (status: string) => `select count(*) from candidates where status = '${status}'`;
const rows = (table: string, where = "true") => `select count(*) from ${table} where ${where}`;

const VIEWS: Readonly<Record<Stage, string>> = {
  source: view({
    unit: "candidates fetched",
    moments: "select fetched_at as at from candidates",
    counts: [
      ["sources", rows("sources", "enabled")],
      ["crawls running", rows("crawls", "state = 'running'")],
      ["listed", candidates("listed")],
      ["fetched", rows("candidates", "fetched_at is not null and status <> 'failed'")],
      ["failed", candidates("failed")],
    ],
    reasons:
      "select coalesce(reason, 'unknown') as reason, count(*) as count from candidates where status = 'failed' group by 1",
  }),
  filter: view({
    unit: "candidates judged",
    moments: "select filtered_at as at from candidates",
    counts: [
      ["waiting", candidates("fetched")],
      ["kept", candidates("kept")],
      ["dropped", candidates("dropped")],
      ["pool", rows("pool")],
    ],
    reasons:
      "select coalesce(reason, 'unknown') as reason, count(*) as count from candidates where status = 'dropped' group by 1",
  }),
  annotate: view({
    unit: "assets answered",
    moments: "select answered_at as at from answers",
    counts: [
      ["pool", rows("pool")],
      ["answered", rows("answers")],
      ["not yet", "select count(*) from pool a where not exists (select 1 from answers n where n.asset_id = a.id)"],
      ["labellers", rows("labellers")],
    ],
  }),
  review: view({
    unit: "human answers",
    moments: "select created_at as at from human_answers",
    counts: [
      ["open", rows("review_tasks", "state = 'open'")],
      ["leased", rows("review_tasks", "state = 'leased'")],
      ["done", rows("review_tasks", "state = 'done'")],
      ["human answers", rows("human_answers")],
      ["iterations", rows("iterations")],
    ],
    reasons:
      "select coalesce(stop_reason, 'open') as reason, count(*) as count from iterations where stop_reason is not null group by 1",
  }),
  release: view({
    unit: "versions released",
    moments: "select released_at as at from dataset_versions",
    counts: [
      ["released", rows("dataset_versions", "state = 'released'")],
      ["cutting", rows("dataset_versions", "state = 'cutting'")],
      [
        "items in the latest",
        "select count(*) from dataset_items where version = (select max(number) from dataset_versions)",
      ],
      ["shards", rows("shards", "state = 'written'")],
    ],
  }),
  train: view({
    unit: "runs finished",
    moments: "select finished_at as at from runs where kind <> 'evaluation'",
    counts: [
      ["waiting", rows("runs", "state = 'waiting' and kind <> 'evaluation'")],
      ["running", rows("runs", "state = 'leased' and kind <> 'evaluation'")],
      ["done", rows("runs", "state = 'done' and kind <> 'evaluation'")],
      ["failed", rows("runs", "state = 'failed' and kind <> 'evaluation'")],
      ["checkpoints", rows("checkpoints")],
    ],
    reasons:
      "select coalesce(reason, 'unknown') as reason, count(*) as count from runs where state = 'failed' and kind <> 'evaluation' group by 1",
  }),
  evaluate: view({
    unit: "reports finished",
    moments: "select finished_at as at from reports",
    counts: [
      ["waiting", rows("reports", "state = 'waiting'")],
      ["reports", rows("reports", "state = 'done'")],
      ["measured", rows("metrics", "state = 'measured'")],
      ["unavailable", rows("metrics", "state = 'unavailable'")],
      ["promoted", rows("promotions", "promoted")],
    ],
  }),
};
