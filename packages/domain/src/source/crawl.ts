import { z } from "zod";
import type { CandidateId, CrawlId, SourceId } from "../ids.ts";

/**
 * `done`: listed to its end or its bound; `stopped`: the pool was full; `failed`: the source could not be listed. What such a crawl listed
 * is still fetched. `paused`: nothing is listed or fetched until it is resumed; `cancelled`: nothing ever again.
 */
export const CRAWL_STATES = ["running", "paused", "done", "stopped", "failed", "cancelled"] as const;
export const CrawlState = z.enum(CRAWL_STATES);
export type CrawlState = z.infer<typeof CrawlState>;

/** What made a crawl start: a person, the pool under its lower bound, or the schedule of the next turn. */
export const CrawlTrigger = z.enum(["manual", "pool-low", "schedule"]);
export type CrawlTrigger = z.infer<typeof CrawlTrigger>;

/** One walk over one source, page by page. */
export interface Crawl {
  id: CrawlId;
  sourceId: SourceId;
  trigger: CrawlTrigger;
  /** The trigger's reason, in a sentence for people. */
  why: string;
  state: CrawlState;
  /** Most new candidates; the walk ends with the page that reaches it. */
  target: number;
  /** Accepted images wanted; null: as many as the candidates give. */
  wanted: number | null;
  /** Searched for in place of the source's own text. */
  query: string | null;
  /** Times it was resumed. Tasks carry the turn they were written in; those of an earlier one do nothing. */
  turn: number;
  /** New candidates so far. */
  found: number;
  /** Pages listed so far, which is also the number of the page to list next. */
  pages: number;
  cursor: string | null;
  /** Why it ended. */
  stopReason: string | null;
}

/** What a resumed crawl is to do: list its next page, unless it had listed to its end, and fetch what waits. */
export interface Resumed {
  /** The page to list next; undefined when it had listed to its end. */
  page: number | undefined;
  turn: number;
  waiting: CandidateId[];
}

/** Candidates per fetch task: small enough to be done well inside a lease at one request per second. */
export const FETCH_CHUNK = 32;

/** Candidates that a crawl may list for each accepted image that is wanted: where fewer than one in a hundred is kept, somebody should look. */
const MOST_PER_ACCEPTED = 100;

/** The most candidates of a crawl that wants so many accepted images. */
export function candidatesFor(wanted: number): number {
  return Math.min(10_000_000, wanted * MOST_PER_ACCEPTED);
}

/** How far a crawl is, by its candidates. */
export interface Progress {
  /** Listed or fetched, with no verdict yet. */
  inFlight: number;
  kept: number;
  /** Dropped by the filter, or not to be had. */
  lost: number;
}

/**
 * How many more candidates a crawl lists now, so that it ends at the accepted images that are wanted and not far beyond. While candidates are on
 * their way it lists ahead only what would be needed if the share of kept ones were at the upper end of what its verdicts allow (Wilson's
 * bound at 97.5 %): a first page is thus no longer than the images wanted. 0: wait for verdicts.
 * @returns Infinity where no number of accepted images is wanted
 */
export function roomFor(wanted: number | null, { inFlight, kept, lost }: Progress): number {
  if (wanted === null) return Number.POSITIVE_INFINITY;
  const room = Math.ceil((wanted - kept) / upperShare(kept, kept + lost)) - inFlight;
  // Not for each single verdict: every look at the source is a request.
  const worthAsking = inFlight === 0 ? 1 : Math.min(FETCH_CHUNK, wanted);
  return room >= worthAsking ? room : 0;
}

/** Wilson's upper bound of a share, z = 1.96 (E. B. Wilson, JASA 22, 1927); 1 before the first verdict. */
function upperShare(hits: number, n: number): number {
  if (n === 0) return 1;
  const z2 = 1.96 ** 2;
  const share = hits / n;
  return Math.min(
    1,
    (share + z2 / (2 * n) + 1.96 * Math.sqrt((share * (1 - share)) / n + z2 / (4 * n * n))) / (1 + z2 / n),
  );
}

/** How a crawl goes on after a page, if it does: undefined to list the next one, otherwise its end. */
export function endAfter(
  crawl: Pick<Crawl, "found" | "target">,
  page: { fresh: number; done: boolean },
): { state: CrawlState; stopReason: string } | undefined {
  if (page.done) return { state: "done", stopReason: "source-exhausted" };
  if (crawl.found + page.fresh >= crawl.target) return { state: "done", stopReason: "target-reached" };
  return undefined;
}
