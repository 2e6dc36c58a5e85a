import { addTasks } from "@anyone/db/add-tasks";
import { rejudgeRanges } from "@anyone/db/rejudge";
import { isRejudged, recordRejudgeTask } from "@anyone/db/rejudges";
import { done, next, type Outcome, skipped, type TaskContext } from "@anyone/queues/job";
import { planRejudge as planOn, rejudgeCandidates } from "@anyone/queues/jobs/filter";
import type { FilterContext } from "./filter-candidates.ts";

/** Writes the tasks of the ranges that follow, and the look for those after them. However large the pool is, one task reads a bounded part of its ids. */
export async function planRejudge(
  { rejudge, after }: { rejudge: number; after: string },
  { db }: FilterContext & TaskContext,
): Promise<Outcome> {
  if (await isRejudged(db, rejudge)) return skipped("rejudge-ended");
  const ranges = await rejudgeRanges(db, after);
  const end = ranges.at(-1)?.upTo ?? null;
  const tasks = [
    ...ranges.map((range) => next(rejudgeCandidates, { rejudge, ...range })),
    ...(end === null ? [] : [next(planOn, { rejudge, after: end })]),
  ];
  return done({
    write: async (tx) => {
      await addTasks(tx, tasks);
      await recordRejudgeTask(tx, rejudge, { written: tasks.length });
    },
  });
}
