import type { Stage } from "@anyone/domain/flywheel";
import type { Sql } from "@anyone/domain/transaction";
import { type PageRequest, read, readPage } from "./page.ts";

export interface TaskListRow {
  id: string;
  name: string;
  stage: Stage;
  state: "ready" | "leased" | "done" | "dead";
  priority: number;
  attempts: number;
  epoch: number;
  fence: number;
  parent: string | null;
  reason: string | null;
  payload: unknown;
  nextAt: string;
  leaseUntil: string | null;
  createdAt: string;
  startedAt: string | null;
  finishedAt: string | null;
}

export interface Movement {
  ready: number;
  leased: number;
  dead: number;
  /** Seconds the oldest ready task has been due. */
  oldestReadySeconds: number;
  /** Seconds since any task was claimed, null when none ever was. */
  lastClaimSeconds: number | null;
}

const TASK = `select t.id, t.name, t.stage, t.state, t.priority, t.attempts, t.epoch, t.fence, t.parent, t.reason,
  t.payload, t.next_at as "nextAt", t.lease_until as "leaseUntil", t.created_at as "createdAt",
  t.started_at as "startedAt", t.finished_at as "finishedAt" from tasks t`;

/** Tasks, latest first. */
export function listTasks(
  sql: Sql,
  filter: { stage?: string | undefined; state?: string | undefined; name?: string | undefined },
  page: PageRequest,
) {
  const where = [
    { sql: "t.stage = ?", value: filter.stage },
    { sql: "t.state = ?", value: filter.state },
    { sql: "t.name = ?", value: filter.name },
  ];
  return readPage<TaskListRow>(
    sql,
    { select: TASK, where, moment: "date_trunc('milliseconds', t.created_at)", id: "t.id" },
    page,
  );
}

/** Whether work waits, and whether any of it moves; only the database's clock counts. */
export async function readMovement(sql: Sql): Promise<Movement> {
  const rows = await read<Movement>(
    sql,
    `select (count(*) filter (where state = 'ready'))::int as ready,
            (count(*) filter (where state = 'leased'))::int as leased,
            (count(*) filter (where state = 'dead'))::int as dead,
            coalesce(extract(epoch from now() - min(next_at) filter (where state = 'ready' and next_at <= now())), 0)::float8
              as "oldestReadySeconds",
            extract(epoch from now() - max(started_at))::float8 as "lastClaimSeconds"
       from tasks`,
  );
  return rows[0] as Movement;
}
