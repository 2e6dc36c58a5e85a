import type { Lease, Settlement, TaskStore } from "@anyone/domain/tasks";
import type { Database } from "@anyone/domain/transaction";

/**
 * One safeguard taken out, to see that the test notices. Each is taken out from outside: the code under test has no
 * switch for it.
 *
 * fence: every late result is let through, as if it bore the newest fence.
 * unique: the same work no longer has the same id.
 * reconciler: it is not started.
 */
export const ABLATIONS = ["fence", "reconciler", "unique"] as const;
export type Ablation = (typeof ABLATIONS)[number];

export function ablated(tasks: TaskStore, db: Database, ablation: Ablation | undefined): TaskStore {
  if (ablation === "fence") return withoutFence(tasks, db);
  if (ablation === "unique") return withoutUniqueIds(tasks);
  return tasks;
}

function withoutFence(tasks: TaskStore, db: Database): TaskStore {
  async function renew<Late extends Lease>(leases: readonly Late[]): Promise<Late[]> {
    const rows = await db.query<Lease>(
      `UPDATE tasks SET state = 'leased', lease_until = clock_timestamp() + interval '5 seconds'
        WHERE id = ANY ($1) RETURNING id, fence`,
      [leases.map((lease) => lease.id)],
    );
    const newest = new Map(rows.map((row) => [row.id, row.fence]));
    return leases.map((lease) => ({ ...lease, fence: newest.get(lease.id) ?? lease.fence }));
  }
  return {
    ...tasks,
    extend: async (leases) => new Set(leases.map((lease) => lease.id)),
    settle: async (settlements) => tasks.settle(await renew(settlements)),
  };
}

function withoutUniqueIds(tasks: TaskStore): TaskStore {
  let written = 0;
  const another = <Task extends { id: string }>(task: Task) => ({
    ...task,
    id: `${task.id}#${process.pid}.${written++}`,
  });
  return {
    ...tasks,
    add: (tx, some) => tasks.add(tx, some.map(another)),
    settle: (settlements) =>
      tasks.settle(
        settlements.map((one): Settlement => (one.end === "done" ? { ...one, next: one.next.map(another) } : one)),
      ),
  };
}
