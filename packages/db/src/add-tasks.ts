import type { NextTask } from "@anyone/domain/tasks";
import type { Transaction } from "@anyone/domain/transaction";

/** The channel on which a commit tells dispatchers that tasks became ready. */
export const CHANNEL = "anyone_tasks";

/** Writes tasks inside the transaction that causes them; those whose id exists are left as they are. Returns the new ids. */
export async function addTasks(tx: Transaction, tasks: readonly NextTask[]): Promise<string[]> {
  if (tasks.length === 0) return [];
  const rows = await tx.query<{ id: string }>(
    `WITH added AS (
       INSERT INTO tasks (id, name, stage, payload, priority, lease_seconds, next_at, traceparent)
       SELECT id, name, stage, payload::jsonb, priority, lease_seconds, coalesce(not_before, clock_timestamp()), traceparent
         FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::int[], $6::int[], $7::timestamptz[], $8::text[])
           AS new (id, name, stage, payload, priority, lease_seconds, not_before, traceparent)
        ORDER BY id
       ON CONFLICT (id) DO NOTHING
       RETURNING id)
     SELECT id, pg_notify('${CHANNEL}', '') FROM added`,
    [
      tasks.map((task) => task.id),
      tasks.map((task) => task.name),
      tasks.map((task) => task.stage),
      tasks.map((task) => JSON.stringify(task.payload)),
      tasks.map((task) => task.priority),
      tasks.map((task) => task.leaseSeconds),
      tasks.map((task) => task.notBefore ?? null),
      tasks.map((task) => task.traceparent ?? null),
    ],
  );
  return rows.map((row) => row.id);
}
