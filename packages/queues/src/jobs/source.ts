import { createHash } from "node:crypto";
import { CandidateId, CrawlId } from "@anyone/domain/ids";
import { MOST_ATTEMPTS } from "@anyone/domain/source/candidate";
import { FETCH_CHUNK, type Resumed } from "@anyone/domain/source/crawl";
import type { NextTask } from "@anyone/domain/tasks";
import { z } from "zod";
import { chunks } from "../chunks.ts";
import { defineJob, next } from "../job.ts";

/** The crawl's turn that a task was written in: after each time it was resumed its tasks are other tasks. Absent in the first. */
const turn = z.number().int().min(1).optional();
const suffix = (of: number | undefined) => (of === undefined ? "" : `.r${of}`);

/** Lists one page of a source; writes the fetch chunks and the task of the following page. */
export const discoverCandidates = defineJob({
  name: "source.discover",
  payload: z.object({ crawlId: CrawlId, page: z.number().int().min(0), turn }),
  key: ({ crawlId, page, turn }) => `${crawlId}.${page}${suffix(turn)}`,
  leaseSeconds: 120,
});

/** Fetches the bytes of listed candidates and stores them under their hash. A later `attempt` takes up what a host put off. */
export const fetchCandidates = defineJob({
  name: "source.fetch",
  payload: z.object({
    candidateIds: z.array(CandidateId).min(1).max(64),
    /** Whose candidates they are: once it is paused, cancelled or resumed, this task asks for nothing more. */
    crawlId: CrawlId.optional(),
    turn,
    /** By which judging again they came once more. */
    rejudge: z.number().int().optional(),
    attempt: z.number().int().min(1).max(MOST_ATTEMPTS).default(1),
  }),
  key: ({ candidateIds, crawlId, attempt, turn, rejudge }) => {
    const whose = [crawlId, rejudge === undefined ? undefined : `rejudge-${rejudge}`, ...candidateIds].filter(Boolean);
    return `${createHash("sha256").update(whose.join("\n")).digest("hex").slice(0, 32)}.${attempt}${suffix(turn)}`;
  },
  chunk: "candidateIds",
  leaseSeconds: 120,
});

/** The tasks that fetch a crawl's candidates, in chunks. */
export function fetchTasks(
  crawlId: CrawlId,
  candidateIds: readonly CandidateId[],
  turn: number | undefined,
): NextTask[] {
  return chunks(candidateIds, FETCH_CHUNK).map((chunk) =>
    next(fetchCandidates, { candidateIds: chunk, crawlId, turn }),
  );
}

/** The tasks by which a resumed crawl goes on. */
export function resumeTasks(crawlId: CrawlId, { page, turn, waiting }: Resumed): NextTask[] {
  return [
    ...fetchTasks(crawlId, waiting, turn),
    ...(page === undefined ? [] : [next(discoverCandidates, { crawlId, page, turn })]),
  ];
}

/** Looks at the pool's bounds: starts crawls below the lower one, stops them over the upper one. */
export const watchPool = defineJob({
  name: "source.watch-pool",
  payload: z.object({ at: z.iso.datetime() }),
  key: ({ at }) => at,
});

/** Finds one page of the candidates whose evidence is old, by id after `after`; writes the chunks that ask and the task of the following page. */
export const recheckConsent = defineJob({
  name: "source.recheck-consent",
  payload: z.object({ recheckId: z.string().min(1).max(64), after: z.string().max(300).default("") }),
  key: ({ recheckId, after }) => `${recheckId}.${after || "first"}`,
  leaseSeconds: 60,
});

/** Asks the hosts of fetched candidates again what may be done with them. A later `attempt` asks those that did not answer. */
export const askConsent = defineJob({
  name: "source.ask-consent",
  payload: z.object({
    recheckId: z.string().min(1).max(64),
    candidateIds: z.array(CandidateId).min(1).max(64),
    attempt: z.number().int().min(1).max(MOST_ATTEMPTS).default(1),
  }),
  key: ({ recheckId, candidateIds, attempt }) =>
    `${recheckId}.${createHash("sha256").update(candidateIds.join("\n")).digest("hex").slice(0, 32)}.${attempt}`,
  chunk: "candidateIds",
  leaseSeconds: 120,
});

export const sourceJobs = [discoverCandidates, fetchCandidates, watchPool, recheckConsent, askConsent] as const;
