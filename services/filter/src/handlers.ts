import type { Handlers } from "@anyone/queues/job";
import {
  rejudgeAlike as alike,
  filterCandidates as filter,
  planRejudge as plan,
  rejudgeCandidates as rejudge,
} from "@anyone/queues/jobs/filter";
import { type FilterContext, filterCandidates } from "./filter-candidates.ts";
import { planRejudge } from "./plan-rejudge.ts";
import { rejudgeAlike, rejudgeCandidates } from "./rejudge-candidates.ts";

export const filterJobs = [filter, plan, rejudge, alike] as const;

export const handlers: Handlers<typeof filterJobs, FilterContext> = {
  "filter.candidates": filterCandidates,
  "filter.plan-rejudge": planRejudge,
  "filter.rejudge": rejudgeCandidates,
  "filter.rejudge-alike": rejudgeAlike,
};
