import type { Handlers } from "@anyone/queues/job";
import { filterCandidates as job } from "@anyone/queues/jobs/filter";
import { type FilterContext, filterCandidates } from "./filter-candidates.ts";

export const filterJobs = [job] as const;

export const handlers: Handlers<typeof filterJobs, FilterContext> = {
  "filter.candidates": filterCandidates,
};
