import type { Handlers } from "@anyone/queues/job";
import { filterCandidates as filter, rejudgeCandidates as rejudge } from "@anyone/queues/jobs/filter";
import { type FilterContext, filterCandidates } from "./filter-candidates.ts";
import { rejudgeCandidates } from "./rejudge-candidates.ts";

export const filterJobs = [filter, rejudge] as const;

export const handlers: Handlers<typeof filterJobs, FilterContext> = {
  "filter.candidates": filterCandidates,
  "filter.rejudge": rejudgeCandidates,
};
