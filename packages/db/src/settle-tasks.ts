import type { Settled, Settlement } from "@anyone/domain/tasks";
import type { Transaction } from "@anyone/domain/transaction";
import { addTasks } from "./add-tasks.ts";
import type { OpenDatabase } from "./client.ts";

/**
 * Ends many tasks by one commit: durable commits are what a database can do least of. Each task is still judged alone,
 * by its own fence. When the batch can't be committed as a whole (one task's writes fail, a next task can't be stored, a
 * deadlock) every task is tried alone, so only the guilty one fails.
 */
export async function settleTasks(db: OpenDatabase, settlements: readonly Settlement[]): Promise<Settled[]> {
  if (settlements.length === 0) return [];
  try {
    return await db.transaction((tx) => settleTogether(tx, settlements));
  } catch (error) {
    if (isOutOfReach(error)) throw error;
    if (settlements.length === 1) return [await settleAgain(db, settlements[0] as Settlement, error)];
  }
  const settled: Settled[] = [];
  for (const settlement of settlements) settled.push(...(await settleTasks(db, [settlement])));
  return settled;
}

const CONFLICTS = new Set(["40001", "40P01"]);

/** A conflict with a neighbour passes; every other error is the task's own. */
async function settleAgain(db: OpenDatabase, settlement: Settlement, first: unknown): Promise<Settled> {
  let error = first;
  for (let again = 0; again < 3 && CONFLICTS.has(sqlState(error)); again++) {
    try {
      const [settled] = await db.transaction((tx) => settleTogether(tx, [settlement]));
      return settled as Settled;
    } catch (another) {
      if (isOutOfReach(another)) throw another;
      error = another;
    }
  }
  return { id: settlement.id, result: "failed", error };
}

async function settleTogether(tx: Transaction, settlements: readonly Settlement[]): Promise<Settled[]> {
  const rows = await tx.query<{ id: string; state: string; fence: number }>(
    "SELECT id, state, fence FROM tasks WHERE id = ANY ($1) ORDER BY id FOR UPDATE",
    [settlements.map((settlement) => settlement.id)],
  );
  const stored = new Map(rows.map((row) => [row.id, row]));
  const settled: Settled[] = [];
  const kept: Settlement[] = [];
  for (const settlement of settlements) {
    const row = stored.get(settlement.id);
    const isOurs = row?.fence === settlement.fence;
    if (isOurs && row.state === "leased") {
      if (settlement.end === "done") await settlement.write?.(tx);
      kept.push(settlement);
    } else {
      // Ours and done: the commit arrived, its acknowledgement did not.
      settled.push({ id: settlement.id, result: isOurs && row.state === "done" ? "committed" : "fenced" });
    }
  }
  if (kept.length > 0) {
    await addTasks(
      tx,
      kept.flatMap((settlement) => (settlement.end === "done" ? settlement.next : [])),
    );
    await addParts(tx, kept);
    await endTasks(tx, kept);
  }
  return [...settled, ...kept.map(({ id }) => ({ id, result: "committed" }) as const)];
}

async function addParts(tx: Transaction, settlements: readonly Settlement[]): Promise<void> {
  const parts = settlements.flatMap((settlement) =>
    settlement.end === "split"
      ? settlement.parts.map((part, index) => ({ ...part, parent: settlement.id, id: `${settlement.id}/${index}` }))
      : [],
  );
  if (parts.length === 0) return;
  await tx.query(
    `INSERT INTO tasks (id, parent, payload, attempts, name, stage, priority, lease_seconds, traceparent, next_at)
     SELECT part.id, part.parent, part.payload::jsonb, part.attempts,
            whole.name, whole.stage, whole.priority, whole.lease_seconds, whole.traceparent, clock_timestamp()
       FROM unnest($1::text[], $2::text[], $3::text[], $4::int[]) AS part (id, parent, payload, attempts)
       JOIN tasks AS whole ON whole.id = part.parent
      ORDER BY part.id
     ON CONFLICT (id) DO NOTHING`,
    [
      parts.map((part) => part.id),
      parts.map((part) => part.parent),
      parts.map((part) => JSON.stringify(part.payload)),
      parts.map((part) => part.attempts),
    ],
  );
}

async function endTasks(tx: Transaction, settlements: readonly Settlement[]): Promise<void> {
  await tx.query(
    `UPDATE tasks
        SET state = ending.state, reason = ending.reason, lease_until = NULL,
            attempts = attempts - ending.given_back,
            next_at = CASE WHEN ending.state = 'ready' THEN clock_timestamp() + make_interval(secs => ending.delay) ELSE next_at END,
            dispatched_at = CASE WHEN ending.state = 'ready' THEN NULL ELSE dispatched_at END,
            finished_at = CASE WHEN ending.state = 'ready' THEN NULL ELSE clock_timestamp() END
       FROM unnest($1::text[], $2::text[], $3::text[], $4::float[], $5::int[]) AS ending (id, state, reason, delay, given_back)
      WHERE tasks.id = ending.id`,
    [
      settlements.map((settlement) => settlement.id),
      settlements.map(stateAfter),
      settlements.map((settlement) => ("reason" in settlement ? storable(settlement.reason) : null)),
      settlements.map((settlement) => ("delaySeconds" in settlement ? settlement.delaySeconds : 0)),
      settlements.map((settlement) => (settlement.end === "postponed" ? 1 : 0)),
    ],
  );
}

/** Text columns hold neither NUL nor novels. */
function storable(reason: string): string {
  return reason.replaceAll("\0", "").slice(0, 1000);
}

function stateAfter(settlement: Settlement): "done" | "ready" | "dead" {
  switch (settlement.end) {
    case "done":
    case "skipped":
    case "split":
      return "done";
    case "retry":
    case "postponed":
      return "ready";
    case "dead":
      return "dead";
  }
}

function isOutOfReach(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "unavailable";
}

function sqlState(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
